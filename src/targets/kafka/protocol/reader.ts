import { displayName } from '../../name.ts';

/** An answer that does not follow the protocol: cut short, or with impossible lengths. */
export class MalformedAnswerError extends Error {
	override readonly name = 'MalformedAnswerError';
}

/** Of the protocol itself, in bytes. */
const longestText = 0x7fff;

/**
 * Reads the types of Kafka's flexible protocol versions (KIP-482), big-endian. Everything is checked
 * against the bytes that are there, so that a wrong length can cost neither memory nor time.
 *
 * @throws {@link MalformedAnswerError} from every method
 */
export class Reader {
	readonly #buffer: Buffer;
	readonly #view: DataView;
	readonly #length: number;
	#at = 0;

	constructor(buffer: Buffer) {
		this.#buffer = buffer;
		this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
		this.#length = buffer.length;
	}

	/** Bytes that have not been read. */
	get left(): number {
		return this.#length - this.#at;
	}

	int8(): number {
		return this.#view.getInt8(this.#take(1));
	}

	boolean(): boolean {
		return this.int8() !== 0;
	}

	int16(): number {
		return this.#view.getInt16(this.#take(2));
	}

	int32(): number {
		return this.#view.getInt32(this.#take(4));
	}

	/** NaN, "not read", where the integer is not below 2^53: it could only be rounded. */
	int64(): number {
		const at = this.#take(8);
		const value = this.#view.getInt32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
		return Number.isSafeInteger(value) ? value : Number.NaN;
	}

	unsignedVarint(): number {
		let value = 0;
		for (let shift = 0; shift < 35; shift += 7) {
			const byte = this.#view.getUint8(this.#take(1));
			value += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) return value;
		}
		throw new MalformedAnswerError('a variable-length integer has more than five bytes');
	}

	/** COMPACT_STRING or its nullable kind, as shown: see `displayName`. */
	string(): string | null {
		const size = this.unsignedVarint() - 1;
		return size < 0 ? null : this.#text(size);
	}

	/** STRING of the inflexible versions, as shown. */
	fixedString(): string {
		return this.#text(Math.max(0, this.int16()));
	}

	/** COMPACT_BYTES or their nullable kind. A view, not a copy. */
	bytes(): Buffer | null {
		const size = this.unsignedVarint() - 1;
		if (size < 0) return null;
		const at = this.#take(size);
		return this.#buffer.subarray(at, at + size);
	}

	/** Passes over COMPACT_BYTES, a COMPACT_STRING or their nullable kinds. */
	skipBytes(): void {
		this.skip(Math.max(0, this.unsignedVarint() - 1));
	}

	/** Passes over fields of a fixed size, in bytes. */
	skip(size: number): void {
		this.#take(size);
	}

	/**
	 * The number of elements that follow in a COMPACT_ARRAY.
	 *
	 * @param leastBytes - what one element takes at least
	 */
	count(leastBytes = 1): number {
		return Math.max(0, this.#plausible(this.unsignedVarint() - 1, leastBytes));
	}

	/** The number of elements that follow in an ARRAY of the inflexible versions. */
	fixedCount(leastBytes = 1): number {
		return Math.max(0, this.#plausible(this.int32(), leastBytes));
	}

	/**
	 * The elements of a COMPACT_ARRAY.
	 *
	 * @param read - where there are thousands of elements, a function that lives as long as the program
	 * @param using - is given to it
	 */
	array<T>(read: (reader: Reader) => T): T[];
	array<T, Using>(read: (reader: Reader, using: Using) => T, using: Using): T[];
	array<T, Using>(read: (reader: Reader, using?: Using) => T, using?: Using): T[] {
		const count = this.count();
		const values: T[] = [];
		for (let i = 0; i < count; i++) values.push(read(this, using));
		return values;
	}

	/** The end of a structure: tagged fields are skipped. */
	tags(): void {
		for (let count = this.unsignedVarint(); count > 0; count--) {
			this.unsignedVarint();
			this.#take(this.unsignedVarint());
		}
	}

	#text(size: number): string {
		if (size > longestText) throw new MalformedAnswerError(`a text of ${size} bytes is announced`);
		const at = this.#take(size);
		for (let i = at; i < at + size; i++) {
			const byte = this.#view.getUint8(i);
			// Other characters, and a backslash that may look like an escape, take the long way.
			if (byte >= 0x80 || byte === 0x5c) {
				return displayName(this.#buffer.subarray(at, at + size));
			}
		}
		return this.#buffer.toString('latin1', at, at + size);
	}

	#plausible(count: number, leastBytes: number): number {
		if (count * leastBytes > this.left) {
			throw new MalformedAnswerError(`${count} elements announced in ${this.left} bytes`);
		}
		return count;
	}

	#take(size: number): number {
		const at = this.#at;
		if (size > this.#length - at) {
			throw new MalformedAnswerError(`${size} bytes expected where ${this.left} are left`);
		}
		this.#at = at + size;
		return at;
	}
}
