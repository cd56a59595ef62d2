/** Failed polls in a row from which on the pace is reduced. */
const slowerAfterFailures = 2;

/** Small enough that a broker that is back is read within two intervals. */
const slowerBy = 1.5;

/** How much of an interval a poll may come earlier, so that replicas and targets spread out. */
const jitter = 0.1;

/** Node's timers take no more, and go off at once where they are given more. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Milliseconds from the start of one poll to the start of the next. Never more than the interval
 * while polls succeed, so that no value is older than the interval says.
 *
 * @param failures - failed polls in a row, up to now
 * @param random - from 0 up to 1
 */
export function nextDelayMs(intervalMs: number, failures: number, random: number): number {
	const slower = failures >= slowerAfterFailures ? slowerBy : 1;
	return Math.min(intervalMs * slower * (1 - jitter * random), longestTimerMs);
}
