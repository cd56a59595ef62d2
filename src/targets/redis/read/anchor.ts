import type { Position } from '../../../model.ts';
import type { ReadCounter } from '../connect/version.ts';
import type { GroupFacts, StreamFacts } from '../facts.ts';
import { compareIds } from '../protocol/id.ts';
import type { Circumstances } from './lag.ts';

/**
 * What was known of a group at the last poll over the same connection. From a lag that was sure, the
 * server's counters tell the next one: an error that is in them stays what it is as long as the group
 * only reads on and nothing it has not read is removed. So each group is counted once, and again only
 * when something happened to it.
 */
export interface Anchor {
	readonly delivered: Position;
	/** As the server counted, right or wrong. */
	readonly entriesRead?: number | undefined;
	readonly entriesAdded: number;
	readonly length: number;
	/** The id of the first entry that was not delivered. Absent: none, or not known. */
	readonly firstUndelivered?: Position | undefined;
	/** How many entries were added up to the last one delivered. Absent: the lag was not sure. */
	readonly index?: number | undefined;
	/** The same as the server tells it, where the lag was not sure and the server can be right. */
	readonly toldIndex?: number | undefined;
	readonly seenIn: SeenIn;
}

/** A poll of one server. All that was seen in it shares this. */
export interface SeenIn {
	/** Another one after each connecting: what was known of another server, or of this one's past, may not hold. */
	readonly connectionId: number;
	/** The server's clock after the poll, in milliseconds since 1970. Absent: the poll is not over, or it was not told. */
	untilMs?: number;
}

/**
 * @param sureLag - absent where the lag is an estimate
 * @param toldLag - the server's, where it can be right
 */
export function anchorOf(
	{ entriesAdded, length, lastGenerated }: StreamFacts,
	{ delivered, entriesRead, firstUndelivered }: GroupFacts,
	sureLag: number | undefined,
	toldLag: number | undefined,
	{ poll: seenIn }: Circumstances,
): Anchor | undefined {
	if (entriesAdded === undefined || delivered === undefined) return undefined;
	// Beyond the last id ever given, more may be added on the group's near side, which are not to come.
	const isBeyond = lastGenerated !== undefined && compareIds(delivered, lastGenerated) > 0;
	const isSure = sureLag !== undefined;
	return {
		delivered,
		entriesAdded,
		length,
		seenIn,
		entriesRead,
		firstUndelivered,
		index: isSure && !isBeyond ? entriesAdded - sureLag : undefined,
		toldIndex: !isSure && !isBeyond && toldLag !== undefined ? entriesAdded - toldLag : undefined,
	};
}

/**
 * How many entries were added up to the last one delivered, as far as that follows from what was
 * known before. Absent: it does not.
 */
export function indexSince(
	before: Anchor | undefined,
	stream: StreamFacts,
	group: GroupFacts,
	circumstances: Circumstances,
): number | undefined {
	if (before?.index === undefined || !isStillRight(before, stream, group, circumstances)) {
		return undefined;
	}
	const { readCounter } = circumstances;
	const { first, maxDeleted, length, entriesAdded = 0 } = stream;
	const hasMoved = movedSince(before, group);
	// The server told a lag: nothing is deleted ahead of the group.
	if (readCounter === 'mended' && group.lag !== undefined) {
		const wasRight = before.index === before.entriesRead;
		if (wasRight || (hasMoved && wasSetRight(before))) return group.entriesRead;
	}
	if (first === undefined || maxDeleted === undefined) return undefined;
	const firstToCome = before.firstUndelivered ?? before.delivered;
	const onlyReadWasRemoved =
		compareIds(maxDeleted, before.delivered) <= 0 && compareIds(first, firstToCome) <= 0;
	const nothingWasRemoved = entriesAdded - length === before.entriesAdded - before.length;
	if (!onlyReadWasRemoved && (hasMoved || !nothingWasRemoved)) return undefined;
	return advanced(before, before.index, stream, group, readCounter);
}

/**
 * Where a group stands now that stood at `index`, by what its counter of entries read tells. Absent: the
 * server may have set that counter right meanwhile, so that it grew by more or less than was read.
 */
export function advanced(
	before: Anchor,
	index: number,
	{ first, maxDeleted }: StreamFacts,
	group: GroupFacts,
	readCounter: ReadCounter,
): number | undefined {
	if (!movedSince(before, group)) return index;
	const { entriesRead = 0 } = group;
	const byReading = index + entriesRead - (before.entriesRead ?? 0);
	// What was right stays right, by either way.
	if (readCounter === 'plain' || index === before.entriesRead) return byReading;
	if (readCounter === 'mended' && wasSetRight(before)) return entriesRead;
	// Where it stood no unread entry was removed, so that there was nothing to set right.
	const wasWithin =
		first !== undefined &&
		maxDeleted !== undefined &&
		compareIds(first, before.delivered) <= 0 &&
		compareIds(maxDeleted, before.delivered) < 0;
	return wasWithin ? byReading : undefined;
}

function movedSince(before: Anchor, { delivered }: GroupFacts): boolean {
	return delivered !== undefined && compareIds(delivered, before.delivered) !== 0;
}

/**
 * Whether the next read set the counter right, on a server that does: all that was kept was unread, and
 * what the first entry kept is counted as follows from how many are gone.
 */
function wasSetRight({ index, entriesAdded, length }: Anchor): boolean {
	return index === entriesAdded - length;
}

/**
 * Whether a group stands where it stood, or has moved by reading and nothing else: not by XGROUP
 * SETID, nor because group or stream were made anew. Reading shows in the counter and in a consumer
 * that tried to.
 */
export function isStillRight(
	before: Anchor | undefined,
	{ entriesAdded }: StreamFacts,
	{ delivered, entriesRead, idleMs }: GroupFacts,
	{ nowMs, poll }: Circumstances,
): before is Anchor {
	const { connectionId, untilMs } = before?.seenIn ?? {};
	if (before === undefined || untilMs === undefined) return false;
	if (connectionId !== poll.connectionId || delivered === undefined) return false;
	if (entriesAdded === undefined || entriesAdded < before.entriesAdded) return false;
	const moved = compareIds(delivered, before.delivered);
	if (moved === 0) return entriesRead === before.entriesRead;
	if (moved < 0 || entriesRead === undefined || before.entriesRead === undefined) return false;
	if (idleMs === undefined || nowMs === undefined) return false;
	return entriesRead > before.entriesRead && nowMs - idleMs > untilMs;
}
