import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RetentionPolicy } from 'nats';
import type { Line } from '../../../src/model.ts';
import { type Nats, startNats } from '../../brokers/index.ts';
import type { PlainTarget } from '../../plain-reading.ts';
import { acknowledge, openClient } from './client.ts';
import { byName, connectTo } from './target.ts';

let server: Nats;
let client: Awaited<ReturnType<typeof openClient>>;
let target: PlainTarget;

before(async () => {
	server = await startNats();
	client = await openClient(server.url);
	target = connectTo(server.url);
});

after(async () => {
	await target?.close();
	await client?.close();
	await server?.stop();
});

async function lineOf(name: string): Promise<Line | undefined> {
	const reading = await target.read(AbortSignal.timeout(10_000));
	assert.deepEqual(reading.problems, []);
	return byName(reading).get(name)?.line;
}

/** Messages that are gone and were not read. */
function lost(line: Line | undefined): number {
	return Math.max(0, (line?.start ?? Number.NaN) - (line?.position ?? Number.NaN));
}

test('messages that limits remove before they were delivered show on the line', async () => {
	await client.addStream({ name: 'limited', subjects: ['limited'], max_msgs: 10 });
	await client.addConsumer('limited', { durable_name: 'slow' });
	await client.publish('limited', 8);
	const taken = await client.take('limited', 'slow', 5);
	await acknowledge(taken.slice(0, 3));
	assert.deepEqual(await lineOf('limited/slow'), { position: 3, start: 0, end: 8 });
	await client.publish('limited', 12);
	// Ten of twenty are kept: 4 to 10 are gone. Of those that were delivered the server believes,
	// from then on, that they were acknowledged.
	const { state } = await client.manager.streams.info('limited');
	assert.equal(state.first_seq, 11);
	const line = await lineOf('limited/slow');
	assert.deepEqual(line, { position: 5, start: 10, end: 20 });
	assert.equal(lost(line), 5);
});

test('a stream that was emptied on purpose has moved its consumers, which lost nothing', async () => {
	await client.addStream({ name: 'purged', subjects: ['purged'] });
	await client.addConsumer('purged', { durable_name: 'idle' });
	await client.publish('purged', 6);
	assert.equal(lost(await lineOf('purged/idle')), 0);
	await client.manager.streams.purge('purged');
	assert.deepEqual(await lineOf('purged/idle'), { position: 6, start: 6, end: 6 });
});

test('a consumer whose filter takes nothing of what goes has lost nothing', async () => {
	await client.addStream({ name: 'mixed', subjects: ['mixed.>'], max_msgs: 20 });
	await client.addConsumer('mixed', { durable_name: 'rare', filter_subject: 'mixed.rare' });
	await client.publish('mixed.rare', 2);
	await acknowledge(await client.take('mixed', 'rare', 2));
	assert.equal(lost(await lineOf('mixed/rare')), 0);
	for (const _ of [1, 2, 3]) {
		await client.publish('mixed.common', 18);
		assert.equal(lost(await lineOf('mixed/rare')), 0);
	}
	const info = await client.manager.consumers.info('mixed', 'rare');
	assert.equal(info.ack_floor.stream_seq, 2);

	// One that it takes goes unread.
	await client.publish('mixed.rare', 1);
	assert.equal(lost(await lineOf('mixed/rare')), 0);
	await client.publish('mixed.common', 20);
	assert.ok(lost(await lineOf('mixed/rare')) >= 1);
});

test('streams that remove what was acknowledged have no line', async () => {
	for (const retention of [RetentionPolicy.Interest, RetentionPolicy.Workqueue]) {
		await client.addStream({ name: retention, subjects: [retention], retention });
		await client.addConsumer(retention, { durable_name: 'worker' });
		await client.publish(retention, 3);
		await acknowledge(await client.take(retention, 'worker', 1));
		assert.equal(await lineOf(`${retention}/worker`), undefined);
	}
});

test('a consumer that was set back has all of it to read again, at once', async () => {
	await client.addStream({ name: 'again', subjects: ['again'] });
	await client.addConsumer('again', { durable_name: 'reader' });
	await client.publish('again', 6);
	await acknowledge(await client.take('again', 'reader', 6));
	assert.deepEqual(await lineOf('again/reader'), { position: 6, start: 0, end: 6 });
	const reset = await client.connection.request('$JS.API.CONSUMER.RESET.again.reader', '{"seq":3}');
	assert.equal(reset.json<{ error?: unknown }>().error, undefined);
	assert.deepEqual(await lineOf('again/reader'), { position: 2, start: 0, end: 6 });
});
