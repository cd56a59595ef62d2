import { z } from 'zod';

/** A text that is not empty. */
export const text = z.string().min(1, 'expected a text, got an empty one');
