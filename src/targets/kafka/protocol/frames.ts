import { MalformedAnswerError } from './reader.ts';
import { strangerOf } from './strangers.ts';

/** Far above any real answer: 50,000 committed offsets take 2 MB. */
const largestFrameBytes = 64 * 2 ** 20;

/** A frame begins with its length, and its content with a correlation id: four bytes each. */
const lengthBytes = 4;
const correlationIdBytes = 4;

/** Cuts what a socket brings into frames, without believing an announced length. */
export class Frames {
	#chunks: Buffer[] = [];
	#buffered = 0;
	/** Bytes that must be there before it is worth looking again. */
	#needed = lengthBytes;

	/**
	 * Takes a chunk and gives the frames that are complete now, without their lengths.
	 *
	 * @throws {@link MalformedAnswerError} when a length is announced that no answer can have
	 */
	push(chunk: Buffer): readonly Buffer[] {
		this.#chunks.push(chunk);
		this.#buffered += chunk.length;
		if (this.#buffered < this.#needed) return [];
		let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
		const frames: Buffer[] = [];
		this.#needed = lengthBytes;
		while (rest.length >= lengthBytes) {
			const size = rest.readInt32BE(0);
			if (size < correlationIdBytes || size > largestFrameBytes) {
				throw new MalformedAnswerError(
					strangerOf(rest) ?? `an answer of ${size} bytes is announced`,
				);
			}
			this.#needed = lengthBytes + size;
			if (rest.length < this.#needed) break;
			frames.push(rest.subarray(lengthBytes, this.#needed));
			rest = rest.subarray(this.#needed);
			this.#needed = lengthBytes;
		}
		this.#chunks = [rest];
		this.#buffered = rest.length;
		return frames;
	}
}
