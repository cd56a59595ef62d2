import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../brokers/command.ts';
import { type FoundServer, find, type Progress, tellOnStandardError } from '../../brokers/found.ts';
import { goInstall } from '../../brokers/go.ts';

const version = 'v2.16.2';

/**
 * Finds or builds the reader of compose files that `docker compose config` is made of: it checks a
 * file against the specification and prints what it comes to.
 */
export function findCompose(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'compose-go',
		variable: 'COMPOSE_GO',
		executable: 'compose-spec',
		// It tells no version: that it runs is all that can be seen.
		version: async (path) => {
			await runCommand(path, ['--help'], { timeoutMs: 10_000 });
			return version;
		},
		entry: `compose-go-${version}`,
		get: async (folder) => {
			const program = `github.com/compose-spec/compose-go/v2/cmd@${version}`;
			await goInstall(program, folder, (line) => progress(`compose-go: ${line}`));
			await rename(join(folder, 'cmd'), join(folder, 'compose-spec'));
		},
		inFolder: (folder) => ({ path: join(folder, 'compose-spec') }),
		advice: 'install Go',
	});
}
