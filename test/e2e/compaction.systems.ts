import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Kafka, makeTopics, startKafka, until } from '../brokers/index.ts';
import { type Seed, seedFor } from '../targets/kafka/seed.ts';
import { describeGroups } from '../targets/kafka/truth.ts';
import { type Exporter, startExporter } from './exporter.ts';

const topic = 'prices';
const sent = 100;
const keys = 5;

let broker: Kafka;
let seed: Seed;
let exporter: Exporter;

before(async () => {
	broker = await startKafka({ config: ['log.cleaner.backoff.ms=100'] });
	seed = await seedFor(broker.bootstrap);
	await makeTopics(seed.admin, [
		{
			topic,
			numPartitions: 1,
			replicationFactor: 1,
			configEntries: [
				{ name: 'cleanup.policy', value: 'compact' },
				{ name: 'min.cleanable.dirty.ratio', value: '0.001' },
				{ name: 'segment.ms', value: '1000' },
			],
		},
	]);
	// Each ten minutes older than the next: segments end by the messages' own times.
	const nowMs = Date.now();
	for (let index = 0; index < sent; index++) {
		const timestamp = String(nowMs - (sent - index) * 600_000);
		const messages = [{ key: `key-${index % keys}`, value: `${index}`, timestamp }];
		await seed.producer.send({ topic, messages });
	}
	await seed.commit('from-start', topic, [0]);
	await seed.commit('halfway', topic, [50]);
	exporter = await startExporter(`
poll: { interval: 1s, timeout: 1s }
targets:
  - { name: kafka, platform: kafka, brokers: ['${broker.bootstrap}'] }
`);
});

after(async () => {
	await exporter?.stop();
	await seed?.close();
	await broker?.stop();
});

/** What a reader without a group is given from an offset to the end, by another client. */
async function readable(from: number): Promise<readonly number[]> {
	const consumer = seed.client.consumer({ groupId: `look-${from}-${performance.now()}` });
	const offsets: number[] = [];
	try {
		await consumer.connect();
		await consumer.subscribe({ topic, fromBeginning: true });
		await new Promise<void>((resolve, reject) => {
			consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
			consumer
				.run({
					autoCommit: false,
					eachBatch: async ({ batch }) => {
						offsets.push(...batch.messages.map(({ offset }) => Number(offset)));
						if (Number(batch.lastOffset()) === Number(batch.highWatermark) - 1) resolve();
					},
				})
				.catch(reject);
		});
	} finally {
		await consumer.disconnect();
	}
	return offsets.filter((offset) => offset >= from);
}

async function told(metric: string, group: string): Promise<number | undefined> {
	const values = await exporter.values(metric);
	return values[`target="kafka",stream="${topic}",consumer_group="${group}"`];
}

test('on a compacted topic lag counts offsets, as the broker does: an upper bound of what is to be read', async () => {
	const left = await until(
		'the topic is compacted',
		async () => {
			const offsets = await readable(0);
			return offsets.length < sent / 2 && offsets;
		},
		{ timeoutMs: 60_000 },
	);
	assert.ok(left.length >= keys);
	const hole = Array.from({ length: sent }, (_, offset) => offset).find(
		(offset) => offset > 0 && !left.includes(offset),
	);
	assert.ok(hole !== undefined, 'offsets without a message');
	await seed.commit('in-a-hole', topic, [hole]);
	await seed.commit('at-the-end', topic, [sent]);

	const truth = await describeGroups(broker);
	for (const [group, committed] of [
		['from-start', 0],
		['halfway', 50],
		['in-a-hole', hole],
		['at-the-end', sent],
	] as const) {
		const lag = await until(`${group} is read`, () => told('stream_consumer_lag', group));
		assert.equal(lag, sent - committed, group);
		assert.deepEqual(truth.get(`${topic}/${group}`), { 0: lag }, group);
		assert.ok(left.filter((offset) => offset >= committed).length <= lag, group);
	}
});

test('compaction is no loss and no retention, but an age is told', async () => {
	const text = await until('a poll after the compaction', async () => {
		const seen = await exporter.scrape();
		return /consumer_group="at-the-end"/.test(seen) && seen;
	});
	for (const group of ['from-start', 'halfway']) {
		assert.equal(await told('stream_consumer_lost_total', group), 0, group);
		assert.ok(((await told('stream_consumer_lag_seconds', group)) ?? 0) > 0, group);
	}
	assert.equal(await told('stream_consumer_lag_seconds', 'at-the-end'), 0);
	assert.doesNotMatch(text, /^stream_retention_seconds\{/m);
	assert.doesNotMatch(text, /^stream_consumer_retention_headroom_seconds\{/m);
	const starts = await exporter.values('stream_partition_start_offset');
	assert.deepEqual(starts, { [`target="kafka",stream="${topic}",partition="0"`]: 0 });
});
