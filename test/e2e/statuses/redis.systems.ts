import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Redis as Client } from 'ioredis';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { type Follow, follow } from './follow.ts';

let redis: Redis;
let client: Client;
let told: Follow;

before(async () => {
	redis = await startRedis();
	client = new Client(redis.url);
	await add(100);
	await client.xgroup('CREATE', 'orders', 'billing', '0');
	await read(100);
	told = await follow(`{ name: redis, platform: redis, url: '${redis.url}' }`);
});

after(async () => {
	await told?.stop();
	client?.disconnect();
	await redis?.stop();
});

async function add(count: number): Promise<void> {
	const pipeline = client.pipeline();
	for (let index = 0; index < count; index++) pipeline.xadd('orders', '*', 'body', 'x');
	await pipeline.exec();
}

/** Takes new entries and acknowledges them. */
async function read(count: number): Promise<void> {
	const [stream] = ((await client.xreadgroup(
		'GROUP',
		'billing',
		'one',
		'COUNT',
		count,
		'STREAMS',
		'orders',
		'>',
	)) ?? []) as [string, [string, string[]][]][];
	const ids = (stream?.[1] ?? []).map(([id]) => id);
	if (ids.length > 0) await client.xack('orders', 'billing', ...ids);
}

/** A consumer that is there, and looks only through what it took before. */
async function lookBack(): Promise<void> {
	await client.xreadgroup('GROUP', 'billing', 'one', 'COUNT', 10, 'STREAMS', 'orders', '0');
}

test('a group that has read everything is ok, and every counter stands at 0', async () => {
	await told.becomes('billing', 'ok');
	for (const metric of ['lag', 'lag_seconds', 'stalled_seconds', 'consumed_total', 'lost_total']) {
		assert.equal(await told.number('billing', `stream_consumer_${metric}`), 0, metric);
	}
});

test('with lag and a consumer that takes nothing new it is stalled', async () => {
	await add(1000);
	await told.becomes('billing', 'stalled', lookBack);
	const stalled = (await told.number('billing', 'stream_consumer_stalled_seconds')) ?? 0;
	const age = (await told.number('billing', 'stream_consumer_lag_seconds')) ?? 0;
	assert.ok(stalled >= 3, `${stalled}`);
	assert.ok(age >= stalled - 1.1, `${age} old, standing for ${stalled}`);
	assert.equal(await told.number('billing', 'stream_consumer_stopped_seconds'), 0);
});

test('while it reads more than is added it catches up, and says when it is through', async () => {
	await told.catchesUp('billing', async () => {
		await read(5);
		return 5;
	});
});

test('set back it is rewound, which adds nothing to what was consumed', async () => {
	const consumed = await told.number('billing', 'stream_consumer_consumed_total');
	await client.xgroup('SETID', 'orders', 'billing', '0', 'ENTRIESREAD', 0);
	await told.becomes('billing', 'rewound', lookBack);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1100);
	assert.equal(await told.number('billing', 'stream_consumer_consumed_total'), consumed);
});

test('what is trimmed before it was delivered is lost', async () => {
	await client.xtrim('orders', 'MAXLEN', 1050);
	await told.becomes('billing', 'losing', lookBack);
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 50);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1050);
});

test('when it has read everything it is ok again', async () => {
	await read(2000);
	await told.becomes('billing', 'ok', lookBack);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 50);
});

test('a group whose consumers do not ask any more is stopped, until one does', async () => {
	await add(1);
	await told.becomes('billing', 'stopped');
	const stopped = (await told.number('billing', 'stream_consumer_stopped_seconds')) ?? 0;
	assert.ok(stopped >= 3, `${stopped}`);
	await read(1);
	await told.becomes('billing', 'ok');
	assert.equal(await told.number('billing', 'stream_consumer_stopped_seconds'), 0);
});
