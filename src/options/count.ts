import { z } from 'zod';
import { shown } from './quoted.ts';

/** A whole number of things, from a least one on. */
export function count(least: 0 | 1) {
	const error = ({ input }: { readonly input?: unknown }) =>
		input === undefined ? undefined : `expected a whole number from ${least}, got ${shown(input)}`;
	return z.int({ error }).min(least, { error });
}
