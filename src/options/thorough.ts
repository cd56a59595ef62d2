import type { z } from 'zod';

/**
 * For a check across several options: run it even where one of them is mistaken, so that one run
 * reports every mistake. The check must then expect any value in any option.
 */
export const thorough = {
	when: ({ value }: z.core.ParsePayload): boolean => typeof value === 'object' && value !== null,
};
