/** Work that waits for its turn. */
type Work = () => Promise<void>;

/**
 * Does one thing at a time. Of those who wait, each gets a turn after the other, however much one of
 * them asks for: who asks for much waits for himself.
 */
export class Turns {
	/** By who waits, and who is next stands first. */
	readonly #waiting = new Map<string, Work[]>();
	#isBusy = false;

	/** @param whose - who asks: the address that a connection comes from */
	take<Answer>(whose: string, work: () => Promise<Answer>): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const queue = this.#waiting.get(whose) ?? [];
			queue.push(() => work().then(resolve, reject));
			this.#waiting.set(whose, queue);
			if (!this.#isBusy) void this.#run();
		});
	}

	async #run(): Promise<void> {
		this.#isBusy = true;
		for (const [whose, queue] of this.#waiting) {
			// Behind all others, where the loop comes by again.
			this.#waiting.delete(whose);
			const work = queue.shift();
			if (queue.length > 0) this.#waiting.set(whose, queue);
			await work?.();
		}
		this.#isBusy = false;
	}
}
