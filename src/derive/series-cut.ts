import { keyOf } from '../finder.ts';
import type { Consumer, Records } from '../model.ts';
import { look } from '../records.ts';

/** Which groups are exported. */
export interface Cut {
	/** The rows of those that are. */
	readonly left: Uint32Array;
	/** Those that are not. */
	readonly dropped: Dropped;
}

/**
 * Which groups were left out: those from the first one on. That they are told by their place keeps
 * nothing of each of them from poll to poll.
 */
export interface Dropped {
	readonly first: Place;
	/**
	 * Groups first seen later than this are new. Of the others all from the first one on count as left out,
	 * those too that were not there just then, but came again.
	 */
	readonly upToMs: number;
	/** The keys of those that stayed all the same, for they are never left out. */
	readonly stayed: ReadonlySet<string>;
}

/** How many series groups may make. */
interface Room {
	readonly toStay: number;
	/** Up to a group that was left out before. */
	readonly toComeBack: number;
}

/** What decides in which order groups are left out. */
type Place = Pick<Consumer, 'firstSeenMs' | 'stream' | 'consumerGroup'>;

/** So many groups are looked at in one step. */
const stepLength = 512;

/**
 * Chooses the groups that are exported. Those seen first come first, and from the first one that does
 * not fit on none does, but those that are never left out. Absent: all fit.
 *
 * @param series - that each of the groups makes
 * @param droppedBefore - those that were left out of the last records
 */
export function* cutToFit(
	consumers: Records<Consumer>,
	series: Uint32Array,
	room: Room,
	droppedBefore: Dropped | undefined,
): Generator<void, Cut | undefined> {
	let always = 0;
	const all = new Uint32Array(consumers.length);
	let count = 0;
	for (let row = 0; row < consumers.length; row++) {
		if (row % stepLength === 0) yield;
		if (staysAlways(look(consumers, row))) always += series[row] as number;
		else all[count++] = row;
	}
	const rows = all.subarray(0, count);
	let first = yield* firstOver(consumers, series, rows, room.toStay - always);
	if (droppedBefore) {
		const full = yield* firstOver(consumers, series, rows, room.toComeBack - always);
		if (full) first = yield* firstDropped(consumers, rows, droppedBefore, full, first);
	}
	return first && (yield* cutAt(first, consumers));
}

/**
 * The group that is the first with which there are more series than may be. They need not be sorted
 * for that: of those among which it must be one is chosen, and if all up to it fit, it is one of those
 * after it, else of those before (quickselect).
 *
 * @param rows - of the groups, in any order; they change their places
 */
function* firstOver(
	consumers: Records<Consumer>,
	series: Uint32Array,
	rows: Uint32Array,
	most: number,
): Generator<void, Place | undefined> {
	let found: Place | undefined;
	let used = 0;
	let from = 0;
	let to = rows.length;
	while (from < to) {
		const middle = from + Math.floor((to - from) / 2);
		const chosenRow = rows[middle] as number;
		const chosen = placeOf(look(consumers, chosenRow));
		swap(rows, middle, to - 1);
		let upTo = from;
		let more = series[chosenRow] as number;
		for (let index = from; index < to - 1; index++) {
			if (index % stepLength === 0) yield;
			const row = rows[index] as number;
			if (compare(look(consumers, row), chosen) >= 0) continue;
			more += series[row] as number;
			swap(rows, index, upTo++);
		}
		swap(rows, upTo, to - 1);
		if (used + more <= most) {
			used += more;
			from = upTo + 1;
		} else {
			found = chosen;
			to = upTo;
		}
	}
	return found;
}

/** The first group from one on that was left out before; the end where there is none before it. */
function* firstDropped(
	consumers: Records<Consumer>,
	rows: Uint32Array,
	droppedBefore: Dropped,
	from: Place,
	end: Place | undefined,
): Generator<void, Place | undefined> {
	let first = end;
	for (let index = 0; index < rows.length; index++) {
		if (index % stepLength === 0) yield;
		const consumer = look(consumers, rows[index] as number);
		if (compare(consumer, from) < 0 || (first && compare(consumer, first) >= 0)) continue;
		if (wasDropped(consumer, droppedBefore)) first = placeOf(consumer);
	}
	return first;
}

function* cutAt(first: Place, consumers: Records<Consumer>): Generator<void, Cut> {
	const left = new Uint32Array(consumers.length);
	let count = 0;
	let upToMs = first.firstSeenMs;
	const stayed = new Set<string>();
	for (let row = 0; row < consumers.length; row++) {
		if (row % stepLength === 0) yield;
		const consumer = look(consumers, row);
		upToMs = Math.max(upToMs, consumer.firstSeenMs);
		if (compare(consumer, first) >= 0) {
			if (!staysAlways(consumer)) continue;
			stayed.add(keyOf(consumer));
		}
		left[count++] = row;
	}
	return { left: left.slice(0, count), dropped: { first, upToMs, stayed } };
}

function wasDropped(consumer: Consumer, { first, upToMs, stayed }: Dropped): boolean {
	if (consumer.firstSeenMs > upToMs || compare(consumer, first) < 0) return false;
	return !stayed.has(keyOf(consumer));
}

/** A copy, for the next look shows another record. */
function placeOf({ firstSeenMs, stream, consumerGroup }: Place): Place {
	return { firstSeenMs, stream, consumerGroup };
}

function staysAlways({ objective, expected }: Consumer): boolean {
	return objective.expressed || expected;
}

/** Those seen first come first; of those seen in the same poll, by their names. */
function compare(a: Place, b: Place): number {
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
