import { nameBytes } from '../../name.ts';

/** Writes the types of Kafka's flexible protocol versions (KIP-482), big-endian. */
export class Writer {
	#buffer = Buffer.allocUnsafe(1024);
	#length = 0;

	/** What was written; valid until the next write. */
	bytes(): Buffer {
		return this.#buffer.subarray(0, this.#length);
	}

	int8(value: number): this {
		const at = this.#grow(1);
		this.#buffer.writeInt8(value, at);
		return this;
	}

	boolean(value: boolean): this {
		return this.int8(value ? 1 : 0);
	}

	int32(value: number): this {
		const at = this.#grow(4);
		this.#buffer.writeInt32BE(value, at);
		return this;
	}

	/** Of a whole number between -2^53 and 2^53. */
	int64(value: number): this {
		const high = Math.floor(value / 2 ** 32);
		return this.int32(high).int32((value - high * 2 ** 32) | 0);
	}

	/** An unsigned variable-length integer, 7 bits a byte. */
	unsignedVarint(value: number): this {
		let rest = value;
		while (rest > 0x7f) {
			this.int8(((rest & 0x7f) | 0x80) - 0x100);
			rest >>>= 7;
		}
		return this.int8(rest);
	}

	/** COMPACT_NULLABLE_STRING: length + 1, 0 for null. A name as shown becomes its own bytes again. */
	string(value: string | null): this {
		if (value === null) return this.unsignedVarint(0);
		const bytes = nameBytes(value);
		this.unsignedVarint(bytes.length + 1);
		const at = this.#grow(bytes.length);
		bytes.copy(this.#buffer, at);
		return this;
	}

	/**
	 * COMPACT_ARRAY; null where the protocol takes that for "all".
	 *
	 * @param write - where there are thousands of values, a function that lives as long as the program
	 * @param using - is given to it
	 */
	array<T>(values: readonly T[] | null, write: (writer: Writer, value: T) => void): this;
	array<T, Using>(
		values: readonly T[] | null,
		write: (writer: Writer, value: T, using: Using) => void,
		using: Using,
	): this;
	array<T, Using>(
		values: readonly T[] | null,
		write: (writer: Writer, value: T, using?: Using) => void,
		using?: Using,
	): this {
		if (values === null) return this.unsignedVarint(0);
		this.unsignedVarint(values.length + 1);
		for (const value of values) write(this, value, using);
		return this;
	}

	/** The end of a structure: no tagged fields. */
	tags(): this {
		return this.unsignedVarint(0);
	}

	/** Makes room and gives the place of it. */
	#grow(size: number): number {
		const at = this.#length;
		this.#length += size;
		if (this.#length > this.#buffer.length) {
			const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length));
			this.#buffer.copy(larger, 0, 0, at);
			this.#buffer = larger;
		}
		return at;
	}
}
