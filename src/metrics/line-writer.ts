import { BufferPool } from './buffer-pool.ts';

/** Bytes that a number or a short text takes at most; what is written after a {@link LineWriter.room}. */
const shortBytes = 512;

const zero = 48;
const newline = 10;

/**
 * Writes lines as bytes. Texts that many lines share are kept at its beginning and copied from there:
 * ten times faster than strings that are joined and encoded (0.03 µs a line instead of 0.36).
 */
export class LineWriter {
	readonly #pool: BufferPool;
	#bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
	#at = 0;
	/** Where what is kept ends. */
	#keptTo = 0;

	/** @param pool - where the memory of what is taken comes from */
	constructor(pool = new BufferPool()) {
		this.#pool = pool;
	}

	/** Forgets everything. */
	clear(): void {
		this.#at = this.#keptTo = 0;
	}

	/** Keeps a text for {@link copy}; nothing may have been written since {@link clear}, but such texts. */
	keep(text: string | Buffer): KeptText {
		const from = this.#keptTo;
		if (typeof text === 'string') this.text(text);
		else this.copyFrom(text, 0, text.length);
		this.#keptTo = this.#at;
		return { from, to: this.#at };
	}

	/** Makes sure that a line fits whose kept texts are so long; to be called before each line. */
	room(keptBytes: number): void {
		const needed = this.#at + keptBytes + shortBytes;
		if (needed > this.#bytes.length) this.#grow(needed);
	}

	/** Appends a kept text; there must be room. */
	copy(from: number, to: number): void {
		this.#bytes.copyWithin(this.#at, from, to);
		this.#at += to - from;
	}

	/** Appends bytes from elsewhere. */
	copyFrom(bytes: Buffer, from: number, to: number): void {
		this.room(to - from);
		this.#at += bytes.copy(this.#bytes, this.#at, from, to);
	}

	/** How many bytes were written since the last kept text. */
	get written(): number {
		return this.#at - this.#keptTo;
	}

	/** Where the next byte goes: what lies before it can be copied like a kept text. */
	get at(): number {
		return this.#at;
	}

	/** Appends a value and ends the line; there must be room. */
	value(value: number): void {
		this.number(value);
		this.#bytes[this.#at++] = newline;
	}

	/** Appends a number as Prometheus reads it; there must be room. */
	number(value: number): void {
		if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Number.isInteger(value)) {
			this.#integer(value);
		} else {
			this.text(String(value));
		}
	}

	/** Appends a text. */
	text(text: string): void {
		const { length } = text;
		this.room(length * 3);
		const bytes = this.#bytes;
		let at = this.#at;
		// A call into the runtime for each short text would take longer than the loop.
		for (let index = 0; index < length; index++) {
			const code = text.charCodeAt(index);
			if (code > 127) {
				at += bytes.write(index === 0 ? text : text.slice(index), at);
				break;
			}
			bytes[at++] = code;
		}
		this.#at = at;
	}

	/**
	 * Gives what was written since the last kept text, as bytes of its own, and begins anew after it. It
	 * yields wherever it may be interrupted; nobody may write meanwhile.
	 *
	 * @param before - is given back where it is the same
	 */
	*take(before?: Buffer): Generator<void, Buffer> {
		const written = this.#bytes.subarray(this.#keptTo, this.#at);
		this.#at = this.#keptTo;
		const isSame = before !== undefined && (yield* areEqual(before, written));
		return isSame ? before : yield* this.#pool.copy(written);
	}

	#integer(value: number): void {
		const bytes = this.#bytes;
		let digits = 1;
		for (let bound = 10; value >= bound; bound *= 10) digits++;
		let at = this.#at + digits;
		this.#at = at;
		let rest = value;
		// What fits into 32 bits is divided ten times as fast.
		while (rest >= 1e9) {
			const high = Math.floor(rest / 1e9);
			let low = (rest - high * 1e9) | 0;
			for (let digit = 0; digit < 9; digit++) {
				const next = (low / 10) | 0;
				bytes[--at] = zero + low - next * 10;
				low = next;
			}
			rest = high;
		}
		let small = rest | 0;
		do {
			const next = (small / 10) | 0;
			bytes[--at] = zero + small - next * 10;
			small = next;
		} while (small > 0);
	}

	#grow(needed: number): void {
		const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
		grown.set(this.#bytes.subarray(0, this.#at));
		this.#bytes = grown;
	}
}

/** As much is compared before others are served. */
const stepBytes = 4 * 1024 * 1024;

function* areEqual(one: Buffer, other: Buffer): Generator<void, boolean> {
	if (one.length !== other.length) return false;
	for (let from = 0; from < one.length; from += stepBytes) {
		if (from > 0) yield;
		const to = from + stepBytes;
		if (!one.subarray(from, to).equals(other.subarray(from, to))) return false;
	}
	return true;
}

/** Where a kept text lies. */
export interface KeptText {
	readonly from: number;
	readonly to: number;
}
