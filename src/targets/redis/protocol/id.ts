import type { Position } from '../../../model.ts';

const minus = 0x2d;
const zero = 0x30;

/**
 * An entry id, `milliseconds-sequence` in decimal digits. Absent: the bytes are no id, or a part of it
 * is 2^53 or more (the server goes up to 2^64) and could only be rounded.
 *
 * @param like - what it is often the same as; then that is given, and nothing made
 */
export function parseId(
	bytes: Uint8Array,
	from = 0,
	end = bytes.length,
	like?: Position,
): Position | undefined {
	let at = from;
	let major = 0;
	for (; at < end && bytes[at] !== minus; at++) major = withDigit(major, bytes[at]);
	const second = at + 1;
	if (at === from || second >= end) return undefined;
	let minor = 0;
	for (at = second; at < end; at++) minor = withDigit(minor, bytes[at]);
	if (!Number.isSafeInteger(major) || !Number.isSafeInteger(minor)) return undefined;
	return like?.major === major && like.minor === minor ? like : { major, minor };
}

/** NaN once there is something else than a digit. */
function withDigit(value: number, byte = 0): number {
	const digit = byte - zero;
	return digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
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
