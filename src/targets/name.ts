const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A name as it is shown: valid UTF-8, and different for different bytes. A byte that is not part of
 * valid UTF-8 becomes `\xNN` (lower-case hex); a backslash that would read as such an escape is
 * itself written `\x5c`.
 */
export function displayName(bytes: Uint8Array): string {
	try {
		return escapeLookalikes(strict.decode(bytes));
	} catch {
		return decodeBytewise(bytes);
	}
}

/** The same of a name that JSON told, such as a JetStream consumer's: half a surrogate pair becomes U+FFFD. */
export function displayText(name: string): string {
	return escapeLookalikes(name.toWellFormed());
}

/** The bytes that {@link displayName} shows so. */
export function nameBytes(shown: string): Buffer {
	if (!shown.includes('\\x')) return Buffer.from(shown);
	// Split by a pattern with a group: every other part is an escaped byte.
	const parts = shown.split(/\\x([0-9a-f]{2})/);
	return Buffer.concat(
		parts.map((part, index) => Buffer.from(part, index % 2 === 1 ? 'hex' : 'utf8')),
	);
}

function escapeLookalikes(text: string): string {
	return text.includes('\\x') ? text.replace(/\\(?=x[0-9a-f]{2})/g, '\\x5c') : text;
}

function decodeBytewise(bytes: Uint8Array): string {
	let text = '';
	let valid = '';
	for (let at = 0; at < bytes.length; ) {
		const length = sequenceLength(bytes, at);
		if (length > 0) {
			valid += strict.decode(bytes.subarray(at, at + length));
			at += length;
		} else {
			text += escapeLookalikes(valid);
			text += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
			valid = '';
			at += 1;
		}
	}
	return text + escapeLookalikes(valid);
}

/** How many bytes the valid UTF-8 sequence at a place has; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
	for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
		try {
			strict.decode(bytes.subarray(at, at + length));
			return length;
		} catch {
			// A longer sequence may still be valid.
		}
	}
	return 0;
}
