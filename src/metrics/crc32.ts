/**
 * The CRC-32 of two texts one after the other, from the CRC-32 of each, so that a text that has not
 * changed is not gone through again. A CRC is a remainder of polynomials over GF(2): the first one is
 * multiplied by x to the power of the second text's bits (Mark Adler, zlib's crc32_combine).
 *
 * @param length - of the second text, in bytes
 */
export function joinCrc32(first: number, second: number, length: number): number {
	return (multiply(powerOfX(length * 8), first) ^ second) >>> 0;
}

/** CRC-32's polynomial (RFC 1952, section 8), its bits reversed. */
const polynomial = 0xedb88320;

/** x to the power of 0: the highest bit is the lowest power. */
const one = 0x80000000;

/** The remainder of a product. */
function multiply(a: number, b: number): number {
	let product = 0;
	let shifted = b;
	for (let bit = one; bit !== 0; bit >>>= 1) {
		if (a & bit) product ^= shifted;
		shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
	}
	return product;
}

/** The remainder of x to a power, by squaring. */
function powerOfX(power: number): number {
	let result = one;
	let square = one >>> 1;
	for (let rest = power; rest > 0; rest = Math.floor(rest / 2)) {
		if (rest % 2 === 1) result = multiply(square, result);
		square = multiply(square, square);
	}
	return result;
}
