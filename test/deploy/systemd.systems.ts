import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../brokers/command.ts';
import { type Redis, startRedis, until } from '../brokers/index.ts';
import { findSystemdAnalyze } from '../brokers/systemd-analyze.ts';
import { install, pack } from '../package/packed.ts';
import { read } from './read.ts';

const unit = read('deploy/systemd/stream-lag-exporter.service');
const page = read('docs/systemd.md');

const analyze = await findSystemdAnalyze();
let folder: string;
/** What the unit means by /opt/stream-lag-exporter, /etc/stream-lag-exporter. */
let opt: string;
let etc: string;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	opt = join(folder, 'opt');
	etc = join(folder, 'etc');
	const { path } = await pack(folder);
	await mkdir(opt);
	await install(path, ['--global', '--prefix', opt], folder);
});

after(async () => {
	if (folder) await rm(folder, { recursive: true, force: true });
});

/** The value of a setting that the unit has once. */
function setting(name: string): string {
	const values = [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))];
	assert.equal(values.length, 1, name);
	return here(values[0]?.[1] ?? '');
}

function here(text: string): string {
	return text
		.replaceAll('/opt/stream-lag-exporter', opt)
		.replaceAll('/etc/stream-lag-exporter', etc);
}

/** The unit as it would be installed here. */
async function installed(): Promise<string> {
	const path = join(folder, 'stream-lag-exporter.service');
	await writeFile(path, here(unit));
	return path;
}

async function ask(...args: string[]): Promise<string> {
	const env = { ...analyze.env, SYSTEMD_LOG_LEVEL: 'warning', SYSTEMD_COLORS: '0' };
	const { stdout, stderr } = await runCommand(analyze.path, args, { env, timeoutMs: 60_000 });
	return stdout + stderr;
}

test('systemd-analyze finds nothing wrong with the unit, and its programs are there', async () => {
	const path = await installed();
	const told = await ask('verify', '--man=no', '--recursive-errors=no', path);
	assert.doesNotMatch(told, /stream-lag-exporter/);
	await writeFile(path, here(unit).replace(`${opt}/bin/`, `${opt}/no/`));
	await assert.rejects(ask('verify', '--man=no', '--recursive-errors=no', path), /not executable/);
	await writeFile(path, here(unit).replace('PrivateTmp=', 'PrivatTmp='));
	await assert.rejects(ask('verify', '--man=no', '--recursive-errors=no', path), /PrivatTmp/);
});

test('systemd-analyze finds it as shut in as the page says', async () => {
	const path = await installed();
	// Thresholds are in tenths; 1.1 by systemd 252, and other versions look at a little more.
	const args = ['security', '--no-pager', '--offline=true'];
	const told = await ask(...args, '--threshold=13', path);
	const exposure = /exposure level for \S+: ([\d.]+)/.exec(told)?.[1];
	assert.ok(Number(exposure) <= 1.3, told);
	if (analyze.version === '252') {
		assert.ok(page.includes(`rates it ${exposure} of 10`), `${exposure}`);
	}
	await assert.rejects(ask(...args, '--threshold=5', path));
});

test('it is given longer to end than it takes', () => {
	assert.match(setting('TimeoutStopSec'), /^(?:[6-9]|\d\d)s$/);
	assert.equal(setting('RestartPreventExitStatus'), '2');
});

/** The command of the unit, with an address of its own; gives its log as it grows. */
function start(environment: NodeJS.ProcessEnv): { child: ChildProcess; log: () => string } {
	const [command = '', ...args] = setting('ExecStart').split(' ');
	const child = spawn(command, [...args, '--web.listen-address=127.0.0.1:0'], {
		stdio: ['ignore', 'ignore', 'pipe'],
		cwd: '/',
		env: { PATH: process.env.PATH, ...environment },
	});
	let text = '';
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
		text += chunk;
	});
	return { child, log: () => text };
}

/** As systemd does it for LoadCredential= with a folder: each file, with the name before it. */
async function credentials(): Promise<string> {
	const [id, path = ''] = setting('LoadCredential').split(':');
	const directory = join(folder, 'credentials');
	await mkdir(directory);
	for (const file of await readdir(path)) {
		await copyFile(join(path, file), join(directory, `${id}_${file}`));
	}
	return directory;
}

/** The page's example of a secret. */
function example(): string {
	return /(?<=```yaml\n)targets:[^`]*/.exec(page)?.[0] ?? '';
}

async function configure(text: string): Promise<void> {
	await mkdir(join(etc, 'credentials'), { recursive: true });
	await writeFile(join(etc, 'stream-lag-exporter.yaml'), text);
}

async function withServer(run: (redis: Redis) => Promise<void>): Promise<void> {
	const redis = await startRedis({ requirepass: 'of-the-cache' });
	try {
		await redis.cli('XADD', 'orders', '*', 'n', '1');
		await redis.cli('XGROUP', 'CREATE', 'orders', 'billing', '0');
		await run(redis);
	} finally {
		await redis.stop();
	}
}

test('the command of the unit serves with a secret of its credentials, and reloads, and ends', async () => {
	await withServer(async (redis) => {
		const configuration = example().replace('redis:6379', `127.0.0.1:${redis.port}`);
		await configure(configuration);
		await writeFile(join(etc, 'credentials', 'redis'), 'of-the-cache\n');
		const { child, log } = start({ CREDENTIALS_DIRECTORY: await credentials() });
		try {
			const url = await until('it listens', () => {
				if (child.exitCode !== null) throw new Error(log());
				return /"url":"(http:\/\/[\d.:]+)/.exec(log())?.[1];
			});
			const get = async (path: string) => await (await fetch(`${url}${path}`)).text();
			await until('the group is read', async () =>
				/^stream_consumer_lag\{.*"billing".*\} 1$/m.test(await get('/metrics')),
			);
			// Of files that stand beside the program in the package.
			assert.equal((await fetch(`${url}/assets/page.css`)).status, 200);

			await configure(configuration.replace('name: cache', 'name: shop-cache'));
			execFileSync('/bin/sh', ['-c', setting('ExecReload')], {
				env: { MAINPID: String(child.pid) },
			});
			await until('the target has its new name', async () =>
				/^stream_target_up\{target="shop-cache".*\} 1$/m.test(await get('/metrics')),
			);
		} finally {
			const ended = child.exitCode === null ? once(child, 'exit') : [child.exitCode];
			child.kill('SIGTERM');
			assert.deepEqual((await ended)[0], 0);
		}
		assert.doesNotMatch(log(), /of-the-cache/);
	});
});

test('without credentials it says which variable is not set, and ends so that it is not started again', async () => {
	await configure(example());
	const { child, log } = start({});
	const [code] = await once(child, 'exit');
	assert.equal(String(code), setting('RestartPreventExitStatus'));
	assert.match(log(), /targets\[0\]\.password_file: the variable CREDENTIALS_DIRECTORY is not set/);
});
