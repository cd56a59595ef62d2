import type { Stream, Unread } from '../../../model.ts';
import { type Code, codeOfError } from '../codes.ts';
import type { GroupFacts, KeyFacts, StreamFacts } from '../facts.ts';
import type { Key } from '../fetch/discovery.ts';
import type { Failure } from '../protocol/attempt.ts';
import { ageSeconds, unmoved } from '../protocol/id.ts';
import { MalformedReply } from '../protocol/replies.ts';
import { type Counts, hasTimes, readGroup } from './group.ts';
import type { Circumstances } from './lag.ts';
import type { KeyReading } from './logical.ts';
import { Recall, type StreamMemory } from './memory.ts';
import { keptFrom } from './pending.ts';

/** What was made of all that a server told of a key. Nothing else of it is kept. */
export interface KeyRead extends KeyReading {
	readonly key: Key;
	readonly absent?: KeyFacts['absent'];
	/** Whether the groups are known, by name at least. */
	readonly isListed: boolean;
	/** Whether an id was told that is none. */
	readonly hasUnreadableId: boolean;
	readonly failures: readonly Failure[];
	/** What is to be remembered of the stream. Absent: as before. */
	readonly memory?: StreamMemory;
}

/**
 * Reads what one key was told. Pure.
 *
 * @param counts - of each group where something was counted
 * @param before - what was remembered of the stream
 */
export function readKey(
	facts: KeyFacts,
	counts: ReadonlyMap<GroupFacts, Counts>,
	before: StreamMemory | undefined,
	circumstances: Circumstances,
): KeyRead {
	const { key, absent, stream, groups, failures } = facts;
	const { name } = key;
	const isListed = groups !== undefined;
	const told = { name, key, isListed, hasUnreadableId: hasUnreadableId(facts), failures };
	if (absent !== undefined) return { ...told, absent, groups: [], unread: [] };
	if (stream === undefined) return { ...told, groups: [], unread: unreadOf(facts) };
	const recall = new Recall(before);
	const read = (groups ?? []).map((group) =>
		readGroup(
			name,
			stream,
			group,
			counts.get(group) ?? nothingCounted,
			recall.group(group.name),
			circumstances,
		),
	);
	const kept = unmoved(keptFrom(stream), before?.kept);
	const memories = isListed ? read.map(({ memory }) => memory) : (before?.groups ?? []);
	return {
		name,
		key,
		isListed,
		hasUnreadableId: told.hasUnreadableId,
		failures,
		stream: readStream(name, stream, circumstances.nowMs),
		groups: read.map(({ group }) => group),
		unread: isListed ? nothingUnread : unreadOf(facts),
		memory: kept ? { kept, groups: memories } : { groups: memories },
	};
}

const nothingCounted: Counts = {};
const nothingUnread: readonly Unread[] = [];

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

function readStream(name: string, facts: StreamFacts, nowMs: number | undefined): Stream {
	const { length, first, last, entriesAdded } = facts;
	const isTimed = first && last && nowMs !== undefined && hasTimes(facts, nowMs);
	if (isTimed) {
		const oldestMessageAgeSeconds = ageSeconds(first, nowMs);
		const newestMessageAgeSeconds = ageSeconds(last, nowMs);
		return entriesAdded === undefined
			? { name, length, oldestMessageAgeSeconds, newestMessageAgeSeconds }
			: {
					name,
					length,
					producedCount: entriesAdded,
					oldestMessageAgeSeconds,
					newestMessageAgeSeconds,
				};
	}
	return entriesAdded === undefined
		? { name, length }
		: { name, length, producedCount: entriesAdded };
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
