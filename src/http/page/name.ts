import { printable } from '../../printable.ts';
import { type Html, html } from './html.ts';

/** Longer names are cut in tables and headings; their ends often tell more than their middles. */
const longest = 100;
const keptEnd = 25;

/**
 * A name that a broker gave: control characters are visible, its writing direction is its own
 * affair.
 */
export function name(text: string): Html {
	return html`<bdi>${printable(text)}</bdi>`;
}

/** The same where there is little room. */
export function shortName(text: string): Html {
	return name(shortened(text));
}

/** A name of at most a hundred characters. */
export function shortened(text: string): string {
	const characters = Array.from(text);
	if (characters.length <= longest) return text;
	const start = characters.slice(0, longest - keptEnd).join('');
	return `${start}…${characters.slice(-keptEnd).join('')}`;
}
