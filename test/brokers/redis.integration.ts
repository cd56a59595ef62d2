import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findRedis, startRedis } from './index.ts';
import { livesAsPromised } from './life.ts';

const redis = await startRedis({
	requirepass: 'a "quoted\\ password',
	config: ['user lag on >secret ~* +ping'],
});
after(() => redis.stop());

test('redis-cli speaks for the server, with its password', async () => {
	assert.equal(await redis.cli('PING'), 'PONG');
	assert.match(await redis.cli('ACL', 'LIST'), /user lag on/);
	assert.equal(new URL(redis.url).port, String(redis.port));
});

test('an error of the server is an error of the call', async () => {
	await assert.rejects(redis.cli('XLEN'), /wrong number of arguments/);
});

test('Redis keeps its port and its data until it is stopped', async () => {
	await redis.cli('XADD', 'orders', '1-1', 'field', 'value');
	await livesAsPromised(redis, () => redis.cli('XLEN', 'orders'), '1', 500);
});

test('a server that dies at its start says why', async () => {
	await assert.rejects(
		startRedis({ config: ['no-such-directive 1'] }),
		/died at its start.*no-such/s,
	);
});

test('a path that does not do is told in one line, with the variable that names it', async (t) => {
	process.env.REDIS_SERVER = '/nowhere/redis-server';
	t.after(() => delete process.env.REDIS_SERVER);
	await assert.rejects(findRedis(), {
		message:
			'redis: REDIS_SERVER is /nowhere/redis-server, which does not do: /nowhere/redis-server could not be started (ENOENT)',
	});
});
