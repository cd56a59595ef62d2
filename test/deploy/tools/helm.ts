import { join } from 'node:path';
import { runCommand } from '../../brokers/command.ts';
import { type FoundServer, find, type Progress, tellOnStandardError } from '../../brokers/found.ts';
import { goInstall } from '../../brokers/go.ts';

const version = 'v3.22.0';

/** Finds or builds helm, of version 3. */
export function findHelm(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'helm',
		variable: 'HELM',
		executable: 'helm',
		version: async (path) => {
			const { stdout } = await runCommand(path, ['version', '--short'], { timeoutMs: 10_000 });
			if (!stdout.startsWith('v3.')) throw new Error(`${path} is ${stdout.trim()}, and not v3`);
			return stdout.trim();
		},
		entry: `helm-${version}`,
		get: (folder) =>
			goInstall(`helm.sh/helm/v3/cmd/helm@${version}`, folder, (line) => progress(`helm: ${line}`)),
		inFolder: (folder) => ({ path: join(folder, 'helm') }),
		advice: 'install helm 3, or Go',
	});
}
