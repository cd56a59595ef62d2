import { ticksPerSecond } from './timeline.ts';

/**
 * Where the ends of partitions were at earlier times: rows of points, oldest first. Each partition
 * has `capacity` rows, of which the first few are in use. Neither times nor ends descend.
 */
export interface HeadPoints {
	readonly at: Uint32Array;
	readonly end: Float64Array;
}

/** Most points of a partition. */
export const mostPoints = 64;

/** Errors up to this part of an age do not matter. */
const toleratedRatio = 0.03;

/**
 * Adds where the head is now. A run in which nothing is produced keeps its both ends alone: with
 * only its beginning, what is produced after it would seem to have come during it.
 *
 * When there is no room, the point goes that is missed least (see {@link leastMissed}).
 *
 * @param first - the row of the partition's oldest point
 * @param count - how many it has
 * @param toleratedTicks - an error of that much, or of 3 %, is not worth more room; infinite where
 * there is no more room
 * @returns how many it has now, or -1 when more room would be worth it: nothing was added then
 */
export function addPoint(
	{ at, end }: HeadPoints,
	first: number,
	count: number,
	capacity: number,
	tick: number,
	head: number,
	toleratedTicks: number,
): number {
	const last = first + count - 1;
	if (count > 0 && tick <= (at[last] as number)) {
		// Two looks at one time: the wall clock was put back, or time did not go on.
		end[last] = head;
		return count;
	}
	if (count > 1 && end[last] === head && end[last - 1] === head) {
		at[last] = tick;
		return count;
	}
	let kept = count;
	if (count === capacity) {
		const victim = leastMissed(at, end, first, count, tick);
		const tolerated = Math.max(toleratedTicks, toleratedRatio * (tick - (at[victim] as number)));
		if (deviation(at, end, victim) > tolerated) return -1;
		kept = removePoint(at, end, first, count, victim);
	}
	at[first + kept] = tick;
	end[first + kept] = head;
	return kept + 1;
}

/** @returns how many points there are now */
function removePoint(
	at: Uint32Array,
	end: Float64Array,
	first: number,
	count: number,
	victim: number,
): number {
	for (let row = victim; row < first + count - 1; row++) {
		at[row] = at[row + 1] as number;
		end[row] = end[row + 1] as number;
	}
	return count - 1;
}

/**
 * The row between the oldest and the newest point that can go: the one that a straight line between
 * its neighbours replaces best, in relation to its age. The gap that it would leave counts for a
 * little too, so that where lines are straight the points end up spaced geometrically.
 */
function leastMissed(
	at: Uint32Array,
	end: Float64Array,
	first: number,
	count: number,
	now: number,
): number {
	let victim = first + 1;
	let least = Number.POSITIVE_INFINITY;
	const last = first + count - 1;
	for (let row = first + 1; row < last; row++) {
		const gap = (at[row + 1] as number) - (at[row - 1] as number);
		const missed = (deviation(at, end, row) + gap / 16) / (now - (at[row] as number));
		if (missed < least) {
			least = missed;
			victim = row;
		}
	}
	return victim;
}

/** By how many ticks a line between a point's neighbours misses it. */
function deviation(at: Uint32Array, end: Float64Array, row: number): number {
	const before = end[row - 1] as number;
	const rise = (end[row + 1] as number) - before;
	if (rise === 0) return 0;
	const from = at[row - 1] as number;
	const part = ((end[row] as number) - before) / rise;
	return Math.abs((at[row] as number) - from - part * ((at[row + 1] as number) - from));
}

/**
 * Puts a point that the broker looked up before the oldest one. Left out is what does not fit, for
 * the times of messages are their producers'. When there is no room, the least missed point goes.
 *
 * @returns how many points there are now
 */
export function addSeed(
	{ at, end }: HeadPoints,
	first: number,
	count: number,
	capacity: number,
	tick: number,
	head: number,
	now: number,
): number {
	if (count === 0) return count;
	if (tick >= (at[first] as number) || head > (end[first] as number)) return count;
	let kept = count;
	if (count === capacity) {
		kept = removePoint(at, end, first, count, leastMissed(at, end, first, count, now));
	}
	at.copyWithin(first + 1, first, first + kept);
	end.copyWithin(first + 1, first, first + kept);
	at[first] = tick;
	end[first] = head;
	return kept + 1;
}

/**
 * When the head was at an offset, that is, when the message at it came: between the last point at or
 * below it and the first above. Where all points are above, the oldest one's time: the message is at
 * least that old.
 *
 * @returns ticks, with a fraction; NaN when nothing is known
 */
export function headTick(
	{ at, end }: HeadPoints,
	first: number,
	count: number,
	offset: number,
): number {
	let low = first;
	let high = first + count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((end[middle] as number) <= offset) low = middle + 1;
		else high = middle;
	}
	// Now low is the first point above the offset.
	if (count === 0 || low === first + count) return Number.NaN;
	if (low === first) return at[first] as number;
	const before = end[low - 1] as number;
	const from = at[low - 1] as number;
	const part = (offset - before) / ((end[low] as number) - before);
	return from + part * ((at[low] as number) - from);
}

/**
 * The age of what came at a tick. Absent (NaN) while the only thing known is that it is there now:
 * an age of 0 would be good news that nobody has.
 */
export function ageSeconds(cameAt: number, now: number): number {
	return cameAt < now ? (now - cameAt) / ticksPerSecond : Number.NaN;
}
