import type { Readers } from '../model.ts';
import { ticksPerSecond } from './timeline.ts';

/**
 * Since when something stands still: the latest of its last move, the moment lag rose above what is
 * ignored, and the first sight.
 *
 * @param before - what this said at the last reading, 0 at the first
 * @param quiet - no lag that counts, or paused: nothing is expected to move
 * @returns a tick; 0 while nothing is expected to move
 */
export function standingSince(before: number, now: number, moved: boolean, quiet: boolean): number {
	if (quiet) return 0;
	return before === 0 || moved ? now : before;
}

/**
 * Since when nobody was seen who could read, as far as that counts for what stands still.
 *
 * Readers who are told with the time of their last attempt count as gone when none of them has tried
 * since the standstill began. Both times are measured up to a poll apart, so one interval (or half of
 * a clock that is younger) of difference is none: a reader whose last attempt was the move itself is
 * gone, one that keeps trying is there.
 *
 * @param before - what this said at the last reading, 0 at the first
 * @returns a tick; 0 while somebody is there
 */
export function nobodySince(
	before: number,
	now: number,
	readers: Readers,
	standing: number,
	intervalTicks: number,
): number {
	if (!readers.present) return before === 0 ? now : before;
	if (readers.idleSeconds === undefined) return 0;
	const clock = standing === 0 ? 0 : now - standing;
	const tolerated = Math.min(intervalTicks, clock / 2);
	if (readers.idleSeconds * ticksPerSecond < clock - tolerated) return 0;
	return before === 0 ? standing || now : before;
}

/**
 * What a clock shows. It goes on only with readings: what could not be read for a while shows what
 * it showed at the last reading, for a value that was kept is no evidence that nothing moves. When
 * it is read again and has not moved, the time between counts, for positions do not come back.
 *
 * @param provenAt - the tick of the last reading that saw all of it
 * @param since - the tick at which the clock began to run; 0: it does not
 */
export function clockSeconds(provenAt: number, since: number): number {
	return since === 0 ? 0 : Math.max(0, provenAt - since) / ticksPerSecond;
}
