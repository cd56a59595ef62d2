import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** A group as its coordinator lists it. */
export interface ListedGroup {
	readonly groupId: string;
	/** `consumer` for consumers; empty where offsets were committed without a group protocol. */
	readonly protocolType: string;
	/** Such as Stable or PreparingRebalance; told since version 4. */
	readonly state: string | null;
	/** `classic`, `consumer`, `share` or `streams`; told since version 5. */
	readonly type: string | null;
}

export interface ListGroupsAnswer {
	readonly errorCode: number;
	readonly groups: readonly ListedGroup[];
}

/** The groups that the asked broker coordinates, of every state and type. */
export const listGroups: Request<void, ListGroupsAnswer> = {
	operation: 'list_groups',
	key: 16,
	versions: [3, 5],
	flexible: true,
	write(writer, _, version) {
		if (version >= 4) writer.array([], () => {});
		if (version >= 5) writer.array([], () => {});
		writer.tags();
	},
	read(reader, version) {
		const errorCode = reader.int16();
		const groups = reader.array(readGroup, version);
		reader.tags();
		return { errorCode, groups };
	},
};

function readGroup(reader: Reader, version: number): ListedGroup {
	const groupId = reader.string() ?? '';
	const protocolType = reader.string() ?? '';
	const state = version >= 4 ? reader.string() : null;
	const type = version >= 5 ? (reader.string()?.toLowerCase() ?? null) : null;
	reader.tags();
	return { groupId, protocolType, state, type };
}
