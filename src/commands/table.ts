import type { Consumer, TargetState } from '../model.ts';
import { printable } from '../printable.ts';

/** Consumers as an aligned table, the largest lag first, and what went wrong below it. */
export function formatTable(
	consumers: readonly Consumer[],
	targets: readonly TargetState[],
): string {
	const rows = [...consumers].sort(worstFirst).map(cells);
	const lines = [...align([header, ...rows]), ...targets.flatMap(problemLines)];
	return `${lines.join('\n')}\n`;
}

const header = ['TARGET', 'PLATFORM', 'STREAM', 'GROUP', 'LAG', 'PENDING', 'MEMBERS', 'STATE'];
/** Columns of numbers, which are aligned to the right. */
const numbers = new Set([4, 5, 6]);

function cells(consumer: Consumer): readonly string[] {
	const { target, platform, stream, consumerGroup, lag, pending, members, state } = consumer;
	return [
		target,
		platform,
		printable(stream),
		printable(consumerGroup),
		lag === undefined ? `unknown (${consumer.lagUnknown})` : grouped(lag),
		grouped(pending),
		grouped(members),
		state ?? '',
	];
}

function worstFirst(a: Consumer, b: Consumer): number {
	const lag = ({ lag }: Consumer) => lag ?? Number.POSITIVE_INFINITY;
	const difference = lag(b) === lag(a) ? 0 : lag(b) - lag(a);
	return (
		difference ||
		compare(a.target, b.target) ||
		compare(a.stream, b.stream) ||
		compare(a.consumerGroup, b.consumerGroup)
	);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function grouped(value: number | undefined): string {
	return value === undefined ? '' : value.toLocaleString('en-US');
}

function align(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = header.map((_, column) =>
		rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return numbers.has(column) ? cell.padStart(width) : cell.padEnd(width);
			})
			.join('  ')
			.trimEnd(),
	);
}

function problemLines({ target, lastResult, problems }: TargetState): readonly string[] {
	if (problems.length === 0) return [];
	const what = lastResult === 'failed' ? 'could not be read' : 'was read in part';
	return [
		'',
		`${target} ${what}:`,
		...problems.map(({ code, message }) => `  ${code}: ${printable(message)}`),
	];
}
