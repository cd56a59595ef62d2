import { z } from 'zod';
import { shown } from './quoted.ts';

const units = [
	['d', 86_400_000],
	['h', 3_600_000],
	['m', 60_000],
	['s', 1000],
	['ms', 1],
] as const;

const shape = new RegExp(`^${units.map(([unit]) => `(?:(\\d+)${unit})?`).join('')}$`);

/**
 * A duration: text such as `500ms`, `15s`, `5m`, `1h30m` or `7d` in the file, milliseconds in the
 * program. Units go from large to small, each at most once; a bare number has no unit and is refused.
 */
export const duration = z.codec(
	z
		.string({ error: ({ input }) => (input === undefined ? undefined : expected(input)) })
		.meta({ pattern: shape.source }),
	z.number(),
	{
		decode(text, context) {
			const ms = milliseconds(text);
			if (ms !== undefined) return ms;
			context.issues.push({ code: 'custom', input: text, message: expected(text) });
			return z.NEVER;
		},
		encode: durationText,
	},
);

/** A duration of more than nothing. */
export const positiveDuration = duration.refine((ms) => ms >= 1, {
	error: 'expected more than 0s',
});

/** A duration to wait between two things: more than nothing, and no more than a timer can wait. */
export const period = duration.refine((ms) => ms >= 1 && ms <= 24 * 86_400_000, {
	error: ({ input }) => `expected more than 0s and at most 24d, got ${durationText(Number(input))}`,
});

/** Milliseconds in the spelling of the file, with no unit that is zero: 5400000 is `1h30m`. */
export function durationText(ms: number): string {
	let rest = ms;
	let text = '';
	for (const [unit, unitMs] of units) {
		const count = Math.floor(rest / unitMs);
		if (count > 0) text += `${count}${unit}`;
		rest -= count * unitMs;
	}
	return text === '' ? '0s' : text;
}

function milliseconds(text: string): number | undefined {
	const counts = shape.exec(text)?.slice(1);
	if (counts === undefined || text === '') return undefined;
	const ms = units.reduce((sum, [, unitMs], at) => sum + Number(counts[at] ?? 0) * unitMs, 0);
	return Number.isSafeInteger(ms) ? ms : undefined;
}

function expected(input: unknown): string {
	return `expected a duration such as 15s, 5m or 1h30m, got ${shown(input)}`;
}
