import type { Position } from '../../../model.ts';
import type { GroupFacts, StreamFacts } from '../facts.ts';
import type { PendingRange } from '../protocol/commands.ts';
import { compareIds, idText, isTime } from '../protocol/id.ts';

/** Pending entries that must be looked at one by one. */
export interface PendingQuestion {
	readonly range: PendingRange;
	/** Only those that have been idle for as long count. */
	readonly leastIdleMs: number;
}

/** A server goes through all of a group's pending entries to find those that are idle. */
const searchedAtMost = 10_000;

/**
 * What must be looked at to count the entries that nobody has claimed for too long; a number where
 * that is known; absent where it cannot be known.
 */
export function abandonedOf(
	{ pending, oldestPending, abandoned }: GroupFacts,
	nowMs: number | undefined,
	abandonedAfterMs: number,
	countCap: number,
): number | PendingQuestion | undefined {
	if (pending === 0) return 0;
	if (abandoned !== undefined) return abandoned;
	if (oldestPending === undefined) return undefined;
	const { id, idleMs } = oldestPending;
	// No entry was delivered before it was added.
	const isYoung =
		id !== undefined &&
		nowMs !== undefined &&
		isTime(id, nowMs) &&
		nowMs - id.major < abandonedAfterMs &&
		idleMs < abandonedAfterMs;
	if (isYoung) return 0;
	// Among very many only the oldest are looked at.
	const searchedMs = pending > searchedAtMost ? undefined : abandonedAfterMs;
	return {
		range: { from: '-', to: '+', atMost: countCap, idleMs: searchedMs },
		leastIdleMs: abandonedAfterMs,
	};
}

/**
 * The pending entries that were trimmed away, or deleted at the beginning of the stream, since the
 * stream was last seen: they can never be read again. Absent: there are none.
 *
 * @param keptBefore - the id from which on entries were kept at the last poll
 */
export function pendingLost(
	{ oldestPending }: GroupFacts,
	keptBefore: Position | undefined,
	kept: Position | undefined,
	countCap: number,
): PendingQuestion | undefined {
	const oldest = oldestPending?.id;
	if (keptBefore === undefined || kept === undefined || oldest === undefined) return undefined;
	if (compareIds(kept, keptBefore) <= 0 || compareIds(oldest, kept) >= 0) return undefined;
	const range = { from: idText(keptBefore), to: `(${idText(kept)}`, atMost: countCap };
	return { range, leastIdleMs: 0 };
}

/** The id from which on entries are kept: nothing before it exists. Absent: it cannot be told. */
export function keptFrom({ length, first, lastGenerated }: StreamFacts): Position | undefined {
	if (length > 0 || lastGenerated === undefined) return first;
	return { major: lastGenerated.major, minor: lastGenerated.minor + 1 };
}
