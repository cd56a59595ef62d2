/**
 * The first answer of several who can be asked. The next one is asked when one before has failed, or
 * when no answer has come for a while: one that hangs is not waited for, and one that is merely slow
 * can still be the first.
 *
 * @param asks - at least one, in the order in which they are best asked
 * @param signal - no more are asked then; those under way are expected to end by it
 * @throws AggregateError of what each that was asked has thrown, when none answers
 */
export async function firstAnswer<Answer>(
	asks: readonly (() => Promise<Answer>)[],
	patienceMs: number,
	signal: AbortSignal,
): Promise<Answer> {
	const errors: unknown[] = [];
	const waiting = [...asks];
	let underWay = 0;
	let timer: NodeJS.Timeout | undefined;
	return await new Promise<Answer>((resolve, reject) => {
		const askNext = () => {
			clearTimeout(timer);
			// Whoever is asked first says in what it failed, even when that is the signal.
			const isEnded = signal.aborted && waiting.length < asks.length;
			const ask = isEnded ? undefined : waiting.shift();
			if (!ask) {
				if (underWay === 0) reject(new AggregateError(errors));
				return;
			}
			underWay += 1;
			timer = setTimeout(askNext, patienceMs);
			ask().then(
				(answer) => {
					waiting.length = 0;
					clearTimeout(timer);
					resolve(answer);
				},
				(error: unknown) => {
					errors.push(error);
					underWay -= 1;
					askNext();
				},
			);
		};
		askNext();
	});
}
