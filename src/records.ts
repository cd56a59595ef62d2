import type { Records } from './model.ts';

/** The record of a row that there is, to be looked at until the next look only. */
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
abstract class List<Record> implements Records<Record> {
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

/** Records that are rows of columns. */
export class Rows<Columns extends Sized, Record extends Row> extends List<Record> {
	readonly #columns: Columns;
	readonly #make: new (
		columns: Columns,
		row: number,
	) => Record;
	readonly #looked: Record;

	constructor(columns: Columns, make: new (columns: Columns, row: number) => Record) {
		super();
		this.#columns = columns;
		this.#make = make;
		this.#looked = new make(columns, 0);
	}

	get length(): number {
		return this.#columns.length;
	}

	protected make(row: number): Record {
		return new this.#make(this.#columns, row);
	}

	look(row: number): Record {
		this.#looked.row = row;
		return this.#looked;
	}
}

/** Some of the records of another list. */
export class Picked<Record> extends List<Record> {
	readonly #from: Records<Record>;
	readonly #rows: readonly number[];

	constructor(from: Records<Record>, rows: readonly number[]) {
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
	readonly #lists: readonly Records<Record>[];
	readonly length: number;

	constructor(lists: readonly Records<Record>[]) {
		super();
		this.#lists = lists;
		this.length = lists.reduce((sum, { length }) => sum + length, 0);
	}

	protected make(row: number): Record {
		return this.#find(row, (list, at) => list.at(at) as Record);
	}

	look(row: number): Record {
		return this.#find(row, look);
	}

	#find(row: number, take: (list: Records<Record>, at: number) => Record): Record {
		let at = row;
		for (const list of this.#lists) {
			if (at < list.length) return take(list, at);
			at -= list.length;
		}
		throw new RangeError(`no row ${row} of ${this.length}`);
	}
}
