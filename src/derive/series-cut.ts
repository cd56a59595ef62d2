import type { Consumer, Records } from '../model.ts';
import { look } from '../records.ts';

/** When a group was seen first, and which it is. */
export type Seen = Pick<Consumer, 'firstSeenMs' | 'stream' | 'consumerGroup'>;

/** How many series groups may make. */
interface Room {
	readonly toStay: number;
	/** If some were left out before. */
	readonly toComeBack: number;
}

/** So many groups are looked at in one step. */
const stepLength = 512;

/**
 * The group from which on none fits; absent when all do. Groups are taken in the order in which they
 * were seen, which they need not be sorted for: of those among which it must be, one is chosen, and
 * if all up to that one fit, it is one of those after it, else of those before (quickselect).
 */
export function* findCut(
	consumers: Records<Consumer>,
	series: Uint32Array,
	room: Room,
	cutBefore: Seen | undefined,
): Generator<void, Seen | undefined> {
	let used = 0;
	const rows = new Uint32Array(consumers.length);
	let from = 0;
	let to = 0;
	for (let row = 0; row < consumers.length; row++) {
		if (staysAlways(look(consumers, row))) used += series[row] as number;
		else rows[to++] = row;
		if (row % stepLength === 0) yield;
	}
	let found: Seen | undefined;
	while (from < to) {
		const middle = from + Math.floor((to - from) / 2);
		const chosenRow = rows[middle] as number;
		const chosen = seen(look(consumers, chosenRow));
		swap(rows, middle, to - 1);
		let upTo = from;
		let more = series[chosenRow] as number;
		for (let index = from; index < to - 1; index++) {
			const row = rows[index] as number;
			if (compareSeen(look(consumers, row), chosen) < 0) {
				more += series[row] as number;
				swap(rows, index, upTo++);
			}
			if (index % stepLength === 0) yield;
		}
		swap(rows, upTo, to - 1);
		const wasCut = cutBefore !== undefined && compareSeen(chosen, cutBefore) >= 0;
		if (used + more <= (wasCut ? room.toComeBack : room.toStay)) {
			used += more;
			from = upTo + 1;
		} else {
			found = chosen;
			to = upTo;
		}
	}
	return found;
}

/** The rows of the groups that are seen before another, and of those that are never left out. */
export function* rowsBefore(
	cutAt: Seen,
	consumers: Records<Consumer>,
): Generator<void, readonly number[]> {
	const left: number[] = [];
	for (let row = 0; row < consumers.length; row++) {
		const consumer = look(consumers, row);
		if (staysAlways(consumer) || compareSeen(consumer, cutAt) < 0) left.push(row);
		if (row % stepLength === 0) yield;
	}
	return left;
}

/** A copy, which keeps nothing else of the poll in memory. */
function seen({ firstSeenMs, stream, consumerGroup }: Seen): Seen {
	return { firstSeenMs, stream, consumerGroup };
}

function staysAlways({ objective, expected }: Consumer): boolean {
	return objective.expressed || expected;
}

/** Those seen first come first; of those seen in the same poll, by their names. */
function compareSeen(a: Seen, b: Seen): number {
	return (
		a.firstSeenMs - b.firstSeenMs ||
		compareTexts(a.stream, b.stream) ||
		compareTexts(a.consumerGroup, b.consumerGroup)
	);
}

function compareTexts(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}

function swap(rows: Uint32Array, one: number, other: number): void {
	const row = rows[one] as number;
	rows[one] = rows[other] as number;
	rows[other] = row;
}
