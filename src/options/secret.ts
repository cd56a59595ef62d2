import { inspect } from 'node:util';
import { z } from 'zod';
import { oneLine } from './text.ts';

const mask = '<secret>';

/** A text that must not be seen: it prints as `<secret>` wherever it is not asked to reveal itself. */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
	}

	/** The text itself, for whom it is meant. */
	reveal(): string {
		return this.#value;
	}

	/** Whether both hide the same text. */
	equals(other: Secret): boolean {
		return this.#value === other.#value;
	}

	toString(): string {
		return mask;
	}

	toJSON(): string {
		return mask;
	}

	[inspect.custom](): string {
		return mask;
	}
}

/** A password or the like: not empty, never shown, not even in a mistake about it. */
export const secret = z
	.codec(
		z
			.string({
				error: ({ input }) =>
					input === undefined ? undefined : 'expected a secret text (digits alone need quotes)',
			})
			.min(1, 'expected a secret text, got an empty one')
			.refine((value) => !/[\r\n]/.test(value), oneLine),
		z.instanceof(Secret),
		{
			decode: (value) => new Secret(value),
			encode: (value) => value.toString(),
		},
	)
	.meta({ writeOnly: true });
