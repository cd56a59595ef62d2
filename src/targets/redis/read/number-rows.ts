/**
 * Rows of numbers, all of one width. Objects for each of ten thousand streams and groups that live until
 * all is read would be copied by V8 again and again; at this memory it never looks.
 */
export class NumberRows {
	readonly #width: number;
	#numbers: Float64Array;
	#length = 0;

	/** @param room - rows that are expected */
	constructor(width: number, room: number) {
		this.#width = width;
		this.#numbers = new Float64Array(width * Math.max(1, room));
	}

	/** How many rows there are. */
	get length(): number {
		return this.#length;
	}

	/** Takes all rows away; the memory is kept for others, but no more than twice what these took. */
	clear(): void {
		const used = this.#length * this.#width;
		if (used * 2 < this.#numbers.length)
			this.#numbers = new Float64Array(Math.max(this.#width, used));
		this.#length = 0;
	}

	/** Adds a row. */
	add(): number {
		const at = this.#length * this.#width;
		if (at === this.#numbers.length) {
			const larger = new Float64Array(this.#numbers.length * 2);
			larger.set(this.#numbers);
			this.#numbers = larger;
		}
		this.#numbers.fill(Number.NaN, at, at + this.#width);
		return this.#length++;
	}

	set(row: number, field: number, value: number | undefined): void {
		this.#numbers[row * this.#width + field] = value ?? Number.NaN;
	}

	/** Absent: it is not known. */
	get(row: number, field: number): number | undefined {
		const value = this.#numbers[row * this.#width + field] as number;
		return Number.isNaN(value) ? undefined : value;
	}
}
