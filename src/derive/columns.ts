/** An array of numbers: as many for each row as the array is longer than its rows are many. */
export type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** Rows that belong together: count of them, from offset on. Only {@link Columns} moves them. */
export interface Range {
	offset: number;
	readonly count: number;
	/** Whether it was removed: its rows hold what they held until others are added. */
	removed: boolean;
}

/** Room beyond what is needed, so that a group that comes does not move all others. */
const slack = 1 / 50;

/**
 * Rows of many owners, held as columns: no object and no array for a single row, however many there
 * are. An owner holds a {@link Range}; adding may replace the columns and move every range, so both
 * are to be looked up after it.
 */
export class Columns<Of extends Readonly<Record<string, Column>>> {
	#columns: Of;
	readonly #make: (rows: number) => Of;
	/** In the order of their rows; those that were removed stay until the rows are moved. */
	#ranges: Range[] = [];
	#capacity = 0;
	/** Rows up to the end of the last range, those of removed ranges among them. */
	#used = 0;
	#live = 0;

	/** @param make - gives columns of that many rows, all zero */
	constructor(make: (rows: number) => Of) {
		this.#make = make;
		this.#columns = make(0);
	}

	get columns(): Of {
		return this.#columns;
	}

	/** Bytes that the columns take. */
	get bytes(): number {
		return Object.values(this.#columns).reduce((sum, column) => sum + column.byteLength, 0);
	}

	/** Makes room for that many rows more, so that adding them moves nothing twice. */
	reserve(rows: number): void {
		const needed = this.#live + rows;
		const wasteful = this.#used - this.#live > needed / 8;
		if (this.#used + rows > this.#capacity || wasteful) this.#resize(needed);
	}

	/** Adds rows; what they hold is to be set by who adds them. */
	add(rows: number): Range {
		if (this.#used + rows > this.#capacity) this.#resize(this.#live + rows);
		const range = { offset: this.#used, count: rows, removed: false };
		this.#ranges.push(range);
		this.#used += rows;
		this.#live += rows;
		return range;
	}

	remove(range: Range): void {
		if (range.removed) return;
		range.removed = true;
		this.#live -= range.count;
	}

	/** Gives up the room of rows that were removed. */
	compact(): void {
		if (this.#used > this.#live) this.#resize(this.#live);
	}

	/** Copies what a row holds. */
	copyRow(from: number, to: number): void {
		for (const column of Object.values(this.#columns)) {
			const width = column.length / this.#capacity;
			column.copyWithin(to * width, from * width, (from + 1) * width);
		}
	}

	#resize(rows: number): void {
		this.#capacity = Math.ceil(rows * (1 + slack));
		const next = this.#make(this.#capacity);
		const copy = (to: number, from: number, count: number) => {
			for (const name of Object.keys(next)) {
				const target = next[name] as Column;
				const width = target.length / this.#capacity;
				const source = this.#columns[name] as Column;
				target.set(source.subarray(from * width, (from + count) * width), to * width);
			}
		};
		this.#ranges = this.#ranges.filter((range) => !range.removed);
		let used = 0;
		let from = 0;
		let count = 0;
		for (const range of this.#ranges) {
			// Ranges lie in the order in which they were added: neighbours are copied as one.
			if (range.offset !== from + count) {
				copy(used - count, from, count);
				from = range.offset;
				count = 0;
			}
			range.offset = used;
			used += range.count;
			count += range.count;
		}
		copy(used - count, from, count);
		this.#columns = next;
		this.#used = used;
		this.#live = used;
	}
}
