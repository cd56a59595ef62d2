import type { Position } from '../../../model.ts';
import { parseId } from './id.ts';
import { MalformedReply } from './replies.ts';
import { shownName } from './shown-name.ts';

const space = 0x20;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/**
 * Reads words that are divided by single spaces, from their bytes: there are a quarter of a million
 * of them in ten thousand streams, and each would be a text that nobody needs.
 *
 * Every method reads one word (or two) and throws {@link MalformedReply} where it is none of its kind.
 */
export class Words {
	readonly #bytes: Buffer;
	#at = 0;
	/** The last name that was read, and where it stands. */
	#name = '';
	#nameFrom = 0;
	#nameLength = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get isAtEnd(): boolean {
		return this.left === 0;
	}

	/** How many bytes are left to be read. */
	get left(): number {
		return Math.max(0, this.#bytes.length - this.#at);
	}

	/** Whether the next word is the given character; then it is read. */
	takes(character: string): boolean {
		if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
		this.#next(this.#at + 1);
		return true;
	}

	/** A number of things. */
	count(name: string): number {
		const value = this.number();
		if (value === undefined || value < 0) throw new MalformedReply(`no number of ${name}`);
		return value;
	}

	/** A whole number, negative ones too. Absent: `-`, or it is 2^53 or more. */
	number(): number | undefined {
		const bytes = this.#bytes;
		const isNegative = bytes[this.#at] === minus;
		const from = isNegative ? this.#at + 1 : this.#at;
		let at = from;
		let value = 0;
		for (let byte = bytes[at]; byte !== undefined && byte !== space; byte = bytes[++at]) {
			if (byte < zero || byte > nine) throw new MalformedReply('something else than a number');
			value = value * 10 + (byte - zero);
		}
		if (at === this.#at) throw new MalformedReply('too few words');
		this.#next(at);
		if (at === from || !Number.isSafeInteger(value)) return undefined;
		return isNegative ? 0 - value : value;
	}

	/**
	 * An entry's id. Absent: `-`, or it cannot be held.
	 *
	 * @param like - what it is often the same as; then that is given
	 */
	id(like?: Position): Position | undefined {
		const from = this.#at;
		const end = this.#end();
		if (end === from) throw new MalformedReply('too few words');
		this.#next(end);
		return parseId(this.#bytes, from, end, like);
	}

	/** A text behind the number of its bytes. */
	text(): string {
		const length = this.count('bytes');
		const from = this.#at;
		this.#skip(length);
		return this.#bytes.toString('utf8', from, from + length);
	}

	/** The same as it is shown. Names that follow one another are often the same, and then one text. */
	name(): string {
		const length = this.count('bytes');
		const from = this.#at;
		this.#skip(length);
		if (!this.#isLastName(from, length)) {
			this.#name = shownName(this.#bytes, from, from + length);
			this.#nameFrom = from;
			this.#nameLength = length;
		}
		return this.#name;
	}

	#isLastName(from: number, length: number): boolean {
		if (length !== this.#nameLength) return false;
		for (let at = 0; at < length; at++) {
			if (this.#bytes[from + at] !== this.#bytes[this.#nameFrom + at]) return false;
		}
		return true;
	}

	#skip(length: number): void {
		const end = this.#at + length;
		if (end > this.#bytes.length) throw new MalformedReply('a text that is cut off');
		this.#next(end);
	}

	#end(): number {
		let at = this.#at;
		for (let byte = this.#bytes[at]; byte !== undefined && byte !== space; byte = this.#bytes[at]) {
			at += 1;
		}
		return at;
	}

	/** @param end - of the word that was read */
	#next(end: number): void {
		const follows = this.#bytes[end];
		if (follows !== undefined && follows !== space)
			throw new MalformedReply('no space between words');
		this.#at = end + 1;
	}
}
