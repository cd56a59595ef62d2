import type { Consumer, Derived, Records } from '../model.ts';
import type { SeriesLimits } from '../options/objective.ts';
import { look, Picked } from '../records.ts';

/** How many series the records of a target make. */
export interface SeriesCounts {
	/** Of streams and expectations, without those of single partitions. */
	readonly streams: number;
	/** Of each group, in the order of the consumers, without those of single partitions. */
	readonly groups: Uint32Array;
	/** Of single partitions. */
	readonly partitions: number;
}

/** What was left out comes back only when it leaves a fifth of the limit free. */
const comesBackBelow = 0.8;

interface Demand {
	/** Series without those of single partitions. */
	readonly base: number;
	readonly partitions: number;
	/** Whether single partitions are exported. */
	readonly detail: boolean;
	/** From this group on none is exported that may be left out. */
	readonly cutAt: Seen | undefined;
}

/** When a group was seen first, and which it is. */
type Seen = Pick<Consumer, 'firstSeenMs' | 'stream' | 'consumerGroup'>;

/**
 * Keeps the series of all targets within their limits. Over a limit the detail of partitions goes
 * first, then groups without an objective or expectation of their own, those seen last first.
 *
 * Where targets together are over the total, the detail of the largest goes first; if that is not
 * enough, each target may have the same number of series, and what some do not need goes to the
 * others. A target is cut when it is polled, so that the total may be exceeded for one interval.
 */
export class SeriesLimiter {
	readonly #demands = new Map<string, Demand>();

	/** What may be exported of a target's records, found in steps. */
	*limit(
		target: string,
		derived: Derived,
		counts: SeriesCounts,
		limits: SeriesLimits,
	): Generator<void, Derived> {
		const before = this.#demands.get(target);
		const base = counts.streams + sum(counts.groups);
		const { partitions } = counts;
		const wanted = {
			base,
			partitions,
			detail: before?.detail ?? true,
			cutAt: before?.cutAt,
		};
		this.#demands.set(target, wanted);

		const share = shareOf(target, this.#demands, limits.total);
		const limit = Math.min(limits.perTarget ?? limits.total, share.series);
		const detail =
			share.detail && base + partitions <= limit * (wanted.detail ? 1 : comesBackBelow);
		const { consumers } = derived;
		const isCut = base > limit || wanted.cutAt !== undefined;
		const cutAt = isCut ? yield* findCut(consumers, counts, limit, wanted.cutAt) : undefined;
		this.#demands.set(target, { ...wanted, detail, cutAt });
		const left = cutAt && (yield* rowsBefore(cutAt, consumers));
		return cut(derived, counts, detail, left, limit);
	}

	/** A target that is gone needs nothing. */
	forget(target: string): void {
		this.#demands.delete(target);
	}
}

/** What a target may have of the total, given what the others need. */
function shareOf(target: string, demands: ReadonlyMap<string, Demand>, total: number) {
	const bases = [...demands.values()].reduce((sum, { base }) => sum + base, 0);
	if (bases > total) return { detail: false, series: fairShare(target, demands, total) };
	let used = bases;
	let detail = true;
	// The smallest detail is kept first; what has none now needs more room to come back.
	const byDetail = [...demands].sort(([, a], [, b]) => a.partitions - b.partitions);
	for (const [name, demand] of byDetail) {
		const fits = used + demand.partitions <= total * (demand.detail ? 1 : comesBackBelow);
		if (fits) used += demand.partitions;
		if (name === target) detail = fits;
	}
	const own = demands.get(target);
	const mine = (own?.base ?? 0) + (detail ? (own?.partitions ?? 0) : 0);
	return { detail, series: total - (used - mine) };
}

/** The same for all, but nobody gets more than needed: what is over goes to those who need more. */
function fairShare(target: string, demands: ReadonlyMap<string, Demand>, total: number): number {
	let left = total;
	let sharers = demands.size;
	for (const [name, { base }] of [...demands].sort(([, a], [, b]) => a.base - b.base)) {
		const share = Math.floor(left / sharers);
		if (name === target) return share;
		left -= Math.min(base, share);
		sharers -= 1;
	}
	return total;
}

function sum(counts: Iterable<number>): number {
	let total = 0;
	for (const count of counts) total += count;
	return total;
}

/** So many groups are looked at in one step. */
const stepLength = 512;

/**
 * The group from which on none fits; absent when all do. Groups are taken in the order in which they
 * were seen, which they need not be sorted for: of those among which it must be, one is chosen, and
 * if all up to that one fit, it is one of those after it, else of those before (quickselect).
 */
function* findCut(
	consumers: Records<Consumer>,
	{ streams, groups }: SeriesCounts,
	limit: number,
	cutBefore: Seen | undefined,
): Generator<void, Seen | undefined> {
	let used = streams;
	const rows = new Uint32Array(consumers.length);
	let from = 0;
	let to = 0;
	for (let row = 0; row < consumers.length; row++) {
		if (staysAlways(look(consumers, row))) used += groups[row] as number;
		else rows[to++] = row;
		if (row % stepLength === 0) yield;
	}
	let found: Seen | undefined;
	while (from < to) {
		const middle = from + Math.floor((to - from) / 2);
		const chosenRow = rows[middle] as number;
		const chosen = consumers.at(chosenRow) as Consumer;
		swap(rows, middle, to - 1);
		let upTo = from;
		let series = groups[chosenRow] as number;
		for (let index = from; index < to - 1; index++) {
			const row = rows[index] as number;
			if (compareSeen(look(consumers, row), chosen) < 0) {
				series += groups[row] as number;
				swap(rows, index, upTo++);
			}
			if (index % stepLength === 0) yield;
		}
		swap(rows, upTo, to - 1);
		const wasCut = cutBefore !== undefined && compareSeen(chosen, cutBefore) >= 0;
		if (used + series <= limit * (wasCut ? comesBackBelow : 1)) {
			used += series;
			from = upTo + 1;
		} else {
			found = chosen;
			to = upTo;
		}
	}
	return found;
}

/** The rows of the groups that are seen before another, and of those that are never left out. */
function* rowsBefore(
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

/** @param left - the rows of the groups that are not left out; absent when none is */
function cut(
	{ consumers, streams, expectations }: Derived,
	{ groups, partitions }: SeriesCounts,
	detail: boolean,
	left: readonly number[] | undefined,
	limit: number,
): Derived {
	let dropped = detail ? 0 : partitions;
	if (left) {
		dropped += sum(groups);
		for (const row of left) dropped -= groups[row] as number;
	}
	return {
		consumers: left ? new Picked(consumers, left) : consumers,
		streams,
		expectations,
		...(!detail && { withoutPartitions: true }),
		seriesLimit: { series: limit, dropped },
	};
}
