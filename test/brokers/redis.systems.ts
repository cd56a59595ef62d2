import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
	findRedis,
	makeCertificates,
	startRedis,
	startRedisCluster,
	startRedisSentinels,
} from './index.ts';
import { livesAsPromised } from './life.ts';
import { until } from './until.ts';

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

test('an older one is 6.2', async (t) => {
	const older = await startRedis({ release: 'older' });
	t.after(() => older.stop());
	assert.match(older.version, /^6\.2\./);
	assert.match(await older.cli('INFO', 'server'), /redis_version:6\.2\./);
});

test('one by TLS answers those who show a certificate', async (t) => {
	const certificates = await makeCertificates();
	t.after(() => certificates.remove());
	const secure = await startRedis({ certificates });
	t.after(() => secure.stop());
	assert.equal(await secure.cli('PING'), 'PONG');
	assert.equal(new URL(secure.url).protocol, 'rediss:');
});

test('a cluster has three masters and knows whom a key belongs to', async (t) => {
	const cluster = await startRedisCluster();
	t.after(() => cluster.stop());
	const [first, second, third] = cluster.masters;
	const answers = await Promise.all(
		[first, second, third].map((node) => node.cli('SET', 'key', 'x').catch(String)),
	);
	assert.equal(answers.filter((answer) => answer === 'OK').length, 1);
	assert.equal(answers.filter((answer) => /MOVED/.test(answer)).length, 2);
});

test('sentinels agree on a master, and on another one when it is gone', async (t) => {
	const { name, servers, sentinels, stop } = await startRedisSentinels();
	t.after(stop);
	const [master, replica] = servers;
	await master.kill();
	await until('a sentinel has switched to the replica', () =>
		sentinels.some((sentinel) => sentinel.log().includes(`+switch-master ${name}`)),
	);
	await until('it is a master', async () =>
		/role:master/.test(await replica.cli('INFO', 'replication')),
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
