import { setTimeout as sleep } from 'node:timers/promises';

/** How long and how often {@link until} looks. */
export interface Patience {
	/** 10 seconds unless given. */
	readonly timeoutMs?: number;
	/** 50 ms unless given. */
	readonly everyMs?: number;
}

/**
 * Looks again and again until there is an answer.
 *
 * @param what - what is waited for, for the error: `the group billing has lag 7`
 * @param look - gives the answer; undefined or false, or throwing, means not yet
 * @throws Error at the deadline, with what was seen or thrown last
 */
export async function until<Answer>(
	what: string,
	look: () => Answer | Promise<Answer>,
	patience: Patience = {},
): Promise<Exclude<Answer, undefined | false>> {
	const { timeoutMs = 10_000, everyMs = 50 } = patience;
	const deadlineMs = performance.now() + timeoutMs;
	for (;;) {
		let seen: unknown;
		try {
			const answer = await look();
			if (answer !== undefined && answer !== false) {
				return answer as Exclude<Answer, undefined | false>;
			}
			seen = answer;
		} catch (error) {
			seen = error;
		}
		if (performance.now() > deadlineMs) {
			throw new Error(`not within ${timeoutMs} ms: ${what}; last seen: ${String(seen)}`, {
				cause: seen,
			});
		}
		await sleep(everyMs);
	}
}
