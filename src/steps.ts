import { setImmediate as atNextTurn } from 'node:timers';
import { setImmediate } from 'node:timers/promises';

/** All work together goes on for so long before the event loop serves others. */
const turnMs = { usual: 2, hasty: 0.2 };

/** An answer takes a few turns of the event loop: for so long they are short. */
const hasteMs = 50;
let hastyUntilMs = 0;

/** When work began in this turn of the event loop. */
let beganMs: number | undefined;

/** Work waits one after the other: for the turn that was given last. */
let latest: Promise<void> = Promise.resolve();

/** Somebody waits for an answer. */
export function hurry(): void {
	hastyUntilMs = performance.now() + hasteMs;
}

/** Waits for a turn of the event loop in which no other work has waited, unless this one has time left. */
export async function turn(): Promise<void> {
	if (hasTime()) return;
	latest = latest.then(() => setImmediate());
	await latest;
	begin();
}

/**
 * Does long work in turns, so that the event loop serves others in between, however much work is done
 * at the same time.
 */
export async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
	for (;;) {
		await turn();
		do {
			const { done, value } = steps.next();
			if (done) return value;
		} while (hasTime());
	}
}

/** Does the same work in one go. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}

function hasTime(): boolean {
	const nowMs = performance.now();
	return nowMs - begin() < (nowMs < hastyUntilMs ? turnMs.hasty : turnMs.usual);
}

/** Notes when work began in this turn, if it begins now. */
function begin(): number {
	if (beganMs === undefined) {
		beganMs = performance.now();
		atNextTurn(() => {
			beganMs = undefined;
		});
	}
	return beganMs;
}
