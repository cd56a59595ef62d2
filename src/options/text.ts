import { z } from 'zod';

/** What is said of a text that YAML's block scalars gave a line break, which nobody sees. */
export const oneLine = 'ends with a line break or has one: write it on one line, without | or >';

/** A text that is not empty. */
export const text = z
	.string()
	.min(1, 'expected a text, got an empty one')
	.refine((value) => !value.endsWith('\n'), oneLine);
