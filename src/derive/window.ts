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

/**
 * Compares the oldest known lag of the window with the newest.
 *
 * @param lags - a ring of lags by round, NaN where the lag was not read
 * @param first - where the group's part of the ring begins
 * @param ticks - the ring of the rounds' ticks
 * @param round - the present one; they count from 1
 * @returns nothing while fewer than two are known
 */
export function lagSpan(
	lags: Float64Array,
	first: number,
	ticks: Uint32Array,
	round: number,
): LagSpan | undefined {
	let newest = round;
	const stop = Math.max(0, round - windowPolls);
	while (newest > stop && Number.isNaN(lags[first + (newest % windowPolls)])) newest--;
	let oldest = stop + 1;
	while (oldest < newest && Number.isNaN(lags[first + (oldest % windowPolls)])) oldest++;
	if (oldest >= newest) return undefined;
	const between = (ticks[newest % windowPolls] as number) - (ticks[oldest % windowPolls] as number);
	if (between <= 0) return undefined;
	return {
		before: lags[first + (oldest % windowPolls)] as number,
		now: lags[first + (newest % windowPolls)] as number,
		seconds: between / ticksPerSecond,
	};
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
 * Time to lag 0 at the net rate of the window, in seconds: 0 without lag, absent while the lag does
 * not shrink.
 */
export function drainSeconds(lag: number, span: LagSpan | undefined): number | undefined {
	if (lag === 0) return 0;
	if (span === undefined || span.now >= span.before) return undefined;
	return (lag * span.seconds) / (span.before - span.now);
}
