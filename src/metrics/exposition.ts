import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import type { Exposition, ExpositionPart } from '../model.ts';
import { turn } from '../steps.ts';
import { joinCrc32 } from './crc32.ts';
import { headers } from './families.ts';
import type { TargetLines } from './target-renderer.ts';

/** Joins the lines of all targets: each family once, with its HELP and TYPE, without empty ones. */
export function join(targets: readonly TargetLines[]): readonly Buffer[] {
	const parts: Buffer[] = [];
	for (const [index, header] of headers.entries()) {
		let isBare = true;
		for (const target of targets) {
			const lines = target[index];
			if (lines === undefined || lines.length === 0) continue;
			if (isBare) parts.push(header);
			isBare = false;
			parts.push(lines);
		}
	}
	return parts;
}

/**
 * Pieces of at least so many bytes are compressed and kept by themselves, smaller ones together with
 * their neighbours: each compression costs as much as some 10 KB of lines.
 */
const ownPartBytes = 64 * 1024;

/** A part, and its own CRC-32. */
interface Compressed extends ExpositionPart {
	readonly crc32: number;
}

/**
 * Compresses expositions off the event loop, one part after the other. A large piece that is the same
 * bytes as in the last one (`Buffer` and all) is not compressed again.
 */
export class Compressor {
	readonly #kept = new WeakMap<Buffer, Promise<Compressed>>();
	/** Settles when all that was begun is compressed. */
	#latest: Promise<unknown> = Promise.resolve();

	/** Begins to compress a piece of the next exposition, while others of it are yet to be written. */
	begin(piece: Buffer): void {
		if (piece.length >= ownPartBytes) void this.#ownPart(piece);
	}

	/** @param pieces - of the text, in their order */
	async compress(pieces: readonly Buffer[]): Promise<Exposition> {
		const begun: Promise<Compressed>[] = [];
		let small: Buffer[] = [];
		const flush = () => {
			if (small.length > 0) begun.push(this.#enqueue(Buffer.concat(small)));
			small = [];
		};
		for (const piece of pieces) {
			if (piece.length < ownPartBytes) {
				small.push(piece);
				continue;
			}
			flush();
			begun.push(this.#ownPart(piece));
		}
		flush();
		const parts = await Promise.all(begun);
		let crc = 0;
		for (const part of parts) crc = joinCrc32(crc, part.crc32, part.plain.length);
		return { parts, crc32: crc };
	}

	#ownPart(piece: Buffer): Promise<Compressed> {
		const part = this.#kept.get(piece) ?? this.#enqueue(piece);
		this.#kept.set(piece, part);
		return part;
	}

	#enqueue(plain: Buffer): Promise<Compressed> {
		const part = this.#latest.then(() => compressed(plain));
		this.#latest = part;
		return part;
	}
}

const deflateRawOffLoop = promisify(deflateRaw);

/** Measured on 13 MB of series: half of level 6's time, for a tenth more bytes. */
const level = 1;

/**
 * A full flush ends the stream on a byte boundary without a final block and refers to nothing before
 * it, so that parts can stand in any order, and the text of a scrape after them, as one gzip member
 * (RFC 1951, section 3.2.4; zlib manual, Z_FULL_FLUSH).
 */
async function compressed(plain: Buffer): Promise<Compressed> {
	const options = { level, finishFlush: constants.Z_FULL_FLUSH };
	const deflated = await deflateRawOffLoop(plain, options);
	return { plain, deflated, crc32: await crc32InTurns(plain) };
}

/** As much is read before others are served: half a millisecond. */
const crcStepBytes = 2 * 1024 * 1024;

async function crc32InTurns(bytes: Buffer): Promise<number> {
	let crc = crc32(bytes.subarray(0, crcStepBytes));
	for (let from = crcStepBytes; from < bytes.length; from += crcStepBytes) {
		await turn();
		crc = crc32(bytes.subarray(from, from + crcStepBytes), crc);
	}
	return crc;
}

/** Of some kilobytes zlib takes more time for its empty tables than for the text: half of it with these. */
const fewTables = { windowBits: 12, memLevel: 4 };

/** What ends a text, and is so short that it is compressed when it is asked for: its deflate stream is the last. */
export function lastPart(text: string): ExpositionPart {
	const plain = Buffer.from(text);
	let deflated: Buffer | undefined;
	return {
		plain,
		get deflated() {
			deflated ??= deflateRawSync(plain, fewTables);
			return deflated;
		},
	};
}
