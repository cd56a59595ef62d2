import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A file, folder or link of a tree. */
export interface Entry {
	readonly path: string;
	readonly bytes: number;
	/** What it is, who may do what, and what is in it; not when it was made. */
	readonly content: string;
}

/** All that is in a folder, by path. */
export function entriesOf(folder: string): readonly Entry[] {
	const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
	return paths.map((path) => {
		const whole = join(folder, path);
		const stat = lstatSync(whole);
		const mode = stat.mode.toString(8);
		if (stat.isDirectory()) return { path, bytes: 0, content: mode };
		const data = stat.isSymbolicLink() ? readlinkSync(whole) : readFileSync(whole);
		const hash = createHash('sha256').update(data).digest('hex');
		return { path, bytes: stat.size, content: `${mode} ${hash}` };
	});
}
