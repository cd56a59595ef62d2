import { readFileSync } from 'node:fs';

/** The folder of the project. */
export const root = new URL('../../', import.meta.url);

/** The text of a file of the project. */
export function read(path: string): string {
	return readFileSync(new URL(path, root), 'utf8');
}
