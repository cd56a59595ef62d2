import type { PollResult, Problem, Reading } from '../model.ts';
import { isAtWork } from '../steps.ts';
import { type Target, UnreadableError } from '../targets/target.ts';

/** How one poll of one target went. */
export interface Outcome {
	readonly result: PollResult;
	/** When it began, in milliseconds since 1970. */
	readonly startedAtMs: number;
	readonly durationSeconds: number;
	/** Absent when nothing could be read. */
	readonly reading?: Reading;
	readonly problems: readonly Problem[];
}

/** How long after the deadline a read may take to end, unless it is at work. */
const graceMs = 1000;

/**
 * Reads a target once, under a deadline. Never rejects, and never waits for a read that still waits for
 * something after its signal: that is a failed poll like any other.
 *
 * @param timeoutMs - the whole poll's time
 * @param signal - ends the poll early, at shutdown
 */
export async function pollOnce(
	read: Target['read'],
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Outcome> {
	const startedAtMs = Date.now();
	const started = performance.now();
	const end = () => (performance.now() - started) / 1000;
	try {
		const reading = await underDeadline(read, timeoutMs, signal);
		const { problems } = reading;
		const result = problems.length === 0 && reading.complete ? 'ok' : 'partial';
		return { result, startedAtMs, durationSeconds: end(), reading, problems };
	} catch (error) {
		const problems = problemsOf(error);
		return { result: 'failed', startedAtMs, durationSeconds: end(), problems };
	}
}

/**
 * Does something with a target under a deadline.
 *
 * @param work - given a signal that fires at the deadline, or with `signal`
 * @throws Error when it waits for something after its deadline, and what `work` throws
 */
export async function underDeadline<T>(
	work: (signal: AbortSignal) => Promise<T>,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<T> {
	// Not AbortSignal.any: a signal that lives as long as the process remembers each it was joined with
	// (nodejs/node#55351).
	const ending = new AbortController();
	const timer = setTimeout(() => {
		ending.abort(new Error(`the poll's deadline of ${timeoutMs / 1000} s has passed`));
	}, timeoutMs);
	const end = () => ending.abort(signal.reason);
	signal.addEventListener('abort', end, { once: true });
	if (signal.aborted) end();
	let graceTimer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		const error = new Error(
			'the read has not ended with its deadline: its connections are closed and made anew',
		);
		const giveUp = () => {
			// What was told is still being read, which ends; others are served in between.
			if (isAtWork(ending.signal)) graceTimer = setTimeout(giveUp, graceMs);
			else reject(error);
		};
		graceTimer = setTimeout(giveUp, timeoutMs + graceMs);
	});
	try {
		return await Promise.race([work(ending.signal), late]);
	} finally {
		signal.removeEventListener('abort', end);
		clearTimeout(timer);
		clearTimeout(graceTimer);
	}
}

/** Code of a failure that no target foresaw: a defect of ours. */
export const internalProblem = 'internal';

/** What an error says, of a read that read nothing or of a defect. */
export function problemsOf(error: unknown): readonly Problem[] {
	if (error instanceof UnreadableError) return error.problems;
	const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return [{ code: internalProblem, operation: 'read', message }];
}
