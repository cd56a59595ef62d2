import type { Records } from '../model.ts';
import { look } from '../records.ts';

/** A label's value by the text format 0.0.4: backslash, newline and quote are escaped. */
export function quote(value: string): string {
	return `"${/[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, escapeCharacter) : value}"`;
}

export function escapeCharacter(character: string): string {
	return character === '\n' ? '\\n' : `\\${character}`;
}

/** The labels that all series of a record share, as text. */
export function labelsOf(record: LabelledRecord): string {
	const { stream, consumerGroup } = record;
	let text = originOf(record);
	if (stream !== undefined) text += `,stream=${quote(stream)}`;
	if (consumerGroup !== undefined) text += `,consumer_group=${quote(consumerGroup)}`;
	return text;
}

/** The labels that all series of a target share. */
function originOf({ target, platform, shard }: LabelledRecord): string {
	const text = `target=${quote(target)},platform=${quote(platform)}`;
	return shard === undefined ? text : `${text},shard="${shard}"`;
}

/** What names a record: a target, a stream of it, or a group on the stream. */
export interface LabelledRecord {
	readonly target: string;
	readonly platform: string;
	/** Of a target that several shards read; the same from poll to poll. */
	readonly shard?: number;
	readonly stream?: string;
	readonly consumerGroup?: string;
}

/** Records between two places where taking them may be interrupted. */
const stepRecords = 500;

/**
 * The labels of a list of records as bytes, one after the other. They are rendered once and kept for
 * as long as the list names the same records in the same order, which is from poll to poll.
 */
export class Labels {
	/** Labels of the target. */
	#origin = '';
	#streams: (string | undefined)[] = [];
	#groups: (string | undefined)[] = [];
	#bytes: Buffer = Buffer.alloc(0);
	/** Where each record's labels begin; one more than there are records. */
	#at = new Uint32Array(1);
	#longest = 0;

	get bytes(): Buffer {
		return this.#bytes;
	}

	/** Where the labels of a record begin; those of the next one, where they end. */
	at(index: number): number {
		return this.#at[index] as number;
	}

	/** Bytes of the longest. */
	get longest(): number {
		return this.#longest;
	}

	/**
	 * Takes a list of records of one target; tells whether it names others than before. It yields wherever
	 * it may be interrupted.
	 */
	*update(records: Records<LabelledRecord>): Generator<void, boolean> {
		const first = records.at(0);
		const origin = first ? originOf(first) : '';
		if (origin === this.#origin && (yield* this.#isSame(records))) return false;
		const streams = new Array<string | undefined>(records.length);
		const groups = new Array<string | undefined>(records.length);
		const at = new Uint32Array(records.length + 1);
		const parts: Buffer[] = [];
		let length = 0;
		let longest = 0;
		for (let index = 0; index < records.length; index++) {
			if (index % stepRecords === 0) yield;
			const record = look(records, index);
			streams[index] = record.stream;
			groups[index] = record.consumerGroup;
			const part = Buffer.from(labelsOf(record));
			parts.push(part);
			length += part.length;
			longest = Math.max(longest, part.length);
			at[index + 1] = length;
		}
		// All at once: whoever gives up in between leaves the labels of before.
		this.#origin = origin;
		this.#streams = streams;
		this.#groups = groups;
		this.#at = at;
		this.#longest = longest;
		this.#bytes = Buffer.concat(parts, length);
		return true;
	}

	*#isSame(records: Records<LabelledRecord>): Generator<void, boolean> {
		if (records.length !== this.#streams.length) return false;
		for (let index = 0; index < records.length; index++) {
			if (index % stepRecords === 0) yield;
			const record = look(records, index);
			if (record.consumerGroup !== this.#groups[index]) return false;
			if (record.stream !== this.#streams[index]) return false;
		}
		return true;
	}
}
