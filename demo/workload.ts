import { setTimeout as sleep } from 'node:timers/promises';

/** What a group is made to do, in words; the table shows what comes of it. */
export interface Behaviour {
	readonly stream: string;
	readonly group: string;
	readonly does: string;
}

/** Producers and consumers that work on one broker until their signal. */
export interface Workload {
	readonly behaviours: readonly Behaviour[];
	/** Settles when all has ended and every connection is closed; rejects when the broker went away. */
	readonly ended: Promise<void>;
}

/** Messages that each platform's producer writes in a second. */
export const producedPerSecond = 20;

/** Messages that a group which falls behind takes in a second. */
export const slowPerSecond = 8;

/** Does something again and again until the signal. */
export async function repeat(
	everyMs: number,
	signal: AbortSignal,
	step: () => Promise<unknown>,
): Promise<void> {
	while (!signal.aborted) {
		await step();
		await sleep(everyMs, undefined, { signal }).catch(() => {});
	}
}

/** Settles at the signal. */
export function atTheEnd(signal: AbortSignal): Promise<void> {
	return repeat(3_600_000, signal, async () => {});
}
