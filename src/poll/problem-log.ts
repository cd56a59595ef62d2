import type { Logger } from 'pino';
import type { Problem } from '../model.ts';
import type { Outcome } from './outcome.ts';

/** Most problems of one code that one poll logs line by line. */
const mostPerCode = 5;

/**
 * Writes to the log what changed between two polls of a target: a problem's first time and its end,
 * never its repetition.
 */
export class ProblemLog {
	readonly #log: Logger;
	#open = new Map<string, { readonly problem: Problem; readonly polls: number }>();
	#failing = false;

	constructor(log: Logger) {
		this.#log = log;
	}

	/** Takes note of how a poll went. */
	poll({ result, problems, durationSeconds }: Outcome): void {
		const open = new Map<string, { problem: Problem; polls: number }>();
		for (const problem of problems) {
			const key = JSON.stringify([problem.code, problem.operation, problem.subject]);
			open.set(key, { problem, polls: (this.#open.get(key)?.polls ?? 0) + 1 });
		}
		this.#begun(
			[...open].filter(([key]) => !this.#open.has(key)).map(([, { problem }]) => problem),
		);
		this.#ended([...this.#open].filter(([key]) => !open.has(key)).map(([, entry]) => entry));
		this.#open = open;

		const failing = result === 'failed';
		if (this.#failing && !failing) this.#log.info({ durationSeconds }, 'target is read again');
		this.#failing = failing;
	}

	#begun(problems: readonly Problem[]): void {
		const byCode = new Map<string, Problem[]>();
		for (const problem of problems) {
			byCode.set(problem.code, [...(byCode.get(problem.code) ?? []), problem]);
		}
		for (const [code, all] of byCode) {
			for (const { operation, subject, message } of all.slice(0, mostPerCode)) {
				this.#log.warn(
					{ problem: code, operation, ...(subject !== undefined && { subject }) },
					message,
				);
			}
			if (all.length > mostPerCode) {
				const more = all.length - mostPerCode;
				this.#log.warn({ problem: code, more }, `and ${more} more of the same kind`);
			}
		}
	}

	#ended(entries: readonly { readonly problem: Problem; readonly polls: number }[]): void {
		const byCode = new Map<string, number>();
		for (const { problem, polls } of entries) {
			const seen = byCode.get(problem.code) ?? 0;
			byCode.set(problem.code, seen + 1);
			if (seen >= mostPerCode) continue;
			const { code, operation, subject } = problem;
			this.#log.info(
				{ problem: code, operation, ...(subject !== undefined && { subject }), polls },
				`no longer: ${problem.message}`,
			);
		}
		for (const [code, count] of byCode) {
			const more = count - mostPerCode;
			if (more > 0) this.#log.info({ problem: code, more }, `and ${more} more have ended`);
		}
	}
}
