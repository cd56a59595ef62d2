import type { Consumer, Derived, Records, StreamState } from '../model.ts';
import { look } from '../records.ts';
import {
	type Info,
	isOn,
	type PartitionColumn,
	type PerPartition,
	type PerWord,
	type Plain,
	type Word,
} from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';

type Family<Record> =
	| Plain<Record>
	| PerWord<Record>
	| Word<Record>
	| Info<Record>
	| PerPartition<Record>;

/**
 * What the records of a list say in each family that has one number of a record; NaN: nothing. It is asked
 * for once, counted and then rendered, for to ask costs as much as to render.
 */
export interface Values<Record> {
	/** Which records: of others nothing is known. */
	readonly of: Records<Record>;
	/** By row. */
	readonly columns: ReadonlyMap<Plain<Record>, Float64Array>;
}

/** What a target's records say. */
export interface TargetValues {
	readonly groups: Values<Consumer>;
	readonly streams: Values<StreamState>;
}

/** Records between two places where counting may be interrupted. */
const stepRecords = 100;

/**
 * How many series a target's records make, those of single partitions apart from all others; and what
 * they say. It yields wherever it may be interrupted.
 */
export function* countSeries(platform: string, { consumers, streams, expectations }: Derived) {
	const ofGroups = new Count<Consumer>(platform, groupFamilies, consumers);
	yield* ofGroups.steps();
	const ofStreams = new Count<StreamState>(platform, streamFamilies, streams);
	yield* ofStreams.steps();
	let others = 0;
	for (const own of ofStreams.own) others += own;
	for (const one of expectations) others += seriesOf(expectationFamilies, one);
	const values: TargetValues = {
		groups: { of: consumers, columns: ofGroups.columns },
		streams: { of: streams, columns: ofStreams.columns },
	};
	const partitions = ofGroups.partitions + ofStreams.partitions;
	return { groups: ofGroups.own, streams: others, partitions, values };
}

/** Counts the series of a list of records. */
class Count<Record> {
	readonly #records: Records<Record>;
	readonly columns = new Map<Plain<Record>, Float64Array>();
	readonly #others: readonly Family<Record>[];
	readonly #perPartition: readonly PerPartition<Record>[];
	/** Of each record, without those of single partitions. */
	readonly own: Uint32Array;
	/** Of single partitions. */
	partitions = 0;

	constructor(platform: string, families: readonly Family<Record>[], records: Records<Record>) {
		this.#records = records;
		this.own = new Uint32Array(records.length);
		const here = families.filter((family) => isOn(platform, family));
		const plain = here.filter((family) => 'value' in family);
		const { length } = records;
		// Each demand for much memory makes V8 mark for some milliseconds: so there is one.
		const { buffer } = new Float64Array(plain.length * length);
		for (const [at, family] of plain.entries()) {
			this.columns.set(family, new Float64Array(buffer, at * length * 8, length));
		}
		this.#others = here.filter((family) => !('value' in family));
		this.#perPartition = here.filter(isPerPartition);
	}

	*steps(): Generator<void, void> {
		for (let from = 0; from < this.#records.length; from += stepRecords) {
			yield;
			const to = Math.min(from + stepRecords, this.#records.length);
			for (const [family, values] of this.columns) this.#ask(family, values, from, to);
			for (let row = from; row < to; row++) {
				const record = look(this.#records, row);
				this.#add(row, seriesOf(this.#others, record));
				for (const { column } of this.#perPartition) this.partitions += known(column(record));
			}
		}
	}

	#add(row: number, series: number): void {
		this.own[row] = (this.own[row] as number) + series;
	}

	#ask(family: Plain<Record>, values: Float64Array, from: number, to: number): void {
		for (let row = from; row < to; row++) {
			const value = family.value(look(this.#records, row)) ?? Number.NaN;
			values[row] = value;
			if (!Number.isNaN(value)) this.#add(row, 1);
		}
	}
}

/** How many series a record makes, without those of single partitions. */
function seriesOf<Record>(families: readonly Family<Record>[], record: Record): number {
	let own = 0;
	for (const family of families) {
		if ('value' in family) own += family.value(record) === undefined ? 0 : 1;
		else if ('words' in family) {
			for (let word = 0; word < family.words.length; word++) {
				own += family.valueOf(record, word) === undefined ? 0 : 1;
			}
		} else if ('word' in family) own += family.word(record) === undefined ? 0 : 1;
		else if ('values' in family) own += 1;
	}
	return own;
}

function isPerPartition<Record>(family: Family<Record>): family is PerPartition<Record> {
	return 'column' in family;
}

function known(column: PartitionColumn | undefined): number {
	if (!column) return 0;
	const { ids, values, from } = column;
	let count = 0;
	for (let row = 0; row < ids.length; row++) {
		if (!Number.isNaN(values[from + row])) count += 1;
	}
	return count;
}
