import { setImmediate } from 'node:timers/promises';

/** Work goes on for so long before others have their turn: a scrape waits no longer for it. */
const turnMs = 2;

/** Work gets its turns one after the other: the turn that was given last. */
let latest: Promise<void> = Promise.resolve();

/** Waits for a turn of the event loop in which no other work has its own. */
export function turn(): Promise<void> {
	latest = latest.then(() => setImmediate());
	return latest;
}

/**
 * Does long work in turns of its own, so that the event loop serves others before and in between,
 * however much work is done at the same time.
 */
export async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
	for (;;) {
		await turn();
		const began = performance.now();
		do {
			const { done, value } = steps.next();
			if (done) return value;
		} while (performance.now() - began < turnMs);
	}
}

/** Does the same work in one go. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}
