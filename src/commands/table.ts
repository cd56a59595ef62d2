import type { Consumer, Derived, TargetState } from '../model.ts';
import { printable } from '../printable.ts';

/** A target and what it led to. */
export interface Result {
	readonly state: TargetState;
	readonly derived: Derived;
}

/**
 * Consumers of all targets as an aligned table, the largest lag first; below it the targets without
 * any, and what went wrong.
 */
export function formatTable(results: readonly Result[]): string {
	const consumers = results.flatMap(({ derived }) => [...derived.consumers]);
	const table =
		consumers.length > 0 ? align([header, ...consumers.sort(worstFirst).map(cells)]) : [];
	const remarks = [...results.flatMap(emptyLine), ...results.flatMap(problemLines)];
	return `${[...table, ...remarks].join('\n').trimStart()}\n`;
}

const header = [
	...['TARGET', 'PLATFORM', 'STREAM', 'GROUP'],
	...['LAG', 'AGE', 'PENDING', 'MEMBERS', 'STATUS', 'WHY'],
];
/** Columns of numbers, which are aligned to the right. */
const numbers = new Set([4, 5, 6, 7]);

function cells(consumer: Consumer): readonly string[] {
	const { target, platform, stream, consumerGroup, lag, lagSeconds, pending, members } = consumer;
	return [
		target,
		platform,
		printable(stream),
		printable(consumerGroup),
		grouped(lag),
		lagSeconds === undefined ? '' : `${grouped(Math.round(lagSeconds))} s`,
		grouped(pending),
		grouped(members),
		consumer.status,
		printable(consumer.statusReason),
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

/** Said, because a table without a target's name reads as if it had been forgotten. */
function emptyLine({ state, derived }: Result): readonly string[] {
	if (state.lastResult === 'failed' || derived.consumers.length > 0) return [];
	const streams = derived.streams.length;
	return [
		'',
		`${state.target}: no consumer group on ${streams} ${streams === 1 ? 'stream' : 'streams'}`,
	];
}

function problemLines({ state: { target, lastResult, problems } }: Result): readonly string[] {
	if (problems.length === 0) return [];
	const what = lastResult === 'failed' ? 'could not be read' : 'was read in part';
	return [
		'',
		`${target} ${what}:`,
		...problems.map(({ code, message }) => `  ${code}: ${printable(message)}`),
	];
}
