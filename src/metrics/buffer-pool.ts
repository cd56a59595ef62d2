/** Smaller buffers are not worth keeping. */
const smallestKept = 64 * 1024;

/** A buffer that may be so much larger than what is wanted is taken all the same. */
const most = 1.5;

/** As much is copied before others are served: a millisecond, where the memory is new. */
const stepBytes = 1024 * 1024;

/** Room beyond what is wanted, for the next text of a family is a little longer or shorter. */
const slack = 1.05;

/**
 * Memory of texts that nobody reads any more, for the next ones. Each poll makes texts of many
 * megabytes; left to garbage collection, and to the fragments of a heap, they would take three times
 * what is served.
 */
export class BufferPool {
	#free: ArrayBufferLike[] = [];
	/** Who holds a buffer that was taken; the number of expositions that it is a part of. */
	readonly #holders = new Map<Uint8Array, number>();

	/** Makes a copy of bytes. It yields wherever it may be interrupted. */
	*copy(bytes: Uint8Array): Generator<void, Buffer> {
		if (bytes.length < smallestKept) return Buffer.from(bytes);
		const copy = this.#take(bytes.length);
		for (let from = 0; from < bytes.length; from += stepBytes) {
			if (from > 0) yield;
			copy.set(bytes.subarray(from, from + stepBytes), from);
		}
		return copy;
	}

	#take(length: number): Buffer {
		const at = this.#free.findIndex(
			({ byteLength }) => byteLength >= length && byteLength <= length * most,
		);
		const [found] = at === -1 ? [] : this.#free.splice(at, 1);
		return Buffer.from(found ?? new ArrayBuffer(Math.ceil(length * slack)), 0, length);
	}

	/** Keeps texts from being written over until as many {@link release}. */
	hold(texts: Iterable<Uint8Array>): void {
		for (const text of texts) this.#holders.set(text, (this.#holders.get(text) ?? 0) + 1);
	}

	/** One of those who held these texts may not read them any more. */
	release(texts: Iterable<Uint8Array>): void {
		for (const text of texts) {
			const left = (this.#holders.get(text) ?? 0) - 1;
			if (left > 0) this.#holders.set(text, left);
			else if (this.#holders.delete(text) && text.buffer.byteLength >= smallestKept) {
				this.#free.push(text.buffer);
			}
		}
	}

	/**
	 * Releases the texts of an exposition that there is a newer one of. Memory that this one did not need
	 * is given back: a pool must not keep what was large once.
	 */
	retire(texts: Iterable<Uint8Array>): void {
		this.#free = [];
		this.release(texts);
	}
}
