import { groupKey, type Told } from './metrics.ts';
import type { Behaviour } from './workload.ts';

/** A group of the demo with its platform. */
export interface Row extends Behaviour {
	readonly platform: string;
}

const header = ['PLATFORM', 'STREAM', 'GROUP', 'LAG', 'CHANGE', 'PENDING', 'WHAT IT DOES'];
const numeric = new Set([3, 4, 5]);

/**
 * The table of lag as aligned lines.
 *
 * @param before - what was told for the table before, to show how lag changed
 */
export function tableLines(
	rows: readonly Row[],
	now: ReadonlyMap<string, Told>,
	before: ReadonlyMap<string, Told>,
): string[] {
	const cells = rows.map(({ platform, stream, group, does }) => {
		const key = groupKey(platform, stream, group);
		const { lag, pending } = now.get(key) ?? {};
		return [
			...[platform, stream, group],
			lag === undefined ? '?' : String(lag),
			change(before.get(key)?.lag, lag),
			pending === undefined ? '' : String(pending),
			does,
		];
	});
	return alignedLines([header, ...cells], numeric);
}

/**
 * Rows of cells as lines with columns of one width.
 *
 * @param toTheRight - columns of numbers
 */
export function alignedLines(
	rows: readonly (readonly string[])[],
	toTheRight: ReadonlySet<number> = new Set(),
): string[] {
	const widths = (rows[0] ?? []).map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return toTheRight.has(column) ? cell.padStart(width) : cell.padEnd(width);
			})
			.join('  ')
			.trimEnd(),
	);
}

function change(before: number | undefined, now: number | undefined): string {
	if (before === undefined || now === undefined || before === now) return '';
	return now > before ? `+${now - before}` : String(now - before);
}
