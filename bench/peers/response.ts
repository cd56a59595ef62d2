/** An answer that is whole. */
export interface Response {
	readonly status: number;
	/** Whether its connection ends with it. */
	readonly isLast: boolean;
	readonly isCompressed: boolean;
	/** As it came; it lasts until the next answer begins. */
	readonly body: Buffer;
}

/** Of one whose head is there: where the body lies, and how its end is told (RFC 9112, section 6.3). */
interface Head {
	readonly status: number;
	readonly isLast: boolean;
	readonly isCompressed: boolean;
	readonly bodyFrom: number;
	/** Absent: it comes in chunks. */
	readonly bodyLength: number | undefined;
}

/** Reads answers of HTTP/1.1 one after the other into the same memory, until each is whole. */
export class ResponseReader {
	#bytes = Buffer.alloc(1024 * 1024);
	#length = 0;
	#head: Head | undefined;
	/** Where the next chunk's size stands. */
	#chunkAt = 0;
	#chunks: { readonly from: number; readonly to: number }[] = [];
	#isComplete = false;

	/** Forgets the answer before. */
	begin(): void {
		this.#length = 0;
		this.#head = undefined;
		this.#chunks = [];
		this.#isComplete = false;
	}

	get isComplete(): boolean {
		return this.#isComplete;
	}

	/**
	 * Takes what came next.
	 *
	 * @throws Error where it is no answer whose end can be told
	 */
	add(bytes: Buffer, length: number): void {
		if (this.#length + length > this.#bytes.length) this.#grow(this.#length + length);
		bytes.copy(this.#bytes, this.#length, 0, length);
		this.#length += length;
		this.#head ??= this.#readHead();
		if (this.#head === undefined) return;
		const { bodyFrom, bodyLength } = this.#head;
		this.#isComplete =
			bodyLength === undefined ? this.#passChunks() : this.#length >= bodyFrom + bodyLength;
	}

	/** @throws Error when it is not complete */
	take(): Response {
		if (!this.#head || !this.#isComplete) throw new Error('the answer is not whole');
		const { status, isLast, isCompressed, bodyFrom, bodyLength } = this.#head;
		const body =
			bodyLength === undefined
				? Buffer.concat(this.#chunks.map(({ from, to }) => this.#bytes.subarray(from, to)))
				: this.#bytes.subarray(bodyFrom, bodyFrom + bodyLength);
		return { status, isLast, isCompressed, body };
	}

	#readHead(): Head | undefined {
		const end = this.#bytes.subarray(0, this.#length).indexOf('\r\n\r\n');
		if (end === -1) return undefined;
		const head = this.#bytes.toString('latin1', 0, end);
		const field = (name: string) => new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1];
		const length = field('content-length');
		if (length === undefined && field('transfer-encoding') !== 'chunked') {
			throw new Error(`an answer whose end nobody knows: ${head}`);
		}
		this.#chunkAt = end + 4;
		return {
			status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
			isLast: field('connection')?.toLowerCase() === 'close',
			isCompressed: field('content-encoding') === 'gzip',
			bodyFrom: end + 4,
			bodyLength: length === undefined ? undefined : Number(length),
		};
	}

	/** @returns whether the last one was passed; trailers are not expected */
	#passChunks(): boolean {
		const bytes = this.#bytes.subarray(0, this.#length);
		for (;;) {
			const lineEnd = bytes.indexOf('\r\n', this.#chunkAt);
			if (lineEnd === -1) return false;
			const size = Number.parseInt(bytes.toString('latin1', this.#chunkAt, lineEnd), 16);
			if (!Number.isInteger(size)) throw new Error('a chunk without a size');
			const from = lineEnd + 2;
			const to = from + size;
			if (to + 2 > this.#length) return false;
			if (size === 0) return true;
			this.#chunks.push({ from, to });
			this.#chunkAt = to + 2;
		}
	}

	#grow(needed: number): void {
		const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
		this.#bytes.copy(grown, 0, 0, this.#length);
		this.#bytes = grown;
	}
}
