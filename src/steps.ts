import { setImmediate } from 'node:timers/promises';

/** Work goes on for so long before others have their turn. */
const turnMs = { usual: 2, hasty: 0.2 };

/** An answer takes a few turns of the event loop: for so long they are short. */
const hasteMs = 50;
let hastyUntilMs = 0;

/** Somebody waits for an answer. */
export function hurry(): void {
	hastyUntilMs = performance.now() + hasteMs;
}

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
		const beganMs = performance.now();
		const mostMs = beganMs < hastyUntilMs ? turnMs.hasty : turnMs.usual;
		do {
			const { done, value } = steps.next();
			if (done) return value;
		} while (performance.now() - beganMs < mostMs);
	}
}

/** Does the same work in one go. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}
