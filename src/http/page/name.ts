import { printable } from '../../printable.ts';
import { type Html, html } from './html.ts';

/** Longer names are cut in tables; their ends often tell more than their middles. */
const longest = 100;
const keptEnd = 25;

/**
 * A name that a broker gave: control characters are visible, its writing direction is its own
 * affair.
 */
export function name(text: string): Html {
	return html`<bdi>${printable(text)}</bdi>`;
}

/** The same for a table. */
export function shortName(text: string): Html {
	const characters = Array.from(text);
	if (characters.length <= longest) return name(text);
	const start = characters.slice(0, longest - keptEnd).join('');
	return name(`${start}…${characters.slice(-keptEnd).join('')}`);
}
