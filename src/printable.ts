/**
 * Text for a terminal or a line of a log: control characters, line separators and marks that change
 * the writing direction become visible escapes, so that a name can neither break a line nor hide.
 */
export function printable(text: string): string {
	return text.replace(unprintable, (character) => escapes[character] ?? escaped(character));
}

/** JSON in one line that means the same: JSON itself escapes the first 32 control characters alone. */
export function printableJson(line: string): string {
	return line.replace(unprintable, (character) => (character === '\n' ? '\n' : escaped(character)));
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
