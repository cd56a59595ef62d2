import { z } from 'zod';

/** A time as the server writes it, in milliseconds since 1970. */
export const instantMs = z
	.string()
	.transform((text) => Date.parse(text))
	.refine((ms) => !Number.isNaN(ms), 'not a time');
