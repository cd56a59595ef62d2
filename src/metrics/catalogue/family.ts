import type { Consumer, Expectation, StreamState, TargetState } from '../../model.ts';

/** What a metric means on each platform, in words; a platform without an entry does not have it. */
export type Meaning = Readonly<Record<string, string>>;

/** What every metric declares. */
export interface Declaration {
	readonly name: string;
	/** One sentence, without the platforms' details. */
	readonly help: string;
	readonly type: 'gauge' | 'counter' | 'histogram';
	/** Of the value; absent for plain numbers and for facts that are always 1. */
	readonly unit?: 'messages' | 'seconds' | 'bytes' | 'ratio';
	readonly meaning?: Meaning;
}

/**
 * Whether a platform may have a metric. Most metrics are absent from most platforms, and asking every
 * record for each of them would cost as much as what is there.
 */
export function isOn(platform: string, { meaning }: Declaration): boolean {
	return meaning === undefined || platform in meaning;
}

/** A metric with at most one sample for each record. */
export interface Plain<Record> extends Declaration {
	readonly value: (record: Record) => number | undefined;
}

/** A metric whose samples carry one more label. */
export interface Labelled<Record> extends Declaration {
	readonly label: string;
	readonly samples: (record: Record) => readonly (readonly [labelValue: string, value: number])[];
}

/** A metric with at most one sample for each word that one more label may have. */
export interface PerWord<Record> extends Declaration {
	readonly label: string;
	readonly words: readonly string[];
	/** @param word - which of the words */
	readonly valueOf: (record: Record, word: number) => number | undefined;
}

/** A fact in words: the sample is always 1 and one more label holds the word. */
export interface Word<Record> extends Declaration {
	readonly label: string;
	readonly word: (record: Record) => string | undefined;
}

/** A fact that is always 1 and has several labels. */
export interface Info<Record> extends Declaration {
	readonly labels: readonly string[];
	/** As many as there are labels; the same array for the same values is rendered once. */
	readonly values: (record: Record) => readonly string[];
}

/** Rows of one partition each, as columns: the value of row i is values[from + i]. */
export interface PartitionColumn {
	readonly ids: Int32Array;
	readonly values: Float64Array;
	readonly from: number;
}

/** A metric with one sample for each partition of a record. */
export interface PerPartition<Record> extends Declaration {
	readonly column: (record: Record) => PartitionColumn | undefined;
}

/** A histogram, one for each record. */
export interface Histogram<Record> extends Declaration {
	readonly type: 'histogram';
	readonly histogram: (record: Record) => TargetState['pollDurations'];
}

export type GroupFamily =
	| Plain<Consumer>
	| PerWord<Consumer>
	| Word<Consumer>
	| Info<Consumer>
	| PerPartition<Consumer>;
export type ExpectationFamily = Plain<Expectation>;
export type StreamFamily = Plain<StreamState> | PerPartition<StreamState>;
export type TargetFamily =
	| Plain<TargetOf>
	| Labelled<TargetOf>
	| Word<TargetOf>
	| Histogram<TargetOf>;

/** A target with what its metrics count. */
export interface TargetOf {
	readonly state: TargetState;
	readonly streams: number;
	readonly groups: number;
	readonly series: number;
	/** Absent: no limit. */
	readonly seriesLimit?: number;
	/** Series that are left out for the limit. */
	readonly seriesDropped?: number;
}
