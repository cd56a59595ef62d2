import type { Derived } from '../model.ts';
import type { SeriesLimits } from '../options/objective.ts';
import { Picked } from '../records.ts';
import { type Cut, cutToFit, type Dropped } from './series-cut.ts';

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
	/** The groups that are not. */
	readonly dropped: Dropped | undefined;
}

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
		const demand = {
			base,
			partitions,
			detail: before?.detail ?? true,
			dropped: before?.dropped,
		};
		this.#demands.set(target, demand);

		const share = shareOf(target, this.#demands, limits.total);
		const limit = Math.min(limits.perTarget ?? limits.total, share.series);
		const detail =
			share.detail && base + partitions <= limit * (demand.detail ? 1 : comesBackBelow);
		const decided = { ...demand, detail };
		// What others may have depends on it, and they come in between two steps.
		this.#demands.set(target, decided);
		const room = {
			toStay: limit - counts.streams,
			toComeBack: limit * comesBackBelow - counts.streams,
		};
		const isOver = base > limit || demand.dropped !== undefined;
		const groupsCut = isOver
			? yield* cutToFit(derived.consumers, counts.groups, room, demand.dropped)
			: undefined;
		this.#demands.set(target, { ...decided, dropped: groupsCut?.dropped });
		return cut(derived, counts, detail, groupsCut, limit);
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

/** @param groupsCut - absent: none is left out */
function cut(
	{ consumers, streams, expectations }: Derived,
	{ groups, partitions }: SeriesCounts,
	detail: boolean,
	groupsCut: Cut | undefined,
	limit: number,
): Derived {
	let dropped = detail ? 0 : partitions;
	if (groupsCut) {
		dropped += sum(groups);
		for (const row of groupsCut.left) dropped -= groups[row] as number;
	}
	return {
		consumers: groupsCut ? new Picked(consumers, groupsCut.left) : consumers,
		streams,
		expectations,
		...(!detail && { withoutPartitions: true }),
		seriesLimit: { series: limit, dropped },
	};
}
