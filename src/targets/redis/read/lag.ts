import type { Position, ToldLag, Unknown } from '../../../model.ts';
import type { ReadCounter } from '../connect/version.ts';
import type { GroupFacts, StreamFacts } from '../facts.ts';
import type { EntryRange } from '../protocol/commands.ts';
import { compareIds } from '../protocol/id.ts';
import { type Anchor, indexSince, isStillRight, type SeenIn } from './anchor.ts';

/** What a lag depends on besides what the server says of stream and group. */
export interface Circumstances {
	readonly readCounter: ReadCounter;
	/** The server's clock when the poll began, in milliseconds since 1970. Absent: not told. */
	readonly nowMs?: number;
	readonly poll: SeenIn;
}

/** Entries that were counted, at most `range.atMost`. */
export interface Count {
	readonly range: EntryRange;
	readonly entries: number;
	/** Of the stream right then, where entries were counted up to the group. */
	readonly length?: number | undefined;
}

/** The lag that nothing tells. */
const notCounted: Unknown = { unknown: 'not_counted' };

/**
 * How many entries were not yet delivered to a group. The first rule that applies wins:
 *
 * 1. an empty stream: 0;
 * 2. delivered up to the last entry: 0;
 * 3. delivered up to somewhere before the first entry: all;
 * 4. delivered up to the first entry: all but one;
 * 5. the server's counters, set right by what was once known for sure (`before`);
 * 6. what was counted, if it came to an end;
 * 7. the server's number where it can be right, else by the times of the ids, within the bounds that
 *    counting gave; the larger distance to a bound is the uncertainty.
 *
 * The server's own number alone is never sure. Without the fixes of redis#13338, #13473 and #13958
 * it is wrong after entries were deleted or trimmed that the group had not read (Valkey never got the
 * second of them: there it is too much until the group reads on, where rule 3 applies); before 7.4 on a
 * replica that was promoted (redis#12898); and on every version after an ENTRIESREAD given by hand.
 */
export function resolveLag(
	stream: StreamFacts,
	group: GroupFacts,
	before: Anchor | undefined,
	count: Count | undefined,
	circumstances: Circumstances,
): ToldLag | Unknown {
	const sure =
		lagByIds(stream, group) ??
		lagByCounters(stream, group, before, circumstances) ??
		lagByCount(count);
	if (sure !== undefined) return { messages: sure, uncertainty: 0 };
	return estimate(stream, group, count, circumstances) ?? notCounted;
}

/** What must be counted to know the lag; absent where that is known, or nothing can be gained. */
export function entriesToCount(
	stream: StreamFacts,
	group: GroupFacts,
	before: Anchor | undefined,
	circumstances: Circumstances,
	countCap: number,
): EntryRange | undefined {
	const { length, first, last } = stream;
	const { delivered, lag = 0 } = group;
	if (first === undefined || last === undefined || delivered === undefined) return undefined;
	if (lagByIds(stream, group) !== undefined) return undefined;
	if (lagByCounters(stream, group, before, circumstances) !== undefined) return undefined;
	// It was out of reach, and still is by all that is known.
	const isOut =
		lag > countCap && length - lag > countCap && isPlausible(stream, group, circumstances);
	if (isOut && before?.index === undefined && isStillRight(before, stream, group, circumstances)) {
		return undefined;
	}
	const isNearEnd = interpolated(length, first, last, delivered) <= length / 2;
	return {
		side: isNearEnd ? 'after' : 'up to',
		id: delivered,
		atMost: Math.max(1, Math.min(countCap, Math.floor(countedBytes / stream.entryBytes))),
	};
}

/**
 * Counting reads whole entries, and there is no other way: a group's share of the server's time, and
 * of what comes over the wire where there are no scripts, is bounded by bytes too.
 */
const countedBytes = 256 * 1024;

/** Rules 1 to 4. Absent: the first entry was delivered and the last one was not, or unknown. */
export function lagByIds(
	{ length, first, last }: StreamFacts,
	{ delivered }: GroupFacts,
): number | undefined {
	if (length === 0) return 0;
	if (first === undefined || last === undefined || delivered === undefined) return undefined;
	if (compareIds(delivered, last) >= 0) return 0;
	if (compareIds(delivered, first) < 0) return length;
	if (compareIds(delivered, first) === 0) return length - 1;
	return undefined;
}

/** Rule 5. */
function lagByCounters(
	stream: StreamFacts,
	group: GroupFacts,
	before: Anchor | undefined,
	circumstances: Circumstances,
): number | undefined {
	const index = indexSince(before, stream, group, circumstances);
	if (index === undefined || stream.entriesAdded === undefined) return undefined;
	const lag = stream.entriesAdded - index;
	return lag >= 1 && lag <= stream.length - 1 ? lag : undefined;
}

/** Rule 6. */
function lagByCount(count: Count | undefined): number | undefined {
	if (count === undefined || count.entries >= count.range.atMost) return undefined;
	if (count.range.side === 'after') return count.entries;
	return count.length === undefined ? undefined : Math.max(0, count.length - count.entries);
}

/** Rule 7. */
function estimate(
	stream: StreamFacts,
	group: GroupFacts,
	count: Count | undefined,
	circumstances: Circumstances,
): ToldLag | undefined {
	const { length, first, last } = stream;
	const { delivered } = group;
	if (first === undefined || last === undefined || delivered === undefined) return undefined;
	const counted = Math.min(count?.entries ?? 0, length - 1);
	const isAfter = count?.range.side === 'after';
	// The last entry was not delivered, and the first one was.
	const least = Math.max(1, isAfter ? counted : 0);
	const most = Math.max(least, isAfter ? length - 1 : length - Math.max(1, counted));
	const told =
		plausibleLag(stream, group, circumstances) ??
		Math.round(interpolated(length, first, last, delivered));
	const messages = Math.min(most, Math.max(least, told));
	return { messages, uncertainty: Math.max(messages - least, most - messages) };
}

/** The server's own number, where it can be right. */
export function plausibleLag(
	stream: StreamFacts,
	group: GroupFacts,
	circumstances: Circumstances,
): number | undefined {
	return isPlausible(stream, group, circumstances) ? group.lag : undefined;
}

/** Whether the server's number can be right: in range, and nothing is known that spoils it. */
function isPlausible(
	{ length, entriesAdded = 0, maxDeleted }: StreamFacts,
	{ lag }: GroupFacts,
	{ readCounter }: Circumstances,
): boolean {
	if (lag === undefined || lag < 1 || lag > length - 1) return false;
	const nothingDeleted = maxDeleted?.major === 0 && maxDeleted.minor === 0;
	return readCounter === 'mended' || (nothingDeleted && entriesAdded === length);
}

/** The lag if entries had come evenly: by the ids' times, or by their sequence in one millisecond. */
function interpolated(
	length: number,
	first: Position,
	last: Position,
	delivered: Position,
): number {
	const part = last.major > first.major ? 'major' : 'minor';
	return (length * (last[part] - delivered[part])) / (last[part] - first[part]);
}
