import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../test/brokers/command.ts';
import type { Progress } from '../test/brokers/found.ts';
import { type RunningServer, start } from '../test/brokers/running.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist/main.js');

/** Node's own flags, as the image has them. */
export const nodeFlags = ['--v8-pool-size=1'];

/** Builds the exporter if that was not done since its source changed. */
export async function buildExporter(progress: Progress): Promise<void> {
	const sources = await readdir(join(root, 'src'), { recursive: true });
	const changed = await Promise.all(
		['../package-lock.json', ...sources].map(async (path) => stat(join(root, 'src', path))),
	);
	const newestMs = Math.max(...changed.map(({ mtimeMs }) => mtimeMs));
	if (existsSync(program) && (await stat(program)).mtimeMs >= newestMs) return;
	progress('building the exporter');
	await runCommand('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, timeoutMs: 120_000 });
}

/**
 * Starts the built exporter on a free port of 127.0.0.1, in a temporary folder of its own.
 *
 * @param config - its whole configuration
 */
export async function startExporter(
	config: Readonly<Record<string, unknown>>,
): Promise<RunningServer> {
	return start({
		name: 'exporter',
		version: '',
		portCount: 1,
		prepare: async (folder, [port]) => {
			const file = join(folder, 'config.yaml');
			// JSON is YAML.
			await writeFile(file, JSON.stringify(config, undefined, 2));
			const flags = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
			return {
				command: process.execPath,
				args: [...nodeFlags, program, ...flags, '--log.format=json'],
			};
		},
		ready: /"msg":"listening"/,
		readyTimeoutMs: 20_000,
	});
}
