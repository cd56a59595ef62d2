import { crc32, deflateRawSync } from 'node:zlib';
import type { Exposition } from '../model.ts';

/** RFC 1952: deflate, no flags, no time, fastest, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

/**
 * The exposition followed by more text, as one gzip member: the kept deflate stream goes on with the
 * text's own. (Two members one after the other are legal, but curl drops the second.)
 *
 * @returns its parts; that of the exposition is no copy
 */
export function gzipWith(
	{ parts, crc32: crc }: Exposition,
	text: Uint8Array,
): readonly Uint8Array[] {
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(crc32(text, crc), 0);
	const length = parts.reduce((sum, { plain }) => sum + plain.length, text.length);
	trailer.writeUInt32LE(length % 2 ** 32, 4);
	return [header, ...parts.map(({ deflated }) => deflated), deflateRawSync(text), trailer];
}
