import { crc32 } from 'node:zlib';
import type { Exposition, ExpositionPart } from '../model.ts';

/** RFC 1952: deflate, no flags, no time, fastest, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

/**
 * The exposition followed by a last part, as one gzip member: the kept deflate stream goes on with the
 * part's own. (Two members one after the other are legal, but curl drops the second.)
 *
 * @returns its parts; none is a copy
 */
export function gzipWith(
	{ parts, crc32: crc }: Exposition,
	last: ExpositionPart,
): readonly Uint8Array[] {
	const all = [...parts, last];
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(crc32(last.plain, crc), 0);
	const length = all.reduce((sum, { plain }) => sum + plain.length, 0);
	trailer.writeUInt32LE(length % 2 ** 32, 4);
	return [header, ...all.map(({ deflated }) => deflated), trailer];
}
