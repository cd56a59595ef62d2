import { recentPolls } from '../model.ts';
import { ticksPerSecond } from './timeline.ts';

/** A status looks back as far as lags are remembered. */
export const windowPolls = recentPolls;

/** The first and the last lag that are known within the window. */
export interface LagSpan {
	readonly before: number;
	readonly now: number;
	/** Between the two; more than 0. */
	readonly seconds: number;
}

/** Where the {@link LagSpan} of each group stands; NaN where there is none. */
export interface LagSpans {
	readonly spanBefore: Float64Array;
	readonly spanNow: Float64Array;
	readonly spanSeconds: Float64Array;
}

/**
 * Forgets a group's lags: after a round without it, they are those of a time long past.
 *
 * @param first - where its part of the ring begins
 */
export function forgetLags(lags: Float64Array, first: number): void {
	lags.fill(Number.NaN, first, first + windowPolls);
}

/**
 * Compares the oldest known lag of the window with the newest. While fewer than two are known, the row
 * stays NaN.
 *
 * @param lags - a ring of lags by round, NaN where the lag was not read
 * @param first - where the group's part of the ring begins
 * @param ticks - the ring of the rounds' ticks
 * @param round - the present one; they count from 1
 * @param spans - the group's row of them gets the span
 */
export function takeSpan(
	lags: Float64Array,
	first: number,
	ticks: Uint32Array,
	round: number,
	{ spanBefore, spanNow, spanSeconds }: LagSpans,
	row: number,
): void {
	let newest = round;
	const stop = Math.max(0, round - windowPolls);
	while (newest > stop && Number.isNaN(lags[first + (newest % windowPolls)])) newest--;
	let oldest = stop + 1;
	while (oldest < newest && Number.isNaN(lags[first + (oldest % windowPolls)])) oldest++;
	if (oldest >= newest) return;
	const between = (ticks[newest % windowPolls] as number) - (ticks[oldest % windowPolls] as number);
	if (between <= 0) return;
	spanBefore[row] = lags[first + (oldest % windowPolls)] as number;
	spanNow[row] = lags[first + (newest % windowPolls)] as number;
	spanSeconds[row] = between / ticksPerSecond;
}

/** Copies a group's part of the ring of lags, oldest first, to where `to` says. */
export function copyLags(
	lags: Float64Array,
	first: number,
	round: number,
	copy: Float32Array,
	to: number,
): void {
	for (let age = 0; age < windowPolls; age++) {
		copy[to + age] = lags[first + ((round + 1 + age) % windowPolls)] as number;
	}
}

/**
 * Time to lag 0 at the net rate of the window, in seconds: 0 without lag; NaN while the lag does not
 * shrink, or is not known.
 */
export function drainSeconds(lag: number, spans: LagSpans, row: number): number {
	if (lag === 0) return 0;
	const shrunk = shrunkBy(spans, row);
	return shrunk > 0 ? (lag * (spans.spanSeconds[row] as number)) / shrunk : Number.NaN;
}

/** By how much the lag became smaller within the window, less than 0 where it grew; NaN: not known. */
export function shrunkBy({ spanBefore, spanNow }: LagSpans, row: number): number {
	return (spanBefore[row] as number) - (spanNow[row] as number);
}
