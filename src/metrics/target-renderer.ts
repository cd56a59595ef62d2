import type { Derived, Records, TargetState } from '../model.ts';
import { look } from '../records.ts';
import { atOnce } from '../steps.ts';
import {
	type Declaration,
	type Histogram,
	type Info,
	isOn,
	type Labelled,
	type PerPartition,
	type Plain,
	type TargetOf,
	type Word,
} from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';
import { targetFamilies } from './catalogue/target.ts';
import { type LabelledRecord, Labels, quote } from './labels.ts';
import { type KeptText, LineWriter } from './line-writer.ts';

type Family<Record> =
	| Plain<Record>
	| Labelled<Record>
	| Word<Record>
	| Info<Record>
	| PerPartition<Record>
	| Histogram<Record>;

/** One target's lines of every family, in the order of the catalogue; empty where it has none. */
export type TargetLines = readonly Buffer[];

/** Records between two places where rendering may be interrupted. */
const stepRecords = 2000;

/** Renders the lines of one target, poll after poll, and keeps what they have in common. */
export class TargetRenderer {
	readonly #groupLabels = new Labels();
	readonly #streamLabels = new Labels();
	readonly #expectationLabels = new Labels();
	readonly #targetLabels = new Labels();
	#before: TargetLines = [];

	/**
	 * Renders what a target's last poll changed; lines that are the same as before are the same bytes.
	 * It yields wherever it may be interrupted.
	 *
	 * @param writer - nobody else may use it meanwhile
	 */
	*inSteps(writer: LineWriter, state: TargetState, derived: Derived): Generator<void, TargetLines> {
		const { consumers, streams, expectations, seriesLimit, withoutPartitions } = derived;
		const lines: Buffer[] = [];
		let series = 0;
		const isHere = (family: Declaration) =>
			isOn(state.platform, family) && !(withoutPartitions && 'column' in family);
		const take = () => lines.push(writer.take(this.#before[lines.length]));

		const groups = new Lines(writer, this.#groupLabels, consumers);
		for (const family of groupFamilies) {
			if (isHere(family)) series += yield* groups.render(family);
			take();
		}
		const expected = new Lines(writer, this.#expectationLabels, expectations);
		for (const family of expectationFamilies) {
			series += yield* expected.render(family);
			take();
		}
		const ofStreams = new Lines(writer, this.#streamLabels, streams);
		for (const family of streamFamilies) {
			if (isHere(family)) series += yield* ofStreams.render(family);
			take();
		}
		const target: TargetOf & LabelledRecord = {
			target: state.target,
			platform: state.platform,
			...(state.shard !== undefined && { shard: state.shard }),
			state,
			groups: consumers.length,
			streams: streams.length,
			series,
			...(seriesLimit && { seriesLimit: seriesLimit.series, seriesDropped: seriesLimit.dropped }),
		};
		const ofTarget = new Lines(writer, this.#targetLabels, [target]);
		for (const family of targetFamilies) {
			yield* ofTarget.render(family);
			take();
		}
		this.#before = lines;
		return lines;
	}
}

/** The lines of one target, in one go. */
export function renderTarget(state: TargetState, derived: Derived): TargetLines {
	return atOnce(new TargetRenderer().inSteps(new LineWriter(), state, derived));
}

/** Renders families of one list of records. */
class Lines<Record extends LabelledRecord> {
	readonly #writer: LineWriter;
	readonly #labels: Labels;
	readonly #records: Records<Record>;
	readonly #labelsAt: number;
	readonly #longestLabels: number;
	/** Labels of the family at hand that many of its lines have, by what they are made of. */
	readonly #mores = new Map<string | readonly string[], string>();

	constructor(writer: LineWriter, labels: Labels, records: Records<Record>) {
		this.#writer = writer;
		this.#labels = labels;
		this.#records = records;
		labels.update(records);
		writer.clear();
		this.#labelsAt = writer.keep(labels.bytes).from;
		let longest = 0;
		for (let index = 0; index < records.length; index++) {
			longest = Math.max(longest, labels.at(index + 1) - labels.at(index));
		}
		this.#longestLabels = longest;
	}

	/** Writes a family's lines of all records; gives their number. */
	*render(family: Family<Record>): Generator<void, number> {
		this.#mores.clear();
		const name = this.#writer.keep(`${family.name}{`);
		let count = 0;
		for (let from = 0; from < this.#records.length; from += stepRecords) {
			const to = Math.min(from + stepRecords, this.#records.length);
			count += this.#renderSome(family, name, from, to);
			yield;
		}
		return count;
	}

	#renderSome(family: Family<Record>, name: KeptText, from: number, to: number): number {
		const records = this.#records;
		let count = 0;
		if ('value' in family) {
			for (let index = from; index < to; index++) {
				const value = family.value(look(records, index));
				if (value === undefined) continue;
				this.#line(name, index, '', value);
				count += 1;
			}
			return count;
		}
		for (let index = from; index < to; index++) {
			const record = look(records, index);
			if ('column' in family) count += this.#partitions(family, name, index, record);
			else if ('samples' in family) {
				const samples = family.samples(record);
				for (const [labelValue, value] of samples) {
					this.#line(name, index, `,${family.label}=${quote(labelValue)}`, value);
				}
				count += samples.length;
			} else if ('word' in family) {
				const word = family.word(record);
				if (word === undefined) continue;
				this.#line(
					name,
					index,
					this.#more(word, () => `,${family.label}=${quote(word)}`),
					1,
				);
				count += 1;
			} else if ('values' in family) {
				const values = family.values(record);
				const more = this.#more(values, () =>
					family.labels.map((label, at) => `,${label}=${quote(values[at] ?? '')}`).join(''),
				);
				this.#line(name, index, more, 1);
				count += 1;
			} else if ('histogram' in family) {
				this.#histogram(family, index, record);
			}
		}
		return count;
	}

	#partitions(family: PerPartition<Record>, name: KeptText, index: number, record: Record): number {
		const column = family.column(record);
		if (!column) return 0;
		const writer = this.#writer;
		const { ids, values, from: valuesFrom } = column;
		let count = 0;
		let from = 0;
		let to = 0;
		for (let row = 0; row < ids.length; row++) {
			const value = values[valuesFrom + row] as number;
			if (Number.isNaN(value)) continue;
			writer.room(this.#longestLabels);
			if (count === 0) {
				from = writer.at;
				writer.copy(name.from, name.to);
				writer.copy(this.#labelsFrom(index), this.#labelsTo(index));
				writer.text(',partition="');
				to = writer.at;
			} else {
				// All lines of a record begin like its first one.
				writer.copy(from, to);
			}
			writer.number(ids[row] as number);
			writer.text('"} ');
			writer.value(value);
			count += 1;
		}
		return count;
	}

	#histogram(family: Histogram<Record>, index: number, record: Record): void {
		const { bounds, counts, count, sum } = family.histogram(record);
		const line = (suffix: string, more: string, value: number) => {
			this.#writer.text(`${family.name}_${suffix}{`);
			this.#endLine(index, more, value);
		};
		for (const [at, bound] of bounds.entries()) {
			line('bucket', `,le="${bound}"`, counts[at] as number);
		}
		line('bucket', ',le="+Inf"', count);
		line('sum', '', sum);
		line('count', '', count);
	}

	#more(of: string | readonly string[], render: () => string): string {
		let more = this.#mores.get(of);
		if (more === undefined) {
			more = render();
			this.#mores.set(of, more);
		}
		return more;
	}

	/** @param more - labels beside those of the record */
	#line(name: KeptText, index: number, more: string, value: number): void {
		this.#writer.room(this.#longestLabels);
		this.#writer.copy(name.from, name.to);
		this.#endLine(index, more, value);
	}

	#endLine(index: number, more: string, value: number): void {
		const writer = this.#writer;
		writer.room(this.#longestLabels);
		writer.copy(this.#labelsFrom(index), this.#labelsTo(index));
		if (more !== '') writer.text(more);
		writer.text('} ');
		writer.value(value);
	}

	#labelsFrom(index: number): number {
		return this.#labelsAt + this.#labels.at(index);
	}

	#labelsTo(index: number): number {
		return this.#labelsAt + this.#labels.at(index + 1);
	}
}
