import type { Logger } from 'pino';
import type { Problem } from '../model.ts';
import type { Outcome } from './outcome.ts';

/** Most problems of one code that one poll logs line by line. */
const mostPerCode = 5;

/**
 * Polls in a row that must lack a problem before it counts as ended, while there are others: a broker
 * that fails in two ways by turns would fill the log.
 */
const goneAfterPolls = 3;

/** A problem that was logged and has not ended. */
interface Open {
	/** As it was last met. */
	readonly problem: Problem;
	/** As it was last logged. */
	readonly logged: string;
	readonly polls: number;
	readonly missed: number;
}

/**
 * Writes to the log what changed between two polls of a target: a problem's first time, another
 * wording of it that has settled, and its end; never its repetition.
 */
export class ProblemLog {
	readonly #log: Logger;
	#open = new Map<string, Open>();
	#failing = false;

	constructor(log: Logger) {
		this.#log = log;
	}

	/** Takes note of how a poll went. */
	poll({ result, problems, durationSeconds }: Outcome): void {
		const met = new Map(problems.map((problem) => [keyOf(problem), problem]));
		const begun: Problem[] = [];
		const ended: Open[] = [];
		const open = new Map<string, Open>();
		for (const [key, problem] of met) {
			const before = this.#open.get(key);
			// Wordings with a number that differs each time would be logged each time.
			const settled = before?.problem.message === problem.message;
			const isNews = !before || (settled && before.logged !== problem.message);
			if (isNews) begun.push(problem);
			const logged = isNews ? problem.message : before.logged;
			open.set(key, { problem, logged, polls: (before?.polls ?? 0) + 1, missed: 0 });
		}
		for (const [key, before] of this.#open) {
			if (met.has(key)) continue;
			// A poll that has read nothing does not tell what has ended.
			const missed = before.missed + (result === 'failed' ? 0 : 1);
			if (result === 'ok' || missed >= goneAfterPolls) ended.push(before);
			else open.set(key, { ...before, missed });
		}
		this.#open = open;
		this.#begun(begun);
		this.#ended(ended);

		const failing = result === 'failed';
		if (this.#failing && !failing) this.#log.info({ durationSeconds }, 'target is read again');
		this.#failing = failing;
	}

	#begun(problems: readonly Problem[]): void {
		for (const [code, all] of byCode(problems, (problem) => problem)) {
			for (const problem of all.slice(0, mostPerCode)) {
				this.#log.warn(fieldsOf(problem), problem.message);
			}
			const more = all.length - mostPerCode;
			if (more > 0) this.#log.warn({ problem: code, more }, `and ${more} more of the same kind`);
		}
	}

	#ended(problems: readonly Open[]): void {
		for (const [code, all] of byCode(problems, ({ problem }) => problem)) {
			for (const { problem, logged, polls } of all.slice(0, mostPerCode)) {
				this.#log.info({ ...fieldsOf(problem), polls }, `no longer: ${logged}`);
			}
			const more = all.length - mostPerCode;
			if (more > 0) this.#log.info({ problem: code, more }, `and ${more} more have ended`);
		}
	}
}

function keyOf({ code, operation, subject }: Problem): string {
	return JSON.stringify([code, operation, subject]);
}

function fieldsOf({ code, operation, subject }: Problem) {
	return { problem: code, operation, ...(subject !== undefined && { subject }) };
}

function byCode<T>(
	items: readonly T[],
	problemOf: (item: T) => Problem,
): ReadonlyMap<string, readonly T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const { code } = problemOf(item);
		const group = groups.get(code);
		if (group) group.push(item);
		else groups.set(code, [item]);
	}
	return groups;
}
