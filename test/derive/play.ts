import { derive } from '../../src/derive/derive.ts';
import { History } from '../../src/derive/history.ts';
import { planOf } from '../../src/derive/plan.ts';
import type {
	Carried,
	Consumer,
	Derived,
	Group,
	Partitions,
	Reading,
	StreamState,
	ToldPartitions,
} from '../../src/model.ts';
import type { Expected, Objective } from '../../src/options/objective.ts';
import { carry } from '../../src/poll/carry.ts';

/** What a play is set up with; durations in seconds. */
export interface PlayOptions {
	readonly interval?: number;
	readonly keepFailed?: number;
	readonly objectives?: readonly Objective[];
	readonly expected?: readonly Expected[];
}

/** When every play begins: 14:00:00 of a day, in milliseconds since 1970. */
export const startMs = Date.UTC(2026, 0, 2, 14);

/** Plays readings of one target through carry and derive, as the program does. */
export class Play {
	readonly history: History;
	readonly interval: number;
	readonly #keepFailedMs: number;
	#plan: ReturnType<typeof planOf>;
	#atMs: number;
	#carried: Carried | undefined;

	constructor({ interval = 10, keepFailed = 300, objectives, expected }: PlayOptions = {}) {
		this.interval = interval;
		this.#keepFailedMs = keepFailed * 1000;
		this.#atMs = startMs - interval * 1000;
		this.history = new History(interval);
		this.#plan = this.#planOf(objectives, expected);
	}

	/** Goes on with another configuration. */
	configure(objectives: readonly Objective[], expected: readonly Expected[] = []): void {
		this.#plan = this.#planOf(objectives, expected);
	}

	/**
	 * One interval later: what was read, undefined when nothing could be.
	 *
	 * @param after - seconds since the last poll, as the wall clock shows them
	 */
	poll(reading: Reading | undefined, after = this.interval): Derived {
		this.#atMs += after * 1000;
		this.#carried = carry(this.#carried, reading, this.#atMs, this.#keepFailedMs);
		return derive(this.history, this.#carried, this.#plan);
	}

	/** The same, of the only group that there is. */
	one(group: Group | undefined, rest: Partial<Reading> = {}, after?: number): Consumer {
		const { consumers } = this.poll(group && readingOf([group], rest), after);
		const [consumer] = consumers;
		if (!consumer || consumers.length > 1) throw new Error(`${consumers.length} groups`);
		return consumer;
	}

	#planOf(objectives?: readonly Objective[], expected?: readonly Expected[]) {
		const origin = { target: 't', platform: 'p', intervalSeconds: this.interval };
		return planOf(origin, objectives, expected);
	}
}

/** A complete reading; the streams are those of the groups' partitions unless it says others. */
export function readingOf(groups: readonly Group[], rest: Partial<Reading> = {}): Reading {
	const streams = new Map(
		groups.flatMap(({ stream, lag }) => {
			if (!('ids' in lag)) return [];
			const { committed: _, ...partitions } = lag;
			return [[stream, { name: stream, partitions }] as const];
		}),
	);
	return {
		streams: [...streams.values()],
		groups,
		unread: [],
		complete: true,
		problems: [],
		partitionDetail: true,
		agesByHead: true,
		...rest,
	};
}

/** A group with partitions 0, 1, …: committed, end and, unless it is 0, start of each. */
export function partitioned(
	committed: readonly number[],
	end: readonly number[],
	start: readonly number[] = end.map(() => 0),
	facts: Partial<Group> = {},
): Group & { readonly lag: Partitions } {
	return {
		stream: 'orders',
		consumerGroup: 'billing',
		...facts,
		lag: {
			ids: Int32Array.from(end.keys()),
			start: Float64Array.from(start),
			end: Float64Array.from(end),
			committed: Float64Array.from(committed),
		},
	};
}

/** What partitions tell of themselves; what is not given is not known. */
export function toldPartitions(
	lag: readonly number[],
	facts: {
		readonly uncertainty?: readonly number[];
		readonly position?: readonly number[];
		readonly consumedCount?: readonly number[];
		readonly unknown?: string;
	} = {},
): ToldPartitions {
	const column = (values?: readonly number[]) =>
		Float64Array.from(lag, (_, row) => values?.[row] ?? Number.NaN);
	return {
		lag: column(lag),
		uncertainty: column(facts.uncertainty ?? lag.map(() => 0)),
		positionMajor: column(facts.position),
		positionMinor: column(facts.position?.map(() => 0)),
		consumedCount: column(facts.consumedCount),
		...(facts.unknown !== undefined && { unknown: facts.unknown }),
	};
}

/** A group that tells its lag. */
export function told(messages: number, facts: Partial<Group> = {}): Group {
	return { stream: 'orders', consumerGroup: 'billing', lag: { messages }, ...facts };
}

/** An objective that matches all, with what is not said as in the built-in one. */
export function objectiveOf(facts: Partial<Objective>): Objective {
	const rest = { stalledAfterSeconds: 600, ignoreLag: 0, severity: 'warning' } as const;
	return { name: 'own', match: {}, ...rest, ...facts };
}

/** What a record says, field by field: its fields may be made when they are asked for. */
export function fieldsOf(record: Consumer | StreamState): Readonly<Record<string, unknown>> {
	const made = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(record));
	const names = Object.keys(made).filter((name) => made[name]?.get !== undefined);
	const fields = names.map((name) => [name, record[name as keyof typeof record]]);
	const { partitions } = record;
	return { ...Object.fromEntries(fields), partitions: partitions && { ...partitions } };
}
