import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
	type KafkaCluster,
	makeTopics,
	type Redis,
	startKafkaCluster,
	startRedis,
	until,
} from '../brokers/index.ts';
import { type Exporter, startExporter } from '../e2e/exporter.ts';
import { type Seed, seedFor } from '../targets/kafka/seed.ts';
import { intervalSeconds, mostBackMs } from './lab.ts';
import { toldOf } from './scrapes.ts';
import { isWhole, passPolls, watching } from './watch.ts';

const partitions = 6;
const truth = { 'kafka orders billing': 45, 'redis clicks counters': 3 } as const;
const patience = { timeoutMs: 60_000 };

let cluster: KafkaCluster;
let redis: Redis;
let seed: Seed;
let exporter: Exporter;

before(async () => {
	[cluster, redis] = await Promise.all([startKafkaCluster(3), startRedis()]);
	seed = await seedFor(cluster.bootstrap[0] ?? '');
	await makeTopics(seed.admin, [
		{ topic: 'orders', numPartitions: partitions, replicationFactor: 3 },
	]);
	await seed.producer.send({
		topic: 'orders',
		messages: Array.from({ length: partitions * 10 }, (_, index) => ({
			partition: index % partitions,
			value: 'x',
		})),
	});
	await seed.commit('billing', 'orders', [0, 1, 2, 3, 4, 5]);
	for (let count = 0; count < 3; count++) await redis.cli('XADD', 'clicks', '*', 'a', 'b');
	await redis.cli('XGROUP', 'CREATE', 'clicks', 'counters', '0');
	exporter = await startExporter(`
poll: { interval: ${intervalSeconds}s, timeout: 2500ms }
targets:
  - { name: kafka, platform: kafka, brokers: ${JSON.stringify(cluster.bootstrap)} }
  - { name: redis, platform: redis, url: '${redis.url}' }
`);
});

after(async () => {
	await exporter?.stop();
	await seed?.close();
	await Promise.all([cluster?.stop(), redis?.stop()]);
});

/** Whether another client sees every partition led by a broker other than this one. */
async function hasMoved(node: number): Promise<boolean> {
	const { topics } = await seed.admin.fetchTopicMetadata({ topics: ['orders'] });
	const leaders = (topics[0]?.partitions ?? []).map(({ leader }) => leader);
	if (leaders.length !== partitions || leaders.some((leader) => leader < 0 || leader === node)) {
		return false;
	}
	const [offsets] = await seed.admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] });
	return offsets?.partitions.length === partitions;
}

test('a broker is killed, its leaders move, and all is read again without a restart', async (t) => {
	await until('all is read', () => isWhole(exporter, truth), patience);
	const [, broker] = cluster.brokers;
	assert(broker);
	let backAfterMs = 0;
	const seen = await watching(exporter, truth, async () => {
		await broker.kill();
		await until('its leaders have moved', () => hasMoved(2), patience);
		const movedAt = performance.now();
		// A poll may have begun before; the second one has not, and what is told is by it.
		await passPolls(exporter, 'kafka', 2);
		await until('all is read again', () => isWhole(exporter, truth), patience);
		backAfterMs = performance.now() - movedAt;
		await broker.restart();
		await until('all is read with it', () => isWhole(exporter, truth), patience);
	});
	t.diagnostic(`${toldOf(seen.scrapes)}; back after ${backAfterMs.toFixed(0)} ms`);
	const age = seen.oldestSeconds.redis ?? Number.POSITIVE_INFINITY;
	assert.ok(age < 2 * intervalSeconds, `redis was ${age} s old`);
	assert.ok(backAfterMs < mostBackMs, `it was back after ${backAfterMs} ms`);
});
