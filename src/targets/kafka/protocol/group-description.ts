import type { Reader } from './reader.ts';

/** A group as its coordinator describes it, whatever its type. */
export interface GroupDescription {
	readonly errorCode: number;
	readonly groupId: string;
	/** Such as Stable or PreparingRebalance. */
	readonly state: string;
	readonly members: readonly Member[];
}

/** A member of a group. */
export interface Member {
	/** Topics of which it has a partition assigned, each once; absent where that is not told. */
	readonly topics?: readonly string[];
}

/** The topics of an assignment in the manner of KIP-848. */
export function readAssignment(reader: Reader): readonly string[] {
	const topics: string[] = [];
	for (let count = reader.count(); count > 0; count--) {
		reader.skip(16); // topic id
		const topic = reader.string() ?? '';
		const partitions = reader.count(4);
		reader.skip(partitions * 4);
		reader.tags();
		if (partitions > 0) topics.push(topic);
	}
	reader.tags();
	return topics;
}
