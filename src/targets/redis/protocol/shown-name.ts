import { displayName } from '../../name.ts';

const firstByteBeyondAscii = 0x80;
const backslash = 0x5c;

/**
 * A name as {@link displayName} shows it, without its decoder where every byte stands for itself: that
 * costs as much as all the rest of a group.
 */
export function shownName(bytes: Buffer, from = 0, end = bytes.length): string {
	for (let at = from; at < end; at++) {
		const byte = bytes[at] ?? backslash;
		if (byte >= firstByteBeyondAscii || byte === backslash) {
			return displayName(bytes.subarray(from, end));
		}
	}
	return bytes.toString('latin1', from, end);
}
