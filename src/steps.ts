import { setImmediate as atNextTurn } from 'node:timers';
import { setImmediate } from 'node:timers/promises';

/** All work together goes on for so long before the event loop serves others; `late` is for what is late. */
const turnMs = { least: 0.1, usual: 2, late: 5 };

/** An answer takes a few turns of the event loop: for so long they are short. */
const hasteMs = 50;
let hastyUntilMs = 0;

/** When work began in this turn of the event loop, and for how long it may go on. */
let current: { readonly beganMs: number; readonly mostMs: number } | undefined;

/** When work was seen to go on last. */
let workedMs = 0;

/** Work waits one after the other: for the turn that was given last. */
let latest: Promise<void> = Promise.resolve();

/** How many works go on, by the signal that they were given. */
const goingOn = new WeakMap<AbortSignal, number>();

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
 *
 * @param signal - when it fires, the rest takes longer turns, for it must end soon
 */
export async function inTurns<Result>(
	steps: Generator<void, Result>,
	signal?: AbortSignal,
): Promise<Result> {
	if (signal) count(signal, 1);
	try {
		for (;;) {
			if (!hasTime(signal)) await turn();
			do {
				const { done, value } = steps.next();
				if (done) return value;
			} while (hasTime(signal));
		}
	} finally {
		if (signal) count(signal, -1);
	}
}

/** Whether work in turns goes on that was given this signal: it waits for nobody, and comes to its end. */
export function isAtWork(signal: AbortSignal): boolean {
	return (goingOn.get(signal) ?? 0) > 0;
}

/** Does the same work in one go. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}

function count(signal: AbortSignal, more: number): void {
	goingOn.set(signal, (goingOn.get(signal) ?? 0) + more);
}

function hasTime(signal?: AbortSignal): boolean {
	const { beganMs, mostMs } = begin();
	workedMs = performance.now();
	return workedMs - beganMs < (signal?.aborted ? turnMs.late : mostMs);
}

/** Begins the work of this turn, if it has not begun. */
function begin() {
	if (current === undefined) {
		const beganMs = performance.now();
		current = { beganMs, mostMs: mostAt(beganMs) };
		atNextTurn(() => {
			current = undefined;
		});
	}
	return current;
}

/** While somebody waits, work takes a quarter of the time that others took since the last: it must go on. */
function mostAt(nowMs: number): number {
	if (nowMs >= hastyUntilMs) return turnMs.usual;
	return Math.min(turnMs.usual, Math.max(turnMs.least, (nowMs - workedMs) / 4));
}
