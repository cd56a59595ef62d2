import type { Line } from '../../../model.ts';
import type { GroupFacts, StreamFacts } from '../facts.ts';
import { ageSeconds, compareIds, isTime } from '../protocol/id.ts';
import { advanced, anchorOf, isStillRight } from './anchor.ts';
import { type GroupTable, groupField } from './group-table.ts';
import { type Circumstances, type Count, plausibleLag, resolveLag } from './lag.ts';
import type { GroupMemory } from './memory.ts';

/** What was counted for a group. Absent: it needed not be, or could not. */
export interface Counts {
	readonly entries?: Count | undefined;
	readonly abandoned?: number | undefined;
	readonly pendingLost?: number | undefined;
}

/**
 * Reads what is known of one group.
 *
 * @param groups - gets a row for it
 * @returns what is to be remembered of it
 */
export function readGroup(
	stream: string,
	facts: StreamFacts,
	group: GroupFacts,
	counts: Counts,
	before: GroupMemory | undefined,
	circumstances: Circumstances,
	groups: GroupTable,
): GroupMemory {
	const { nowMs } = circumstances;
	const { name, delivered, oldestPending, idleMs } = group;
	const row = groups.add(stream, name);
	const lag = resolveLag(facts, group, before?.anchor, counts.entries, circumstances);
	groups.setLag(row, lag);
	if ('messages' in lag) {
		const line = lineOf(facts, group, lag.messages, before, circumstances);
		if (line) groups.setLine(row, line);
	}
	const sureLag = 'messages' in lag && lag.uncertainty === 0 ? lag.messages : undefined;
	groups.set(row, groupField.lagSeconds, undeliveredSeconds(facts, group, sureLag, nowMs));
	if (delivered) groups.setPosition(row, delivered);
	groups.set(row, groupField.consumedCount, consumedOf(facts, group));
	groups.set(row, groupField.members, group.consumers);
	if (idleMs !== undefined) groups.set(row, groupField.idleSeconds, idleMs / 1000);

	const pendingLostCount = (before?.pendingLostCount ?? 0) + (counts.pendingLost ?? 0);
	groups.set(row, groupField.pending, group.pending);
	groups.set(row, groupField.pendingLostCount, pendingLostCount);
	groups.set(row, groupField.pendingAbandoned, counts.abandoned);
	if (oldestPending) {
		const { id, idleMs: pendingIdleMs, deliveries } = oldestPending;
		if (id && nowMs !== undefined && isTime(id, nowMs)) {
			groups.set(row, groupField.pendingAgeSeconds, ageSeconds(id, nowMs));
		}
		groups.set(row, groupField.pendingIdleSeconds, pendingIdleMs / 1000);
		groups.set(row, groupField.oldestPendingDeliveries, deliveries);
	}

	const toldLag = plausibleLag(facts, group, circumstances);
	const anchor = anchorOf(facts, group, sureLag, toldLag, circumstances);
	return { name, anchor, pendingLostCount };
}

/**
 * How many entries the group was given. A new group has no count until it reads, and then it gets the
 * one that follows from where it stands (`streamEstimateDistanceFromFirstEverEntry` of Redis).
 */
function consumedOf(
	{ entriesAdded, lastGenerated }: StreamFacts,
	{ entriesRead, delivered }: GroupFacts,
): number | undefined {
	if (entriesRead !== undefined || entriesAdded === undefined || delivered === undefined) {
		return entriesRead;
	}
	if (delivered.major === 0 && delivered.minor === 0) return 0;
	return lastGenerated && compareIds(delivered, lastGenerated) === 0 ? entriesAdded : undefined;
}

/** How old the oldest entry is that was not delivered; 0 where there is none. */
function undeliveredSeconds(
	stream: StreamFacts,
	{ firstUndelivered }: GroupFacts,
	sureLag: number | undefined,
	nowMs: number | undefined,
): number | undefined {
	if (sureLag === 0) return 0;
	if (firstUndelivered === undefined || nowMs === undefined) return undefined;
	return hasTimes(stream, nowMs) && isTime(firstUndelivered, nowMs)
		? ageSeconds(firstUndelivered, nowMs)
		: undefined;
}

/** Whether a stream's ids tell times. */
export function hasTimes({ first, last }: StreamFacts, nowMs: number): boolean {
	return first !== undefined && last !== undefined && isTime(first, nowMs) && isTime(last, nowMs);
}

/**
 * Where the group stands in counts of entries ever added. What was removed at the beginning before
 * it was delivered shows only until the group reads on: then the server takes it for read.
 */
function lineOf(
	stream: StreamFacts,
	group: GroupFacts,
	lag: number,
	before: GroupMemory | undefined,
	circumstances: Circumstances,
): Line | undefined {
	const end = stream.entriesAdded;
	const start = removedAtStart(stream, group);
	if (end === undefined || start === undefined || group.delivered === undefined) return undefined;
	const isBefore = stream.first === undefined || compareIds(group.delivered, stream.first) < 0;
	const index = isBefore ? readUpTo(before, stream, group, circumstances) : undefined;
	return { start, position: Math.min(end, index ?? Math.max(start, end - lag)), end };
}

/**
 * How many entries were removed at the beginning of a stream. Absent: some were deleted elsewhere, so
 * that the counters do not tell.
 */
function removedAtStart(
	{ entriesAdded, length, first, maxDeleted }: StreamFacts,
	{ delivered }: GroupFacts,
): number | undefined {
	if (entriesAdded === undefined || maxDeleted === undefined || entriesAdded < length) {
		return undefined;
	}
	// Of an empty stream what was deleted by hand is told apart only if it was read.
	const bound = first ?? delivered;
	const isTold =
		bound !== undefined &&
		(first === undefined ? compareIds(maxDeleted, bound) <= 0 : compareIds(maxDeleted, bound) < 0);
	return isTold ? entriesAdded - length : undefined;
}

/**
 * How many entries a group has read, as far as that follows from what was known before. Where the lag
 * was too large to be counted the server is believed: no more can be taken for lost by that than was
 * removed since the last poll.
 */
function readUpTo(
	memory: GroupMemory | undefined,
	stream: StreamFacts,
	group: GroupFacts,
	circumstances: Circumstances,
): number | undefined {
	const before = memory?.anchor;
	const index = before?.index ?? before?.toldIndex;
	if (index === undefined || !isStillRight(before, stream, group, circumstances)) {
		return undefined;
	}
	return advanced(before, index, stream, group, circumstances.readCounter);
}
