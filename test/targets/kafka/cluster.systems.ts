import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PlainReading } from '../../../src/model.ts';
import type { Target } from '../../../src/targets/target.ts';
import { type KafkaCluster, makeTopics, startKafkaCluster, until } from '../../brokers/index.ts';
import { type Seed, seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';

/** A copy on each of three nodes, and topics of which each partition is on one node alone. */
const replicated = 'replicated';
const groups = Array.from({ length: 20 }, (_, index) => `group-${index}`);

let cluster: KafkaCluster;
let seed: Seed;
let target: Target;

before(async () => {
	cluster = await startKafkaCluster(3);
	seed = await seedFor(cluster.bootstrap[0] ?? '');
	await makeTopics(seed.admin, [
		{ topic: replicated, numPartitions: 6, replicationFactor: 3 },
		{
			topic: 'single',
			replicaAssignment: [1, 2, 3].map((node, partition) => ({ partition, replicas: [node] })),
		},
	]);
	for (const [topic, partitions] of [
		[replicated, 6],
		['single', 3],
	] as const) {
		const messages = Array.from({ length: partitions * 10 }, (_, index) => ({
			partition: index % partitions,
			value: 'x',
		}));
		await seed.producer.send({ topic, messages });
	}
	for (const group of groups) {
		await seed.commitMany(group, [
			{ topic: replicated, offsets: [0, 1, 2, 3, 4, 5] },
			{ topic: 'single', offsets: [1, 2, 3] },
		]);
	}
	target = connect(cluster.bootstrap[0] ?? '', { brokers: cluster.bootstrap });
});

after(async () => {
	await Promise.allSettled([seed?.close(), target?.close()]);
	await cluster?.stop();
});

const whole = {
	[replicated]: { 0: 10, 1: 9, 2: 8, 3: 7, 4: 6, 5: 5 },
	single: { 0: 9, 1: 8, 2: 7 },
};

/** What must hold at any time: what is told is right, and unknown where it is not known. */
function checkTrue(reading: PlainReading): void {
	for (const { stream, consumerGroup } of reading.groups) {
		const told = lags(find(reading, stream, consumerGroup));
		const truth: Record<number, number> = whole[stream as keyof typeof whole];
		for (const [partition, lag] of Object.entries(told)) {
			if (!Number.isNaN(lag))
				assert.equal(lag, truth[Number(partition)], `${stream}/${consumerGroup}`);
		}
	}
}

function isWhole(reading: PlainReading): boolean {
	checkTrue(reading);
	return (
		reading.problems.length === 0 &&
		reading.complete &&
		reading.groups.length === 2 * groups.length &&
		reading.groups.every(({ lag }) => 'ids' in lag && !lag.end.some(Number.isNaN))
	);
}

async function readsWhole(): Promise<PlainReading> {
	return await until(
		'everything is read again',
		async () => {
			const reading = await read(target);
			return isWhole(reading) && reading;
		},
		{ timeoutMs: 60_000 },
	);
}

test('groups and partitions of three brokers are read from those that hold them', async () => {
	const reading = await readsWhole();
	assert.deepEqual(lags(find(reading, 'single', 'group-7')), whole.single);
	assert.equal(target.requests.get('connect'), 3);
});

test('a broker that hangs costs one time-out, its own partitions, and nothing else', async () => {
	await readsWhole();
	const hanging = cluster.brokers[1];
	assert(hanging);
	hanging.suspend();
	try {
		const startedMs = performance.now();
		const reading = await read(target);
		const tookMs = performance.now() - startedMs;
		// A time-out is 35 % of ten seconds.
		assert.ok(tookMs < 5500, `took ${tookMs} ms`);
		checkTrue(reading);
		assert.equal(reading.complete, false);
		assert.equal(reading.problems.filter(({ code }) => code === 'timeout').length, 1);
		assert.ok(reading.groups.length > 0);
	} finally {
		hanging.resume();
	}
	await readsWhole();
});

test('a broker that is gone: its leaders and coordinators move, and only its own copies are unknown', async () => {
	await readsWhole();
	await cluster.brokers[2]?.kill();
	const reading = await until(
		'all groups are read from the other two',
		async () => {
			const seen = await read(target);
			checkTrue(seen);
			const moved = groups.every((group) => {
				const rows = find(seen, replicated, group);
				return rows && !Object.values(lags(rows)).some(Number.isNaN);
			});
			return moved && seen;
		},
		{ timeoutMs: 60_000 },
	);
	assert.deepEqual(lags(find(reading, 'single', 'group-3')), { ...whole.single, 2: Number.NaN });
	assert.deepEqual(
		reading.problems
			.map(({ code, subject }) => [code, subject])
			.filter(([, subject]) => subject === 'single'),
		[['no_leader', 'single']],
	);
	await cluster.brokers[2]?.restart();
	await readsWhole();
});

test('through a rolling restart every poll tells the truth, and no group is told to be gone', async () => {
	await readsWhole();
	let rolling = true;
	let wholePolls = 0;
	const missing = new Map<string, number>();
	const roll = (async () => {
		for (const broker of cluster.brokers) {
			const before = wholePolls;
			await broker.restart();
			// A poll may have begun before the restart: the second one has not.
			await until('all is read with it', () => wholePolls > before + 1, { timeoutMs: 60_000 });
		}
	})().finally(() => {
		rolling = false;
	});
	try {
		while (rolling) {
			const reading = await read(target).catch(() => undefined);
			if (!reading) continue;
			if (isWhole(reading)) wholePolls += 1;
			for (const group of groups) {
				const listed =
					find(reading, replicated, group) !== undefined ||
					!reading.complete ||
					reading.unread.some(({ consumerGroup }) => consumerGroup === group);
				missing.set(group, listed ? 0 : (missing.get(group) ?? 0) + 1);
				assert.ok((missing.get(group) ?? 0) < 3, `${group} is told to be gone`);
			}
		}
	} finally {
		await roll;
	}
	await readsWhole();
});
