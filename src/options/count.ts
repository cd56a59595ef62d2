import { z } from 'zod';
import { shown } from './quoted.ts';

/** A whole number of things, from a least one on. */
export function count(least: 0 | 1) {
	const error = ({ input }: { readonly input?: unknown }) => {
		if (input === undefined) return undefined;
		// It was rounded when it was read: as it is now, it would not be found in the file.
		if (Number(input) > Number.MAX_SAFE_INTEGER) {
			return `expected a whole number from ${least} to ${Number.MAX_SAFE_INTEGER}`;
		}
		const isQuoted = typeof input === 'string' && /^\d+$/.test(input);
		const hint = isQuoted ? ': take the quotes away' : '';
		return `expected a whole number from ${least}, got ${shown(input)}${hint}`;
	};
	// Not z.int(): where that fails, zod leaves out the checks across options.
	return z
		.number({ error })
		.refine((value) => Number.isSafeInteger(value) && value >= least, { error })
		.meta({ type: 'integer', minimum: least });
}
