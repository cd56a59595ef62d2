import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { isAlive } from './life.ts';
import { start } from './running.ts';
import { until } from './until.ts';

test('a server and its folder are gone soon after the process that started it was killed', async () => {
	const program = `
		import { startRedis } from '${new URL('./index.ts', import.meta.url).href}';
		const redis = await startRedis();
		console.log(JSON.stringify({ pid: redis.pid, folder: redis.folder }));
		setInterval(() => {}, 1000);
	`;
	const child = spawn(
		process.execPath,
		['--import', 'tsx', '--input-type=module', '--eval', program],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
	assert.ok(isAlive(pid));
	child.kill('SIGKILL');
	await until('the server is gone', () => !isAlive(pid));
	await until('its folder is gone', () => !existsSync(folder));
});

test('a port that another process took meanwhile is given up for another one', async (t) => {
	const occupied: number[] = [];
	const listen = (port: number): string =>
		`require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('ready'))`;
	const server = await start({
		name: 'listener',
		version: '1',
		portCount: 1,
		prepare: async (_folder, [port = 0]) => {
			if (occupied.length < 2) {
				const thief = createServer().listen(port, '127.0.0.1');
				await once(thief, 'listening');
				t.after(() => thief.close());
				occupied.push(port);
			}
			return { command: process.execPath, args: ['--eval', listen(port)] };
		},
		// Not a part of "address already in use".
		ready: /^ready$/m,
		readyTimeoutMs: 10_000,
	});
	t.after(() => server.stop());
	assert.equal(occupied.length, 2);
	assert.ok(!occupied.includes(server.ports[0] ?? 0));
});
