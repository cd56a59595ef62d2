import { ticksPerSecond } from './timeline.ts';

/** Where the first message kept was at two earlier times, one row for each partition or group. */
export interface StartAnchors {
	readonly anchorStart: Float64Array;
	/** Ticks; 0: never seen. */
	readonly anchorAt: Uint32Array;
	/** What becomes the anchor next. */
	readonly nextStart: Float64Array;
	readonly nextAt: Uint32Array;
}

/** Anchors change twice an hour, so that a rate is over the last half to whole hour. */
const anchorTicks = 1800 * ticksPerSecond;

/**
 * Brokers delete in steps: Kafka looks every five minutes (log.retention.check.interval.ms), so a
 * step seen sooner after the first sight is not taken for a rate.
 */
const shortestSpanTicks = 300 * ticksPerSecond;

/** Takes note of where the first message kept is. A start that goes back begins anew. */
export function trackStart(
	{ anchorStart, anchorAt, nextStart, nextAt }: StartAnchors,
	row: number,
	now: number,
	start: number,
): void {
	if (anchorAt[row] === 0 || start < (nextStart[row] as number)) {
		anchorStart[row] = nextStart[row] = start;
		anchorAt[row] = nextAt[row] = now;
	} else if (now - (nextAt[row] as number) >= anchorTicks) {
		anchorStart[row] = nextStart[row] as number;
		anchorAt[row] = nextAt[row] as number;
		nextStart[row] = start;
		nextAt[row] = now;
	}
}

/**
 * Leaves a move of the start out of its rate.
 *
 * @param start - where it is since that move
 * @param moved - messages deleted by it
 */
export function leaveOut(
	{ anchorStart, nextStart }: StartAnchors,
	row: number,
	start: number,
	moved: number,
): void {
	anchorStart[row] = Math.min(start, (anchorStart[row] as number) + moved);
	nextStart[row] = Math.min(start, (nextStart[row] as number) + moved);
}

/** Messages deleted a second over the last hour; 0 while the start does not move. */
export function startRate(
	{ anchorStart, anchorAt }: StartAnchors,
	row: number,
	now: number,
	start: number,
): number {
	if (anchorAt[row] === 0) return 0;
	const moved = start - (anchorStart[row] as number);
	const span = Math.max(now - (anchorAt[row] as number), shortestSpanTicks);
	return moved > 0 ? moved / (span / ticksPerSecond) : 0;
}

/**
 * The rate that endangers unread messages: none where messages go by age alone, as long as their age is
 * known, and none where they go because they were read, for a start that follows the readers looks as
 * if it were about to overtake them.
 */
export function dangerousRate(
	rate: number,
	trimsBySize: boolean | undefined,
	limitSeconds: number,
	age: number,
): number {
	const isAgeWanted = limitSeconds > 0 && Number.isNaN(age);
	return trimsBySize === false && !isAgeWanted ? 0 : rate;
}

/** What decides about the oldest unread message of a partition or stream. NaN: not known. */
export interface Endangered {
	/** Messages from the first kept one on. */
	readonly start: number;
	/** Up to here they were read; not before the start. */
	readonly position: number;
	readonly end: number;
	/** Of the oldest unread message. */
	readonly ageSeconds: number;
	/** How long messages are kept; NaN: for ever, or not told. */
	readonly limitSeconds: number;
	/** Messages deleted a second; 0: none. */
	readonly startRate: number;
}

/**
 * How much of the retention the oldest unread message has used, from 0 to 1; NaN where nothing
 * deletes or it cannot be told. Where both a time limit and a moving start tell it, the larger: a
 * limit of bytes may delete long before a limit of time.
 */
export function usedRatio(unread: Endangered): number {
	const { start, position, end, ageSeconds, limitSeconds, startRate: rate } = unread;
	const lag = end - position;
	if (lag === 0) return limitSeconds > 0 || rate > 0 ? 0 : Number.NaN;
	const byTime = ageSeconds / limitSeconds;
	const byCount = rate > 0 ? lag / (end - start) : Number.NaN;
	return Math.min(1, larger(byTime, byCount));
}

/** Seconds until the oldest unread message is deleted; NaN without one, or where nothing deletes. */
export function headroomSeconds(unread: Endangered): number {
	const { start, position, end, ageSeconds, limitSeconds, startRate: rate } = unread;
	if (end === position) return Number.NaN;
	const byTime = Math.max(0, limitSeconds - ageSeconds);
	const byCount = rate > 0 ? (position - start) / rate : Number.NaN;
	return smaller(byTime, byCount);
}

/** The larger one, or the one that is known. */
export function larger(a: number, b: number): number {
	return a > b || Number.isNaN(b) ? a : b;
}

/** The smaller one, or the one that is known. */
export function smaller(a: number, b: number): number {
	return a < b || Number.isNaN(b) ? a : b;
}
