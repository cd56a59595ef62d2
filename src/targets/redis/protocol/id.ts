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

/** An id as commands take it. */
export function idText({ major, minor }: Position): string {
	return `${major}-${minor}`;
}

/** Negative when the first id comes before the second, 0 when they are the same. */
export function compareIds(a: Position, b: Position): number {
	return a.major - b.major || a.minor - b.minor;
}

/**
 * Whether an id tells a time. Producers can choose their own ids, `1-0` or a number of their domain;
 * what lies outside 2015 to tomorrow tells none.
 */
export function isTime({ major }: Position, nowMs: number): boolean {
	return major >= year2015Ms && major <= nowMs + dayMs;
}

/** How old what has the id is; 0 where the clocks of two servers differ. */
export function ageSeconds({ major }: Position, nowMs: number): number {
	return Math.max(0, nowMs - major) / 1000;
}

const year2015Ms = Date.UTC(2015, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
