import type { LineWriter } from './line-writer.ts';

/** Room for so many times as many slots as there are is kept between renderings. */
const mostSpare = 1.2;

/**
 * To copy some lines between two that changed takes as long as to write so many (a call into the runtime).
 * Where they are fewer all are written.
 */
const worthCopying = 10;

/**
 * The text of one family, poll after poll. It keeps what each line says and where it ends, so that lines
 * that say the same as before are copied together, and where all do, the text stays the same bytes.
 *
 * Lines come in slots, in the same order in each poll; a slot may be without a line. Before a
 * rendering, the text of the last one must not have been written over ({@link BufferPool}).
 */
export class FamilyText {
	readonly #writer: LineWriter;
	/** Absent before the first rendering, and after one that was given up. */
	#text: Buffer | undefined;
	#slots = 0;
	/** What the line of each slot says; NaN: there is none. */
	#values = new Float64Array(0);
	/** Where the line of each slot ends; where the one before it does, if there is none. */
	#ends = new Uint32Array(0);

	/** The text before, while there is a rendering. */
	#before: Buffer | undefined;
	/** The slot that comes next. */
	#slot = 0;
	/** Slots from here on cannot be compared with what they were. */
	#known = 0;
	/** All slots from here to the next one are as before, and are yet to be copied. */
	#sameFrom = 0;
	/** Where their lines begin in the text before. */
	#sameFromByte = 0;
	#isSame = true;
	/** How often a line changed whose neighbour before it did not. */
	#runs = 0;
	#isInRun = false;
	/** Whether lines that say the same are copied. */
	#copies = true;

	/** @param writer - where the lines are written; nothing else may be while there is a rendering */
	constructor(writer: LineWriter) {
		this.#writer = writer;
	}

	/** Begins a rendering. */
	begin(): void {
		this.#before = this.#text;
		this.#known = this.#text === undefined ? 0 : this.#slots;
		this.#text = undefined;
		this.#slot = this.#sameFrom = this.#sameFromByte = 0;
		this.#isSame = true;
		this.#copies = this.#runs * worthCopying <= this.#slots;
		this.#runs = 0;
		this.#isInRun = false;
	}

	/**
	 * Takes what the line of the next slot says.
	 *
	 * @param value - NaN: there is no line
	 * @returns whether the line must be written, and {@link wrote} be called after it
	 */
	next(value: number): boolean {
		const slot = this.#slot++;
		const isNone = Number.isNaN(value);
		if (slot < this.#known) {
			const before = this.#values[slot] as number;
			if (value === before || (isNone && Number.isNaN(before))) {
				this.#isInRun = true;
				if (this.#copies) return false;
			} else if (this.#isInRun) {
				this.#isInRun = false;
				this.#runs += 1;
			}
		}
		this.#change(slot);
		this.#values[slot] = value;
		if (isNone) this.wrote();
		return !isNone;
	}

	/** The line of the slot at hand was written. */
	wrote(): void {
		this.#ends[this.#slot - 1] = this.#writer.written;
	}

	/** The slot that comes next. */
	get slot(): number {
		return this.#slot;
	}

	/** From the next slot on, lines are others than before, whatever they say. */
	renew(): void {
		this.#known = Math.min(this.#known, this.#slot);
		this.#isSame = false;
	}

	/** Does what there is to do so far: long work is interrupted after it. */
	flush(): void {
		if (!this.#isSame) this.#copySame(this.#slot);
	}

	/** Ends a rendering; gives its text. It yields wherever it may be interrupted. */
	*finish(): Generator<void, Buffer> {
		if (this.#slot < this.#known) this.renew();
		this.#slots = this.#slot;
		if (this.#isSame && this.#before) this.#text = this.#before;
		else {
			this.#copySame(this.#slot);
			this.#text = yield* this.#writer.take(this.#before);
		}
		this.#before = undefined;
		if (this.#ends.length > this.#slots * mostSpare) this.#resize(this.#slots);
		return this.#text;
	}

	#change(slot: number): void {
		this.#isSame = false;
		this.#copySame(slot);
		if (slot < this.#known) this.#sameFromByte = this.#ends[slot] as number;
		else if (slot >= this.#ends.length) this.#resize(Math.max(64, slot * 2));
		this.#sameFrom = slot + 1;
	}

	/** Writes the lines that are as before and come before a slot. */
	#copySame(slot: number): void {
		const to = Math.min(slot, this.#known);
		if (this.#sameFrom >= to) return;
		const toByte = this.#ends[to - 1] as number;
		const moved = this.#writer.written - this.#sameFromByte;
		this.#writer.copyFrom(this.#before as Buffer, this.#sameFromByte, toByte);
		if (moved !== 0) {
			for (let same = this.#sameFrom; same < to; same++) {
				this.#ends[same] = (this.#ends[same] as number) + moved;
			}
		}
		this.#sameFrom = to;
		this.#sameFromByte = toByte;
	}

	#resize(slots: number): void {
		const values = new Float64Array(slots);
		values.set(this.#values.subarray(0, slots));
		this.#values = values;
		const ends = new Uint32Array(slots);
		ends.set(this.#ends.subarray(0, slots));
		this.#ends = ends;
	}
}
