import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import { type FoundServer, find, findOnPath, type Progress, tellOnStandardError } from './found.ts';
import { type RunningServer, start } from './running.ts';

/** What a Redis of one's own can be asked for. */
export interface RedisOptions {
	/** The password of the default user. */
	readonly requirepass?: string;
	/** More lines of redis.conf: `user lag on >secret ~* +ping`. */
	readonly config?: readonly string[];
	readonly progress?: Progress;
}

/** A Redis that was started here. What it acknowledged survives kill and restart. */
export interface Redis extends RunningServer {
	readonly port: number;
	/** `redis://127.0.0.1:port`, with the password if there is one. */
	readonly url: string;
	/** Runs redis-cli and gives what it wrote; throws when the server answered with an error. */
	cli(...args: string[]): Promise<string>;
}

/** Finds or gets redis-server. */
export function findRedis(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'redis',
		variable: 'REDIS_SERVER',
		executable: 'redis-server',
		version: async (path, env = {}) => {
			const { stdout } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
			return /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim();
		},
		entry: 'redis',
		get: (folder) =>
			unpackPackages(['redis-server', 'redis-tools'], folder, (line) => progress(`redis: ${line}`)),
		inFolder: (folder) => ({
			path: join(folder, 'usr/bin/redis-server'),
			env: libraryPath(folder),
		}),
		advice: 'install redis-server (Debian: apt-get install redis-server)',
	});
}

/**
 * Starts a Redis of one's own on a free port.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
	const found = await findRedis(options.progress);
	const client = clientOf(found);
	const password = options.requirepass;
	const server = await start({
		name: 'redis',
		version: found.version,
		portCount: 1,
		prepare: async (folder, [port]) => {
			const path = join(folder, 'redis.conf');
			const lines = [
				'bind 127.0.0.1',
				`port ${port}`,
				`dir ${folder}`,
				'save ""',
				// Written before the answer is sent: nothing that was acknowledged is lost by SIGKILL.
				'appendonly yes',
				'appendfsync no',
				...(password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`]),
				...(options.config ?? []),
			];
			await writeFile(path, `${lines.join('\n')}\n`);
			return { command: found.path, args: [path], env: found.env };
		},
		ready: /Ready to accept connections/,
		readyTimeoutMs: 10_000,
	});
	const [port = 0] = server.ports;
	return Object.assign(server, {
		port,
		url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
		cli: async (...args: string[]) => {
			const { stdout } = await runCommand(
				client,
				['-h', '127.0.0.1', '-p', String(port), '-e', ...args],
				{
					env: { ...found.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) },
					timeoutMs: 30_000,
				},
			);
			return stdout.replace(/\n$/, '');
		},
	});
}

function clientOf(found: FoundServer): string {
	const beside = join(dirname(found.path), 'redis-cli');
	const client = existsSync(beside) ? beside : findOnPath('redis-cli');
	if (client === undefined) {
		throw new Error(`redis: no redis-cli beside ${found.path} or on PATH: install redis-tools`);
	}
	return client;
}
