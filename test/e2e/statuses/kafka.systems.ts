import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Kafka, startKafka } from '../../brokers/index.ts';
import { type Seed, seedFor } from '../../targets/kafka/seed.ts';
import { type Follow, follow, until } from './follow.ts';

let kafka: Kafka;
let seed: Seed;
let told: Follow;

before(async () => {
	kafka = await startKafka();
	seed = await seedFor(kafka.bootstrap);
	await seed.topic('orders', [100]);
	await seed.topic('payments', [10]);
	// The first commit of all makes the broker create the topic of offsets.
	await until('offsets can be committed', async () => {
		await seed.commit('billing', 'orders', [100]);
		return true;
	});
	told = await follow(
		`{ name: kafka, platform: kafka, brokers: ['${kafka.bootstrap}'] }`,
		`expected:
  - { target: kafka, stream: orders, consumer_group: billing }
  - { target: kafka, stream: orders, consumer_group: nobody }
`,
	);
});

after(async () => {
	await told?.stop();
	await seed?.close();
	await kafka?.stop();
});

async function produce(count: number): Promise<void> {
	const messages = Array.from({ length: count }, () => ({ value: 'x' }));
	await seed.producer.send({ topic: 'orders', messages });
}

test('a group without lag is ok, and every counter stands at 0', async () => {
	await told.becomes('billing', 'ok');
	assert.equal(await told.number('billing', 'stream_consumer_lag_seconds'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_stalled_seconds'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_drain_seconds'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_consumed_total'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 0);
	assert.deepEqual(await told.of('billing', 'stream_consumer_objective_info'), {
		'objective="soon",severity="critical"': 1,
	});
});

test('of the expected groups, the one that does not exist is missing', async () => {
	assert.equal(await told.number('billing', 'stream_consumer_missing'), 0);
	assert.equal(await told.number('nobody', 'stream_consumer_missing'), 1);
});

test('with lag and no commit it is stalled, and its oldest message grows older', async () => {
	await produce(1000);
	await told.becomes('billing', 'stalled');
	const stalled = (await told.number('billing', 'stream_consumer_stalled_seconds')) ?? 0;
	const age = (await told.number('billing', 'stream_consumer_lag_seconds')) ?? 0;
	assert.ok(stalled >= 3, `${stalled}`);
	// The message came before the poll that first saw it, at most one interval.
	assert.ok(age >= stalled - 1.1, `${age} old, standing for ${stalled}`);
	assert.deepEqual(await told.of('billing', 'stream_consumer_partitions_stalled'), { '': 1 });
	assert.deepEqual(await told.of('billing', 'stream_consumer_objective_breached'), {
		'objective_kind="lag"': 1,
		'objective_kind="lag_seconds"': age > 20 ? 1 : 0,
	});
	const produced = await told.exporter.values('stream_produced_total');
	assert.equal(produced['target="kafka",stream="orders"'], 1000);
});

test('while it commits more than is produced it catches up, and says when it is through', async () => {
	let committed = 100;
	await told.catchesUp('billing', async () => {
		const before = committed;
		committed = Math.min(800, committed + 20);
		await seed.commit('billing', 'orders', [committed]);
		return committed - before;
	});
});

test('a step back is a rewind, and adds nothing to what was consumed', async () => {
	const consumed = await told.number('billing', 'stream_consumer_consumed_total');
	await seed.commit('billing', 'orders', [10]);
	await told.becomes('billing', 'rewound');
	assert.equal(await told.number('billing', 'stream_consumer_consumed_total'), consumed);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1090);
});

test('what is deleted before it was read is lost', async () => {
	// The client knows no leaders of topics that it has not asked for.
	await seed.admin.fetchTopicOffsets('orders');
	await seed.admin.deleteTopicRecords({
		topic: 'orders',
		partitions: [{ partition: 0, offset: '60' }],
	});
	await told.becomes('billing', 'losing');
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 50);
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 1040);
	assert.equal(await told.number('billing', 'stream_consumer_retention_headroom_seconds'), 0);
});

test('when it has read everything it is ok again', async () => {
	await seed.commit('billing', 'orders', [1100]);
	await told.becomes('billing', 'ok');
	assert.equal(await told.number('billing', 'stream_consumer_lag'), 0);
	assert.equal(await told.number('billing', 'stream_consumer_lost_total'), 50);
	assert.equal(await told.number('billing', 'stream_consumer_objective_stalled_seconds'), 3);
});

test('a group whose members have left is stopped, and goes on when one comes back', async () => {
	const run = async () => {
		const consumer = seed.client.consumer({ groupId: 'workers' });
		await consumer.connect();
		await consumer.subscribe({ topic: 'payments', fromBeginning: true });
		await consumer.run({ eachMessage: async () => {} });
		return consumer;
	};
	const lag = () => told.number('workers', 'stream_consumer_lag');
	const first = await run();
	await until('workers has read all', async () => (await lag()) === 0);
	await first.disconnect();
	await seed.producer.send({ topic: 'payments', messages: [{ value: 'x' }] });
	await told.becomes('workers', 'stopped');
	const stopped = (await told.number('workers', 'stream_consumer_stopped_seconds')) ?? 0;
	assert.ok(stopped >= 3, `${stopped}`);
	const second = await run();
	try {
		await until('workers has read all', async () => (await lag()) === 0);
		await told.becomes('workers', 'ok');
		assert.equal(await told.number('workers', 'stream_consumer_stopped_seconds'), 0);
		assert.equal(await told.number('workers', 'stream_consumer_lost_total'), 0);
	} finally {
		await second.disconnect();
	}
});
