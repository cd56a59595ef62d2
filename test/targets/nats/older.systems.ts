import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNats } from '../../brokers/index.ts';
import { acknowledge, openClient } from './client.ts';
import { jsz } from './jsz.ts';
import { byName, readOnce, withoutTimes } from './target.ts';

test('an older nats-server is read as it tells it itself', async () => {
	const server = await startNats({ release: 'older' });
	const client = await openClient(server.url);
	try {
		assert.match(server.version, /^2\.([0-9]|10)\./);
		await client.addStream({ name: 'orders', subjects: ['orders.>'], max_msgs: 15 });
		await client.addConsumer('orders', { durable_name: 'pull', max_ack_pending: 50 });
		await client.addConsumer('orders', { durable_name: 'push', deliver_subject: 'deliver.orders' });
		await client.addConsumer('orders', { durable_name: 'eu', filter_subject: 'orders.eu' });
		await client.addConsumer('orders', { inactive_threshold: 3600e9 });
		await client.publish('orders.eu', 12);
		await client.publish('orders.us', 8);
		await acknowledge((await client.take('orders', 'pull', 9)).slice(0, 5));

		const reading = await readOnce(server.url);
		assert.deepEqual(reading.problems, []);
		assert.equal(reading.version, server.version);
		const groups = byName(reading);
		for (const stream of await jsz(server)) {
			for (const consumer of stream.consumer_detail) {
				const ephemeral = consumer.config.durable_name === undefined;
				const group = groups.get(`orders/${ephemeral ? '<ephemeral>' : consumer.name}`);
				assert.deepEqual(group?.lag, { messages: consumer.num_pending }, consumer.name);
				assert.equal(group?.pending, consumer.num_ack_pending);
			}
		}
		assert.deepEqual(withoutTimes(groups.get('orders/pull')), {
			stream: 'orders',
			consumerGroup: 'pull',
			kind: 'pull',
			state: 'active',
			paused: false,
			lag: { messages: 6 },
			position: { major: 14, minor: 0 },
			acknowledged: { major: 10, minor: 0 },
			line: { position: 10, start: 5, end: 20 },
			consumedCount: 9,
			readers: { present: true },
			pending: 4,
			pendingLimit: 50,
			redelivered: 0,
			exhaustedCount: 0,
			waitingPulls: 0,
		});
		assert.equal(groups.get('orders/push')?.members, 0);
		assert.equal(groups.get('orders/<ephemeral>')?.members, 1);
		assert.ok((groups.get('orders/pull')?.pendingAgeSeconds ?? 0) > 0);
		// It does not tell when it looked.
		assert.equal(groups.get('orders/pull')?.idleSeconds, undefined);
	} finally {
		await client.close();
		await server.stop();
	}
});
