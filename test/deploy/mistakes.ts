import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import { fileContent } from '../config/file-contents.ts';

/**
 * What `check-config` says of a configuration that is part of a manifest. Files that it names are there,
 * and so are variables, as they will be where it runs.
 */
export function mistakesIn(configuration: string): readonly string[] {
	const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-config-'));
	try {
		const text = configuration.replace(
			/(\w+_file): (\/[\w./-]+)/g,
			(_, key: string, path: string) => {
				const there = join(folder, path);
				mkdirSync(dirname(there), { recursive: true });
				writeFileSync(there, fileContent(key));
				return `${key}: ${there}`;
			},
		);
		const variables = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, 'secret']);
		const env = { ...Object.fromEntries(variables), STREAM_LAG_CONFIG: text };
		const loaded = loadConfig({ file: undefined, defaultFile: 'none.yaml', cwd: folder, env });
		return loaded.ok ? [] : loaded.mistakes.map(printMistake);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
