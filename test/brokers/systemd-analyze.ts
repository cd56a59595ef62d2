import { join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import { type FoundServer, find, type Progress, tellOnStandardError } from './found.ts';

/** Finds or gets systemd-analyze, which needs no running systemd for what is asked of it here. */
export function findSystemdAnalyze(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'systemd-analyze',
		variable: 'SYSTEMD_ANALYZE',
		executable: 'systemd-analyze',
		version: async (path, env = {}) => {
			const { stdout } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
			const version = /^systemd (\d+)/.exec(stdout)?.[1] ?? '';
			// `--offline` of `security` is older, folders in LoadCredential= are not.
			if (Number(version) < 252) throw new Error(`systemd ${version} is too old, 252 is needed`);
			return version;
		},
		entry: 'systemd',
		get: (folder) =>
			unpackPackages(['systemd'], folder, (line) => progress(`systemd-analyze: ${line}`)),
		inFolder: (folder) => ({
			path: join(folder, 'usr/bin/systemd-analyze'),
			env: ownLibraryPath(folder),
		}),
		advice: 'install systemd 252 or newer (Debian: apt-get install systemd)',
	});
}

/** Its own library stands in a folder below those of the system. */
function ownLibraryPath(folder: string): NodeJS.ProcessEnv {
	const { LD_LIBRARY_PATH = '' } = libraryPath(folder);
	const folders = LD_LIBRARY_PATH.split(':').flatMap((path) => [path, join(path, 'systemd')]);
	return { LD_LIBRARY_PATH: folders.join(':') };
}
