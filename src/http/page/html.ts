/** Text that is HTML; only {@link html} makes it. */
class Html {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

export type { Html };

/** What can stand in a template: texts and numbers are escaped, nothing is nothing. */
type Part = Html | string | number | undefined | readonly Part[];

/**
 * A template of HTML. Whatever is put into it is escaped, for text and for quoted attributes alike,
 * unless it was made by this template itself: no name can become markup.
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
	let text = literals[0] ?? '';
	for (const [index, part] of parts.entries()) text += rendered(part) + literals[index + 1];
	return new Html(text);
}

function rendered(part: Part): string {
	if (part === undefined) return '';
	if (part instanceof Html) return part.text;
	if (typeof part === 'object') return part.map(rendered).join('');
	return String(part).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};
