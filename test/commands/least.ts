import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '..', '..', 'docs');

/** The blocks of code under a heading of a page, in their order. */
export function blocksOf(page: string, heading: string): readonly string[] {
	const text = readFileSync(join(docs, page), 'utf8');
	const sections = text.split(/^## /m);
	const section = sections.find((one) => one.startsWith(`${heading}\n`));
	if (section === undefined) throw new Error(`${page} has no part ${heading}`);
	return Array.from(section.matchAll(/^```\w*\n(.*?)^```$/gms), ([, block = '']) => block);
}
