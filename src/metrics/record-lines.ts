import type { Records } from '../model.ts';
import { look } from '../records.ts';
import type {
	Histogram,
	Info,
	Labelled,
	PartitionColumn,
	PerPartition,
	PerWord,
	Plain,
	Word,
} from './catalogue/family.ts';
import { FamilyText } from './family-text.ts';
import { type LabelledRecord, Labels, quote } from './labels.ts';
import type { KeptText, LineWriter } from './line-writer.ts';
import { PartitionLayout } from './partition-layout.ts';
import type { Values } from './series.ts';

export type Family<Record> =
	| Plain<Record>
	| Labelled<Record>
	| PerWord<Record>
	| Word<Record>
	| Info<Record>
	| PerPartition<Record>
	| Histogram<Record>;

/** A family's lines of all records, and their number. */
export interface FamilyLines {
	readonly text: Buffer;
	readonly series: number;
}

/** What is kept of a family from poll to poll. */
interface Kept {
	readonly text: FamilyText;
	readonly layout: PartitionLayout;
	/** Numbers that stand for labels beside those of the record, by their text. */
	readonly ids: Map<string, number>;
}

/** Labels beside those of the record, as text, and the number that stands for them. */
interface Wording {
	readonly text: string;
	readonly id: number;
}

const noPartitions: PartitionColumn = {
	ids: new Int32Array(0),
	values: new Float64Array(0),
	from: 0,
};

/** Records between two places where rendering may be interrupted. */
const stepRecords = 500;
/** The same, where each has a line for each of its partitions. */
const stepPartitioned = 20;

/** Renders families of one list of records, poll after poll, and keeps what they have in common. */
export class RecordLines<Record extends LabelledRecord> {
	readonly #writer: LineWriter;
	readonly #labels = new Labels();
	readonly #kept = new Map<Family<Record>, Kept>();
	#records: Records<Record> = [];
	#labelsAt = 0;
	/** Labels of the family at hand that many of its lines have, by what they are made of. */
	readonly #wordings = new Map<string | readonly string[], Wording>();

	/** @param writer - nobody else may use it from {@link update} to the last family */
	constructor(writer: LineWriter) {
		this.#writer = writer;
	}

	/** Takes the records of a poll. It yields wherever it may be interrupted. */
	*update(records: Records<Record>): Generator<void, void> {
		this.#records = records;
		if (yield* this.#labels.update(records)) this.#kept.clear();
		this.#writer.clear();
		this.#labelsAt = this.#writer.keep(this.#labels.bytes).from;
	}

	/** A family has no lines in this poll. */
	leaveOut(family: Family<Record>): void {
		this.#kept.delete(family);
	}

	/**
	 * Renders a family's lines; where they are the same as before, they are the same bytes.
	 *
	 * @param values - what records say that were asked; those of others are asked now
	 */
	*render(family: Family<Record>, values?: Values<Record>): Generator<void, FamilyLines> {
		this.#wordings.clear();
		const name = this.#writer.keep(`${family.name}{`);
		const kept = this.#keptOf(family);
		kept.text.begin();
		if ('samples' in family || 'histogram' in family) kept.text.renew();
		let series = 0;
		const asked = values?.of === this.#records ? values.columns : undefined;
		const step = 'column' in family ? stepPartitioned : stepRecords;
		for (let from = 0; from < this.#records.length; from += step) {
			const to = Math.min(from + step, this.#records.length);
			series +=
				'value' in family
					? this.#numbers(family, asked?.get(family), kept.text, name, from, to)
					: this.#renderSome(family, kept, name, from, to);
			kept.text.flush();
			yield;
		}
		return { text: yield* kept.text.finish(), series };
	}

	#keptOf(family: Family<Record>): Kept {
		let kept = this.#kept.get(family);
		if (!kept) {
			kept = {
				text: new FamilyText(this.#writer),
				layout: new PartitionLayout('column' in family ? this.#records.length : 0),
				ids: new Map(),
			};
			this.#kept.set(family, kept);
		}
		return kept;
	}

	#renderSome(
		family: Exclude<Family<Record>, Plain<Record>>,
		kept: Kept,
		name: KeptText,
		from: number,
		to: number,
	): number {
		let series = 0;
		for (let index = from; index < to; index++) {
			const record = look(this.#records, index);
			if ('column' in family) series += this.#partitions(family.column(record), kept, name, index);
			else if ('word' in family) {
				const word = family.word(record);
				if (word === undefined) kept.text.next(Number.NaN);
				else {
					const wording =
						this.#wordings.get(word) ??
						this.#newWording(word, kept, `,${family.label}=${quote(word)}`);
					series += this.#fact(wording, kept.text, name, index);
				}
			} else if ('values' in family) {
				const values = family.values(record);
				const wording =
					this.#wordings.get(values) ??
					this.#newWording(values, kept, textOf(family.labels, values));
				series += this.#fact(wording, kept.text, name, index);
			} else if ('words' in family) series += this.#perWord(family, record, kept.text, name, index);
			else if ('samples' in family) {
				const samples = family.samples(record);
				for (const [labelValue, value] of samples) {
					this.#line(name, index, `,${family.label}=${quote(labelValue)}`, value);
				}
				series += samples.length;
			} else this.#histogram(family, index, record);
		}
		return series;
	}

	#numbers(
		family: Plain<Record>,
		values: Float64Array | undefined,
		text: FamilyText,
		name: KeptText,
		from: number,
		to: number,
	): number {
		let series = 0;
		for (let index = from; index < to; index++) {
			const value = values
				? (values[index] as number)
				: (family.value(look(this.#records, index)) ?? Number.NaN);
			if (!Number.isNaN(value)) series += 1;
			if (!text.next(value)) continue;
			this.#line(name, index, '', value);
			text.wrote();
		}
		return series;
	}

	#perWord(
		family: PerWord<Record>,
		record: Record,
		text: FamilyText,
		name: KeptText,
		index: number,
	): number {
		let series = 0;
		for (let word = 0; word < family.words.length; word++) {
			const value = family.valueOf(record, word) ?? Number.NaN;
			if (!Number.isNaN(value)) series += 1;
			if (!text.next(value)) continue;
			this.#line(name, index, `,${family.label}=${quote(family.words[word] as string)}`, value);
			text.wrote();
		}
		return series;
	}

	#fact(wording: Wording, text: FamilyText, name: KeptText, index: number): number {
		if (text.next(wording.id)) {
			this.#line(name, index, wording.text, 1);
			text.wrote();
		}
		return 1;
	}

	#partitions(
		column: PartitionColumn | undefined,
		{ text, layout }: Kept,
		name: KeptText,
		index: number,
	): number {
		const { ids, values, from: valuesFrom } = column ?? noPartitions;
		if (!layout.take(index, text.slot, ids)) text.renew();
		const writer = this.#writer;
		let series = 0;
		let from = 0;
		let to = 0;
		for (let row = 0; row < ids.length; row++) {
			const value = values[valuesFrom + row] as number;
			if (!Number.isNaN(value)) series += 1;
			if (!text.next(value)) continue;
			writer.room(this.#labels.longest);
			if (to === 0) {
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
			text.wrote();
		}
		return series;
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

	/** The labels of a fact, which many records share. */
	#newWording(fact: string | readonly string[], { ids }: Kept, text: string): Wording {
		const id = ids.get(text) ?? ids.size;
		ids.set(text, id);
		const wording = { text, id };
		this.#wordings.set(fact, wording);
		return wording;
	}

	/** @param more - labels beside those of the record */
	#line(name: KeptText, index: number, more: string, value: number): void {
		this.#writer.room(this.#labels.longest);
		this.#writer.copy(name.from, name.to);
		this.#endLine(index, more, value);
	}

	#endLine(index: number, more: string, value: number): void {
		const writer = this.#writer;
		writer.room(this.#labels.longest);
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

function textOf(labels: readonly string[], values: readonly string[]): string {
	return labels.map((label, at) => `,${label}=${quote(values[at] ?? '')}`).join('');
}
