const longest = 80;

/** A text as a message shows it: in double quotes, escaped, and cut when it is long. */
export function quoted(text: string): string {
	const characters = Array.from(text);
	return JSON.stringify(
		characters.length > longest ? `${characters.slice(0, longest).join('')}…` : text,
	);
}

/** A value of a configuration as a message shows it: texts and numbers by value, others by kind. */
export function shown(value: unknown): string {
	if (value === null) return 'nothing';
	if (typeof value === 'string') return quoted(value);
	if (typeof value === 'number') return `the number ${value}`;
	if (typeof value === 'boolean') return String(value);
	return Array.isArray(value) ? 'a list' : 'a map';
}

/** What to write instead of a word that was a boolean in YAML 1.1, for the end of a message. */
export function booleanHint(value: unknown): string {
	if (typeof value !== 'string') return '';
	if (/^(y|yes|on)$/i.test(value)) return ': write true';
	return /^(n|no|off)$/i.test(value) ? ': write false' : '';
}

/** Names, and of many the first ten. */
export function few(names: readonly string[]): string {
	const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
	return `${names.slice(0, 10).join(', ')}${more}`;
}
