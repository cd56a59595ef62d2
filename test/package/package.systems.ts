import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../brokers/command.ts';
import { type Redis, startRedis } from '../brokers/index.ts';
import { install, type Packed, pack } from './packed.ts';

let folder: string;
let packed: Packed;
let redis: Redis;
/** Where the package is installed, and nothing else. */
let home: string;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	packed = await pack(folder);
	home = join(folder, 'home');
	await mkdir(home);
	await install(packed.path, [], home);
	redis = await startRedis();
	await redis.cli('XADD', 'orders', '*', 'n', '1');
	await redis.cli('XADD', 'orders', '*', 'n', '2');
	await redis.cli('XGROUP', 'CREATE', 'orders', 'billing', '0');
	await writeFile(
		join(home, 'stream-lag-exporter.yaml'),
		`targets: [{ name: cache, platform: redis, url: '${redis.url}', streams: { include: [orders] } }]\n`,
	);
});

after(async () => {
	await redis?.stop();
	if (folder) await rm(folder, { recursive: true, force: true });
});

async function npx(...args: string[]): Promise<string> {
	const command = ['--no-install', 'stream-lag-exporter', ...args];
	return (await runCommand('npx', command, { cwd: home, timeoutMs: 60_000 })).stdout;
}

test('the package holds what runs and what explains it, and nothing else', () => {
	const others = packed.files.filter((path) => !/^dist\/.*\.js$/.test(path));
	assert.deepEqual(others.sort(), [
		'CHANGELOG.md',
		'LICENSE',
		'README.md',
		'config/example.yaml',
		'config/reference.yaml',
		'config/schema.json',
		'package.json',
		'web/page.css',
		'web/page.js',
	]);
	assert.ok(packed.files.includes('dist/main.js'));
	// 234 kB when this was written.
	assert.ok(packed.sizeBytes < 400_000, `${packed.sizeBytes} bytes`);
});

test('npx runs it, in the version of the package', async () => {
	const { version } = JSON.parse(
		await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
	);
	assert.match(await npx('--version'), new RegExp(`^stream-lag-exporter ${version} `));
});

test('the installed package checks a configuration, and reads a real server', async () => {
	assert.match(await npx('check-config'), /is right: 1 target: cache \(redis\)/);
	const { consumers } = JSON.parse(await npx('once', '--output=json'));
	assert.deepEqual(
		consumers.map(({ stream, consumer_group, lag }: Record<string, unknown>) => [
			stream,
			consumer_group,
			lag,
		]),
		[['orders', 'billing', 2]],
	);
});
