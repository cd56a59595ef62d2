/**
 * Text for a terminal or a line of a log: control characters, line separators and marks that change
 * the writing direction become visible escapes, so that a name can neither break a line nor hide.
 */
export function printable(text: string): string {
	return text.replace(
		/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
		(character) =>
			escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
