/** An answer that does not follow the protocol: cut short, or with impossible lengths. */
export class MalformedAnswerError extends Error {
	override readonly name = 'MalformedAnswerError';
}

/**
 * Reads the types of Kafka's flexible protocol versions (KIP-482), big-endian. Everything is checked
 * against the bytes that are there, so that a wrong length can cost neither memory nor time.
 *
 * @throws {@link MalformedAnswerError} from every method
 */
export class Reader {
	readonly #buffer: Buffer;
	#at = 0;

	constructor(buffer: Buffer) {
		this.#buffer = buffer;
	}

	/** Bytes that have not been read. */
	get left(): number {
		return this.#buffer.length - this.#at;
	}

	int8(): number {
		return this.#buffer.readInt8(this.#take(1));
	}

	boolean(): boolean {
		return this.int8() !== 0;
	}

	int16(): number {
		return this.#buffer.readInt16BE(this.#take(2));
	}

	int32(): number {
		return this.#buffer.readInt32BE(this.#take(4));
	}

	/** NaN, "not read", where the integer is not below 2^53: it could only be rounded. */
	int64(): number {
		const at = this.#take(8);
		const value = this.#buffer.readInt32BE(at) * 2 ** 32 + this.#buffer.readUInt32BE(at + 4);
		return Number.isSafeInteger(value) ? value : Number.NaN;
	}

	unsignedVarint(): number {
		let value = 0;
		for (let shift = 0; shift < 35; shift += 7) {
			const byte = this.#buffer[this.#take(1)] as number;
			value += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) return value;
		}
		throw new MalformedAnswerError('a variable-length integer has more than five bytes');
	}

	/** COMPACT_STRING or its nullable kind. */
	string(): string | null {
		const bytes = this.bytes();
		return bytes === null ? null : bytes.toString('utf8');
	}

	/** COMPACT_BYTES, COMPACT_STRING as bytes, or their nullable kinds. A view, not a copy. */
	bytes(): Buffer | null {
		const size = this.unsignedVarint() - 1;
		if (size < 0) return null;
		const at = this.#take(size);
		return this.#buffer.subarray(at, at + size);
	}

	/** A 16-byte id; nothing here needs its value. */
	skipUuid(): void {
		this.#take(16);
	}

	/** The number of elements that follow in a COMPACT_ARRAY, each of one byte at least. */
	count(): number {
		return Math.max(0, this.#plausible(this.unsignedVarint() - 1));
	}

	/** The number of elements that follow in an ARRAY of the inflexible versions. */
	fixedCount(): number {
		return Math.max(0, this.#plausible(this.int32()));
	}

	array<T>(read: () => T): T[] {
		const count = this.count();
		const values: T[] = [];
		for (let i = 0; i < count; i++) values.push(read());
		return values;
	}

	/** The end of a structure: tagged fields are skipped. */
	tags(): void {
		for (let count = this.unsignedVarint(); count > 0; count--) {
			this.unsignedVarint();
			this.#take(this.unsignedVarint());
		}
	}

	#plausible(count: number): number {
		if (count > this.left) {
			throw new MalformedAnswerError(`${count} elements announced in ${this.left} bytes`);
		}
		return count;
	}

	#take(size: number): number {
		if (size > this.left) {
			throw new MalformedAnswerError(`${size} bytes expected where ${this.left} are left`);
		}
		const at = this.#at;
		this.#at += size;
		return at;
	}
}
