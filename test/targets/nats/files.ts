import { readFileSync } from 'node:fs';
import { type FileContent, ReferencedFile } from '../../../src/options/file.ts';

/** A file as the configuration's loader gives it. */
export function file(path: string): ReferencedFile {
	const read = (): FileContent => {
		try {
			return { ok: true, text: readFileSync(path, 'utf8') };
		} catch {
			return { ok: false, message: 'no such file' };
		}
	};
	return new ReferencedFile(path, read(), read);
}
