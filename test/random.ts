/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Choices by the numbers of a generator. */
export class Chance {
	readonly next: () => number;

	constructor(seed: number) {
		this.next = seeded(seed);
	}

	/** A whole number from 0 to below a limit. */
	below(limit: number): number {
		return Math.floor(this.next() * limit);
	}

	between(least: number, most: number): number {
		return least + this.below(most - least + 1);
	}

	/** @throws RangeError when there is nothing to take from */
	oneOf<T>(things: readonly T[]): T {
		if (things.length === 0) throw new RangeError('there is nothing to take from');
		return things[this.below(things.length)] as T;
	}
}
