import { ticksPerSecond } from './timeline.ts';

/**
 * Where the ends of partitions were at earlier times: rows of points, oldest first. Each partition
 * has `capacity` rows, of which the first few are in use. Neither times nor ends descend.
 */
export interface HeadPoints {
	/** Ticks. */
	readonly at: Uint32Array;
	readonly end: Float64Array;
	/**
	 * Between a point and the next one, a straight line may be off by so many ticks from points that
	 * were there; 65535 and more are one.
	 */
	readonly error: Uint16Array;
}

/** Most points of a partition. */
export const mostPoints = 64;

/**
 * Ages are to be right within one interval or 3 %. The interval is what polls themselves cost, so
 * that thinning may cost the rest of the 3 %, or else a tenth of an interval.
 */
const toleratedRatio = 0.03;
const toleratedIntervals = 0.1;

/** A gap as long as its age counts as little as an error of so many intervals or times 3 %. */
const gapWeight = 2;

/**
 * Adds where the head is now. A run in which nothing is produced keeps its both ends alone: with
 * only its beginning, what is produced after it would seem to have come during it.
 *
 * When there is no room, the point goes that is missed least (see {@link leastMissed}).
 *
 * @param first - the row of the partition's oldest point
 * @param count - how many it has
 * @param intervalTicks - of the polls
 * @param mayGrow - whether to ask for more room where that is worth it
 * @returns how many it has now, or -1 when more room would be worth it: nothing was added then
 */
export function addPoint(
	points: HeadPoints,
	first: number,
	count: number,
	capacity: number,
	tick: number,
	head: number,
	intervalTicks: number,
	mayGrow: boolean,
): number {
	const { at, end, error } = points;
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
		const victim = leastMissed(points, first, count, tick, intervalTicks);
		const age = tick - (at[victim] as number);
		if (mayGrow && errorWithout(points, victim) > tolerated(age, intervalTicks)) return -1;
		kept = removePoint(points, first, count, victim);
	}
	at[first + kept] = tick;
	end[first + kept] = head;
	error[first + kept] = 0;
	return kept + 1;
}

function tolerated(ageTicks: number, intervalTicks: number): number {
	return Math.max(toleratedIntervals * intervalTicks, toleratedRatio * ageTicks - intervalTicks);
}

/** @returns how many points there are now */
function removePoint(points: HeadPoints, first: number, count: number, victim: number): number {
	const { at, end, error } = points;
	error[victim - 1] = Math.min(65_535, Math.ceil(errorWithout(points, victim)));
	for (let row = victim; row < first + count - 1; row++) {
		at[row] = at[row + 1] as number;
		end[row] = end[row + 1] as number;
		error[row] = error[row + 1] as number;
	}
	return count - 1;
}

/**
 * The row between the oldest and the newest point that can go: the one without which ages are least
 * wrong, measured by one interval or 3 %. The gap that it would leave counts for a little too, so
 * that where lines are straight the points end up spaced geometrically.
 */
function leastMissed(
	points: HeadPoints,
	first: number,
	count: number,
	now: number,
	intervalTicks: number,
): number {
	const { at } = points;
	let victim = first + 1;
	let least = Number.POSITIVE_INFINITY;
	const last = first + count - 1;
	for (let row = first + 1; row < last; row++) {
		const gap = (at[row + 1] as number) - (at[row - 1] as number);
		const age = now - (at[row] as number);
		const wrong = errorWithout(points, row) / Math.max(intervalTicks, toleratedRatio * age);
		const missed = wrong + gap / (gapWeight * age);
		if (missed < least) {
			least = missed;
			victim = row;
		}
	}
	return victim;
}

/**
 * By how many ticks a line between a point's neighbours may be off: by what it misses the point by,
 * and by what the lines to the point were off already.
 */
function errorWithout({ at, end, error }: HeadPoints, row: number): number {
	const before = end[row - 1] as number;
	const rise = (end[row + 1] as number) - before;
	const already = Math.max(error[row - 1] as number, error[row] as number);
	if (rise === 0) return already;
	const from = at[row - 1] as number;
	const part = ((end[row] as number) - before) / rise;
	const onLine = part * ((at[row + 1] as number) - from);
	return Math.abs((at[row] as number) - from - onLine) + already;
}

/**
 * Puts a point that the broker looked up before the oldest one, or moves back the beginning
 * of the run, in which nothing was produced, that the oldest one begins. Left out is what does not
 * fit, for the times of messages are their producers'. When there is no room, the least missed point
 * goes.
 *
 * @returns how many points there are now
 */
export function addSeed(
	points: HeadPoints,
	first: number,
	count: number,
	capacity: number,
	tick: number,
	head: number,
	now: number,
	intervalTicks: number,
): number {
	const { at, end, error } = points;
	if (count === 0) return count;
	if (tick >= (at[first] as number) || head > (end[first] as number)) return count;
	// Without room for both ends of a run, its beginning stands for it: an age may be too large, and
	// no point of another time goes for it.
	const isRun = count === capacity || (count > 1 && end[first + 1] === head);
	if (end[first] === head && isRun) {
		at[first] = tick;
		return count;
	}
	let kept = count;
	if (count === capacity) {
		const victim = leastMissed(points, first, count, now, intervalTicks);
		kept = removePoint(points, first, count, victim);
	}
	for (const column of [at, end, error]) column.copyWithin(first + 1, first, first + kept);
	at[first] = tick;
	end[first] = head;
	error[first] = 0;
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
	{ at, end }: Pick<HeadPoints, 'at' | 'end'>,
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
