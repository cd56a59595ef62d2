import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

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

/** Asks for groups by their ids, without the operations that the user is authorized for. */
export function writeGroupIds(writer: Writer, groupIds: readonly string[]): void {
	writer.array(groupIds, writeGroupId).boolean(false).tags();
}

function writeGroupId(writer: Writer, groupId: string): void {
	writer.string(groupId);
}

/**
 * The groups of an answer: what all types of groups have in common.
 *
 * @param readMembers - reads what stands between a group's state and its authorized operations
 * @param hasMessage - whether an error comes with a message
 */
export function readDescriptions(
	reader: Reader,
	readMembers: ReadMembers,
	hasMessage = true,
): readonly GroupDescription[] {
	const groups = reader.array(readDescription, { readMembers, hasMessage });
	reader.tags();
	return groups;
}

type ReadMembers = (reader: Reader) => readonly Member[];

function readDescription(
	reader: Reader,
	{ readMembers, hasMessage }: { readonly readMembers: ReadMembers; readonly hasMessage: boolean },
): GroupDescription {
	const errorCode = reader.int16();
	if (hasMessage) reader.skipBytes();
	const groupId = reader.string() ?? '';
	const state = reader.string() ?? '';
	const members = readMembers(reader);
	reader.skip(4); // authorized operations
	reader.tags();
	return { errorCode, groupId, state, members };
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
