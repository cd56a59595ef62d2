import type { Chance } from '../test/random.ts';

/** What is fuzzed: something that must bear any input. */
export interface Part {
	/**
	 * Makes one input by chance and gives it to what is fuzzed.
	 *
	 * @param note - told of the input, before it is used
	 * @throws when something came of it that never should
	 */
	try(chance: Chance, note: (input: string | Buffer) => void): unknown;
	close?(): Promise<void>;
}
