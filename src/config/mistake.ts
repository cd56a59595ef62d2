import { printable } from '../printable.ts';

/** Something wrong in a configuration, where it stands, and what was expected there. */
export interface Mistake {
	/** The file as it was named, or the environment variable. */
	readonly file: string;
	/** From 1. Absent with column: it concerns the whole file. */
	readonly line?: number;
	/** From 1, in UTF-16 units. */
	readonly column?: number;
	/** The option, as {@link spellPath} writes it. */
	readonly path?: string;
	/** Never holds a secret. */
	readonly message: string;
}

/** Keys and indices from the top of the configuration. */
export type Path = readonly (string | number)[];

/** `file:line:column: path: message`, on one line; what is absent is left out. */
export function printMistake({ file, line, column, path, message }: Mistake): string {
	const place = line === undefined ? file : `${file}:${line}:${column}`;
	return printable([place, ...(path ? [path] : []), message].join(': '));
}

/**
 * A path in the spelling of messages: `targets[0].sasl.mechanism`. A key that is not a plain word is
 * `[…]`: where a colon or the space after it was forgotten, it holds the value, which may be secret.
 */
export function spellPath(path: Path): string {
	let text = '';
	for (const step of path) {
		if (typeof step === 'number') text += `[${step}]`;
		else if (!isPlainKey(step)) text += '[…]';
		else text += text === '' ? step : `.${step}`;
	}
	return text;
}

/** Whether a key is a word as options are, so that it can be shown. */
export function isPlainKey(key: string): boolean {
	return /^([\w-]{1,64}|<<)$/.test(key);
}
