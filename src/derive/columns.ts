/** An array of numbers: as many for each row as the array is longer than its rows are many. */
export type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

declare const isRange: unique symbol;

/**
 * Rows that belong together, as a number by which {@link Columns} knows where they are: an object
 * would cost more than the row or two that most of them are.
 */
export type Range = number & { readonly [isRange]: true };

/** Room beyond what is needed, so that a group that comes does not move all others. */
const slack = 1 / 50;

/**
 * Rows of many owners, held as columns: no object and no array for a single row, however many there
 * are. An owner holds a {@link Range}; adding may replace the columns and move every range, so both
 * are to be looked up after it. The rows of a range that was removed hold what they held until others
 * are added; after that its number may be another's.
 */
export class Columns<Of extends Readonly<Record<string, Column>>> {
	#columns: Of;
	readonly #make: (rows: number) => Of;
	/** By range: where it begins, and how many rows it has. */
	#offsets: Uint32Array = new Uint32Array(0);
	#counts: Uint32Array = new Uint32Array(0);
	/** By range: whether it was removed. */
	#removed: Uint8Array = new Uint8Array(0);
	/** In the order of their rows; those that were removed stay until the rows are moved. */
	#ranges: Range[] = [];
	/** Numbers that are nobody's. */
	#free: Range[] = [];
	/** Numbers from here on were never given; 0 is none, so that one is as true as an object. */
	#next = 1;
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

	/** The first row of a range. */
	offsetOf(range: Range): number {
		return this.#offsets[range] as number;
	}

	/** How many rows a range has. */
	countOf(range: Range): number {
		return this.#counts[range] as number;
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
		const range = this.#free.pop() ?? this.#number();
		this.#offsets[range] = this.#used;
		this.#counts[range] = rows;
		this.#removed[range] = 0;
		this.#ranges.push(range);
		this.#used += rows;
		this.#live += rows;
		return range;
	}

	remove(range: Range): void {
		if (this.#removed[range] === 1) return;
		this.#removed[range] = 1;
		this.#live -= this.countOf(range);
	}

	/** Gives up the room of rows that were removed. */
	compact(): void {
		if (this.#used > this.#live) this.#resize(this.#live);
	}

	/** Copies what some rows hold. */
	copyRows(from: number, to: number, count: number): void {
		for (const column of Object.values(this.#columns)) {
			const width = column.length / this.#capacity;
			column.copyWithin(to * width, from * width, (from + count) * width);
		}
	}

	/** A number that was never given. */
	#number(): Range {
		if (this.#next >= this.#offsets.length) {
			const capacity = Math.ceil((this.#next + 8) * (1 + slack));
			const grown = <Of extends Uint32Array | Uint8Array>(from: Of, to: Of) => {
				to.set(from);
				return to;
			};
			this.#offsets = grown(this.#offsets, new Uint32Array(capacity));
			this.#counts = grown(this.#counts, new Uint32Array(capacity));
			this.#removed = grown(this.#removed, new Uint8Array(capacity));
		}
		return this.#next++ as Range;
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
		const kept: Range[] = [];
		for (const range of this.#ranges) (this.#removed[range] ? this.#free : kept).push(range);
		this.#ranges = kept;
		let used = 0;
		let from = 0;
		let count = 0;
		for (const range of this.#ranges) {
			// Ranges lie in the order in which they were added: neighbours are copied as one.
			const offset = this.offsetOf(range);
			if (offset !== from + count) {
				copy(used - count, from, count);
				from = offset;
				count = 0;
			}
			this.#offsets[range] = used;
			used += this.countOf(range);
			count += this.countOf(range);
		}
		copy(used - count, from, count);
		this.#columns = next;
		this.#used = used;
		this.#live = used;
	}
}
