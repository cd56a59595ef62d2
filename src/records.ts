import type { Records } from './model.ts';

/** The record of a row that there is, to be looked at: see {@link Records.look}. */
export function look<Record>(records: Records<Record>, row: number): Record {
	return records.look ? records.look(row) : (records.at(row) as Record);
}

/** The first record of which something holds. */
export function find<Record>(
	records: Records<Record>,
	holds: (record: Record) => boolean,
): Record | undefined {
	for (let row = 0; row < records.length; row++) {
		if (holds(look(records, row))) return records.at(row);
	}
	return undefined;
}

/** What all lists of records have in common. */
export abstract class List<Record> implements Records<Record> {
	abstract readonly length: number;
	/** Only asked for rows that there are. */
	protected abstract make(row: number): Record;
	abstract look(row: number): Record;

	at(row: number): Record | undefined {
		return row >= 0 && row < this.length ? this.make(row) : undefined;
	}

	*[Symbol.iterator](): Generator<Record, void, void> {
		for (let row = 0; row < this.length; row++) yield this.make(row);
	}
}

/** Columns, and how many rows they have. */
interface Sized {
	readonly length: number;
}

/** A record whose content stands in the row of columns that it says. */
interface Row {
	row: number;
}

/** Records that are rows of columns, which must have all their rows. */
export class Rows<Columns extends Sized, Record extends Row> extends List<Record> {
	readonly length: number;
	readonly #columns: Columns;
	readonly #Row: RowClass<Columns, Record>;
	readonly #looked: Record;

	constructor(columns: Columns, rowClass: RowClass<Columns, Record>) {
		super();
		this.length = columns.length;
		this.#columns = columns;
		this.#Row = rowClass;
		this.#looked = new rowClass(columns, 0);
	}

	protected make(row: number): Record {
		return new this.#Row(this.#columns, row);
	}

	look(row: number): Record {
		this.#looked.row = row;
		return this.#looked;
	}
}

type RowClass<Columns, Record> = new (columns: Columns, row: number) => Record;

/** Some of the records of another list. */
export class Picked<Record> extends List<Record> {
	readonly #from: Records<Record>;
	readonly #rows: Uint32Array;

	constructor(from: Records<Record>, rows: Uint32Array) {
		super();
		this.#from = from;
		this.#rows = rows;
	}

	get length(): number {
		return this.#rows.length;
	}

	protected make(row: number): Record {
		return this.#from.at(this.#rows[row] as number) as Record;
	}

	look(row: number): Record {
		return look(this.#from, this.#rows[row] as number);
	}
}

/** The records of several lists, one after the other. */
export class Joined<Record> extends List<Record> {
	readonly length: number;
	readonly #lists: readonly Records<Record>[];
	/** Where each list begins. */
	readonly #starts: Uint32Array;

	constructor(lists: readonly Records<Record>[]) {
		super();
		this.#lists = lists;
		this.#starts = new Uint32Array(lists.length);
		let length = 0;
		for (const [index, list] of lists.entries()) {
			this.#starts[index] = length;
			length += list.length;
		}
		this.length = length;
	}

	protected make(row: number): Record {
		const index = this.#indexOf(row);
		return this.#list(index).at(row - this.#start(index)) as Record;
	}

	look(row: number): Record {
		const index = this.#indexOf(row);
		return look(this.#list(index), row - this.#start(index));
	}

	/** Which list has a row: the last one that begins at or before it. There may be many lists. */
	#indexOf(row: number): number {
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#start(middle) <= row) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	#list(index: number): Records<Record> {
		return this.#lists[index] as Records<Record>;
	}

	#start(index: number): number {
		return this.#starts[index] as number;
	}
}
