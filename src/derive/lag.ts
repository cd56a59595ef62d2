import type { ConsumerPartitions, Group, Kept, Partitions } from '../model.ts';

/** What is known of a group's lag, in messages. */
export interface LagFacts {
	readonly lag?: number;
	readonly lagUncertainty?: number;
	/** Why there is no `lag`. */
	readonly lagUnknown?: string;
	readonly partitionLagMax?: number;
	readonly partitionsUnknown?: number;
	readonly partitions?: ConsumerPartitions;
}

/**
 * The lag of a group: what the platform told, or the sum over its partitions.
 *
 * @param atMs - when the reading was made; what is older was kept from an earlier one
 */
export function lagOf(kept: Kept<Group>, atMs: number): LagFacts {
	const { lag } = kept.record;
	if ('unknown' in lag) return { lagUnknown: lag.unknown };
	if ('ids' in lag) return sumPartitions(lag, kept.readAtMs, atMs);
	return {
		lag: lag.messages,
		...(lag.uncertainty !== undefined && { lagUncertainty: lag.uncertainty }),
	};
}

/**
 * Sums end - max(committed, start), or the lag that is told, over the partitions. One partition that is not known makes the
 * sum unknown: a sum of the others would be a smaller number that looks like good news.
 *
 * A commit beyond the end belongs to a topic that was recreated or truncated: a lag of 0 would be a
 * lie until a commit fits again.
 */
function sumPartitions(rows: Partitions, readAtMs: number, atMs: number): LagFacts {
	const count = rows.ids.length;
	const lags = new Float64Array(count);
	const { told } = rows;
	const unknown = new Float64Array(count).fill(Number.NaN);
	const committed = rows.committed ?? unknown;
	let sum = 0;
	let max = 0;
	let uncertainty = 0;
	let unread = 0;
	let beyondEnd = 0;
	let kept = 0;
	for (let row = 0; row < count; row++) {
		const start = rows.start[row] as number;
		const end = rows.end[row] as number;
		const position = Math.max(committed[row] as number, start);
		let lag = told ? (told.lag[row] as number) : end - position;
		if (Number.isNaN(lag)) {
			unread += 1;
		} else if (lag < 0) {
			beyondEnd += 1;
			lag = Number.NaN;
		} else {
			sum += lag;
			uncertainty += told?.uncertainty[row] ?? 0;
			if (lag > max) max = lag;
			if ((rows.readAtMs?.[row] ?? readAtMs) < atMs) kept += 1;
		}
		lags[row] = lag;
	}
	const known = unread === 0 && beyondEnd === 0;
	return {
		...(known ? { lag: sum, partitionLagMax: max } : {}),
		...(known && told && { lagUncertainty: uncertainty }),
		...(!known && { lagUnknown: unread > 0 ? 'not_read' : 'commit_beyond_end' }),
		partitionsUnknown: unread + beyondEnd + kept,
		// Counts that stand in for offsets are not shown as such.
		partitions: { ids: rows.ids, lag: lags, committed: told ? unknown : committed },
	};
}
