import { setImmediate } from 'node:timers/promises';

/** Work goes on for so long before others have their turn: a scrape waits no longer for it. */
const turnMs = 5;

/** Does long work in turns of its own, so that the event loop serves others before and in between. */
export async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
	for (;;) {
		await setImmediate();
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
