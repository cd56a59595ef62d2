import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsMsg } from 'nats';
import { type Nats, startNats } from '../../brokers/index.ts';
import { acknowledge, openClient } from '../../targets/nats/client.ts';
import { type Follow, follow } from './follow.ts';

let nats: Nats;
let client: Awaited<ReturnType<typeof openClient>>;
let told: Follow;
/** Taken and not yet acknowledged. */
let held: readonly JsMsg[] = [];

before(async () => {
	nats = await startNats();
	client = await openClient(nats.url);
	await client.addStream({ name: 'orders', subjects: ['orders'] });
	await client.addConsumer('orders', { durable_name: 'billing', max_ack_pending: 100 });
	await client.publish('orders', 100);
	await read(100);
	told = await follow(`{ name: nats, platform: nats, servers: ['${nats.url}'] }`);
});

after(async () => {
	await told?.stop();
	await client?.close();
	await nats?.stop();
});

async function read(count: number): Promise<void> {
	await acknowledge(await client.take('orders', 'billing', count));
}

async function control(subject: string, body: object = {}): Promise<void> {
	const answer = await client.connection.request(
		`$JS.API.CONSUMER.${subject}.orders.billing`,
		JSON.stringify(body),
	);
	assert.equal(answer.json<{ error?: unknown }>().error, undefined);
}

test('a consumer that has read everything is ok, and every counter stands at 0', async () => {
	await told.becomes('billing', 'ok');
	for (const metric of ['lag', 'lag_seconds', 'stalled_seconds', 'consumed_total', 'lost_total']) {
		assert.equal(await told.number('billing', `stream_consumer_${metric}`), 0, metric);
	}
});

test('with messages that it does not acknowledge, and takes no more, it is stalled', async () => {
	await client.publish('orders', 1000);
	held = await client.take('orders', 'billing', 10);
	await told.becomes('billing', 'stalled');
	const stalled = (await told.number('billing', 'stream_consumer_stalled_seconds')) ?? 0;
	const age = (await told.number('billing', 'stream_consumer_lag_seconds')) ?? 0;
	assert.ok(stalled >= 3, `${stalled}`);
	assert.ok(age >= stalled - 1.1, `${age} old, standing for ${stalled}`);
	assert.equal(await told.number('billing', 'stream_consumer_stopped_seconds'), 0);
});

test('when as many are not acknowledged as may be, it is blocked', async () => {
	held = [...held, ...(await client.take('orders', 'billing', 90))];
	await told.becomes('billing', 'blocked');
	assert.equal(await told.number('billing', 'stream_consumer_pending'), 100);
	assert.equal(await told.number('billing', 'stream_consumer_pending_limit'), 100);
});

test('while it reads more than is published it catches up, and says when it is through', async () => {
	await acknowledge(held);
	await told.catchesUp('billing', async () => {
		await read(5);
		return 5;
	});
});

test('paused it stands still, and that is told as such', async () => {
	await control('PAUSE', { pause_until: new Date(Date.now() + 3_600_000).toISOString() });
	await told.becomes('billing', 'paused');
	assert.deepEqual(await told.of('billing', 'stream_consumer_state'), { 'state="paused"': 1 });
	assert.equal(await told.number('billing', 'stream_consumer_stalled_seconds'), 0);
	await control('PAUSE');
});

test('set back it is rewound, which adds nothing to what was consumed', async () => {
	const consumed = await told.number('billing', 'stream_consumer_consumed_total');
	await control('RESET', { seq: 1 });
	held = await client.take('orders', 'billing', 1);
	await told.becomes('billing', 'rewound');
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1099);
	const since = ((await told.number('billing', 'stream_consumer_consumed_total')) ?? 0) - 1;
	assert.ok(since <= (consumed ?? 0), `${since} after ${consumed}`);
});

test('what the limit of the stream removes before it was delivered is lost', async () => {
	await client.manager.streams.update('orders', { max_msgs: 1050 });
	await told.becomes('billing', 'losing');
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 49);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1050);
});

test('when it has read everything it is ok again', async () => {
	for (let left = 1050; left > 0; left -= 50) await read(50);
	await told.becomes('billing', 'ok');
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 49);
});

test('a consumer that nobody asks for messages is stopped, until somebody does', async () => {
	await client.publish('orders', 1);
	await told.becomes('billing', 'stopped');
	const stopped = (await told.number('billing', 'stream_consumer_stopped_seconds')) ?? 0;
	assert.ok(stopped >= 3, `${stopped}`);
	await read(1);
	await told.becomes('billing', 'ok');
	assert.equal(await told.number('billing', 'stream_consumer_stopped_seconds'), 0);
});
