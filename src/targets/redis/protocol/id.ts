import type { Position } from '../../../model.ts';

/**
 * An entry id, `milliseconds-sequence` in decimal digits. Absent: the text is no id, or a part of it
 * is 2^53 or more (the server goes up to 2^64) and could only be rounded.
 */
export function parseId(text: string): Position | undefined {
	const [, milliseconds, sequence] = /^(\d{1,20})-(\d{1,20})$/.exec(text) ?? [];
	const major = Number(milliseconds);
	const minor = Number(sequence);
	return Number.isSafeInteger(major) && Number.isSafeInteger(minor) ? { major, minor } : undefined;
}

/** Negative when the first id comes before the second, 0 when they are the same. */
export function compareIds(a: Position, b: Position): number {
	return a.major - b.major || a.minor - b.minor;
}
