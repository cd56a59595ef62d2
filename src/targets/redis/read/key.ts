import type { Unread } from '../../../model.ts';
import { type Code, codeOfError } from '../codes.ts';
import type { GroupFacts, KeyFacts, StreamFacts } from '../facts.ts';
import type { Key } from '../fetch/discovery.ts';
import type { Failure } from '../protocol/attempt.ts';
import { ageSeconds } from '../protocol/id.ts';
import { MalformedReply } from '../protocol/replies.ts';
import { type Counts, hasTimes, readGroup } from './group.ts';
import { GroupTable } from './group-table.ts';
import type { Circumstances } from './lag.ts';
import { copyGroups, type GroupMemory, type Memory, type MemoryTable } from './memory.ts';
import { keptFrom } from './pending.ts';
import { StreamTable } from './stream-table.ts';
import { isTrimmed } from './trimmed.ts';

/** Where goes what one server tells in one poll, and what is to be remembered of that. */
export class KeyTables {
	readonly streams: StreamTable;
	readonly groups: GroupTable;
	readonly memories: MemoryTable;

	/**
	 * @param room - keys that are expected
	 * @param memories - all servers of a target share them
	 */
	constructor(room: number, memories: MemoryTable) {
		this.streams = new StreamTable(room);
		this.groups = new GroupTable(room);
		this.memories = memories;
	}
}

/** What was made of all that a server told of a key. Nothing else of it is kept, for there are thousands. */
export interface KeyRead {
	readonly key: Key;
	/** The stream's row of the tables. Absent: it could not be read. */
	readonly stream?: number;
	/** Its groups' rows: the first, and the one behind the last. */
	readonly groupsFrom: number;
	readonly groupsEnd: number;
	readonly besides: Besides;
	/** What is to be remembered of the stream: a row of the tables. -1: nothing was told. */
	readonly memoryRow: number;
}

/** What is to be said of a key besides what is in the tables. */
export interface Besides {
	readonly absent?: KeyFacts['absent'];
	/** Whether the groups are known, by name at least. */
	readonly isListed: boolean;
	/** Whether an id was told that is none. */
	readonly hasUnreadableId: boolean;
	readonly failures: readonly Failure[];
	readonly unread: readonly Unread[];
}

/**
 * Reads what one key was told.
 *
 * @param counts - of each group, where something was counted
 * @param known - what was remembered of each group
 * @param memory - of the poll before
 * @param tables - get what can be told of stream and groups
 */
export function readKey(
	facts: KeyFacts,
	counts: readonly (Counts | undefined)[],
	known: readonly (GroupMemory | undefined)[],
	memory: Memory,
	circumstances: Circumstances,
	tables: KeyTables,
): KeyRead {
	const { key, stream, groups = [] } = facts;
	const groupsFrom = tables.groups.length;
	const besides = besidesOf(facts);
	if (stream === undefined) {
		return { key, groupsFrom, groupsEnd: groupsFrom, besides, memoryRow: -1 };
	}
	const { name } = key;
	const { memories } = tables;
	const trimmed = isTrimmed(stream, memory, memory.rowOf(name));
	const row = readStream(name, stream, trimmed, circumstances.nowMs, tables.streams);
	const memoryRow = memories.addStream(keptFrom(stream), trimmed);
	for (let at = 0; at < groups.length; at++) {
		const group = groups[at] as GroupFacts;
		const counted = counts[at] ?? nothingCounted;
		const then = known[at];
		memories.addGroup(readGroup(name, stream, group, counted, then, circumstances, tables.groups));
	}
	if (!besides.isListed) {
		const before = memory.rowOf(name);
		if (before !== undefined) copyGroups(memory.table, before, memories);
	}
	return {
		key,
		stream: row,
		groupsFrom,
		groupsEnd: tables.groups.length,
		besides,
		memoryRow,
	};
}

const nothingCounted: Counts = {};

function besidesOf(facts: KeyFacts): Besides {
	const { absent, stream, groups, failures } = facts;
	const isUnreadable = hasUnreadableId(facts);
	if (stream && groups && failures.length === 0 && !isUnreadable) return nothingBesides;
	const isListed = groups !== undefined;
	const told = { isListed, hasUnreadableId: isUnreadable, failures };
	if (absent !== undefined) return { ...told, absent, unread: [] };
	return { ...told, unread: stream && isListed ? [] : unreadOf(facts) };
}

/** Of most keys. */
const nothingBesides: Besides = {
	isListed: true,
	hasUnreadableId: false,
	failures: [],
	unread: [],
};

/** The stream, and the groups that are known by name. */
function unreadOf(facts: KeyFacts): readonly Unread[] {
	const { name } = facts.key;
	const reason = reasonOf(facts);
	const groups = facts.stream === undefined ? (facts.groups ?? []) : [];
	return [
		{ stream: name, reason },
		...groups.map((group) => ({ stream: name, consumerGroup: group.name, reason })),
	];
}

/** @returns its row */
function readStream(
	name: string,
	facts: StreamFacts,
	trimmed: boolean | undefined,
	nowMs: number | undefined,
	streams: StreamTable,
): number {
	const { length, first, last, entriesAdded } = facts;
	const row = streams.add(name, length, entriesAdded, trimmed);
	if (first && last && nowMs !== undefined && hasTimes(facts, nowMs)) {
		streams.setAges(row, ageSeconds(first, nowMs), ageSeconds(last, nowMs));
	}
	return row;
}

/** The problem that kept a stream, or the list of its groups, from being read. */
function reasonOf({ failures }: KeyFacts): Code {
	const [failure] = failures;
	if (failure === undefined || failure.error instanceof MalformedReply) return 'protocol_error';
	return codeOfError(failure.error.message);
}

function hasUnreadableId({ stream, groups = [] }: KeyFacts): boolean {
	if (stream === undefined || stream.length === 0) return false;
	if (stream.first === undefined || stream.last === undefined) return true;
	return groups.some(({ delivered }) => delivered === undefined);
}
