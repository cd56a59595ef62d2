import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Copies what a `.dockerignore` lets in, where it leaves all out and then takes single paths back.
 *
 * @throws Error at a line that is neither, or that names what is not there
 */
export function makeContext(project: string, dockerignore: string, folder: string): void {
	const [everything, ...taken] = dockerignore.split('\n').filter((line) => line !== '');
	if (everything !== '*') throw new Error(`.dockerignore begins with ${everything} and not with *`);
	for (const line of taken) {
		if (!/^![\w./-]+$/.test(line))
			throw new Error(`.dockerignore: ${line} is not known to this test`);
		const path = line.slice(1);
		if (!existsSync(join(project, path))) throw new Error(`.dockerignore: ${path} is not there`);
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		cpSync(join(project, path), join(folder, path), { recursive: true });
	}
}
