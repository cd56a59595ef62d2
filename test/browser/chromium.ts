import { join } from 'node:path';
import { libraryPath, unpackPackages } from '../brokers/apt.ts';
import { runCommand } from '../brokers/command.ts';
import {
	type FoundServer,
	find,
	type Progress,
	tellOnStandardError,
	type Wanted,
} from '../brokers/found.ts';

/** Finds or gets a Chromium. */
export function findChromium(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find(wanted(progress));
}

function wanted(progress: Progress): Wanted {
	return {
		name: 'chromium',
		variable: 'CHROMIUM',
		executable: 'chromium',
		version: async (path, env = {}) => {
			const { stdout } = await runCommand(path, ['--version', '--no-sandbox'], {
				env,
				timeoutMs: 30_000,
			});
			return /Chrom\S* (\S+)/.exec(stdout)?.[1] ?? stdout.trim();
		},
		entry: 'chromium',
		get: async (folder) => {
			const packages = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'];
			await unpackPackages(packages, folder, (line) => progress(`chromium: ${line}`));
		},
		// Debian's own start script looks for its files where they would be installed.
		inFolder: (folder) => ({
			path: join(folder, 'usr/lib/chromium/chromium'),
			env: withPulseAudio(libraryPath(folder)),
		}),
		advice: 'install chromium (Debian: apt-get install chromium)',
	};
}

/** Its sound library has one part in a folder of its own. */
function withPulseAudio(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const folders = (env.LD_LIBRARY_PATH ?? '').split(':');
	const own = folders.map((folder) => join(folder, 'pulseaudio'));
	return { ...env, LD_LIBRARY_PATH: [...folders, ...own].join(':') };
}
