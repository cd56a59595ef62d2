import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Target, UnreadableError } from '../../../src/targets/target.ts';
import { type Kafka as Broker, startKafka, until } from '../../brokers/index.ts';
import { type Seed, seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';
import { describeGroups } from './truth.ts';

let broker: Broker;
let seed: Seed;
let target: Target;

before(async () => {
	broker = await startKafka();
	seed = await seedFor(broker.bootstrap);
	target = connect(broker.bootstrap);
});

after(async () => {
	await Promise.allSettled([seed?.close(), target?.close()]);
	await broker?.stop();
});

test('every group on every topic and partition has the lag that the broker itself tells', async () => {
	await seed.topic('orders', [10, 20, 30]);
	await seed.topic('payments', [5, 0]);
	await seed.commit('billing', 'orders', [10, 13, 0]);
	await seed.commit('billing', 'payments', [5, 0]);
	await seed.commit('audit', 'orders', [1, 2, 3]);
	for (let index = 0; index < 120; index++) {
		await seed.commit(`many-${index}`, 'payments', [index % 6, 0]);
	}
	const truth = await describeGroups(broker);
	assert.equal(truth.size, 123);
	const reading = await read(target);
	assert.deepEqual(reading.problems, []);
	assert.equal(reading.complete, true);
	const told = new Map(
		reading.groups.map((group) => [`${group.stream}/${group.consumerGroup}`, lags(group)]),
	);
	assert.deepEqual(new Map([...told].sort()), new Map([...truth].sort()));
	assert.deepEqual(told.get('orders/billing'), { 0: 0, 1: 7, 2: 30 });
});

test('a partition that the group never committed is not part of its lag', async () => {
	await seed.topic('partly', [10, 20]);
	await seed.commit('half', 'partly', [undefined, 15]);
	assert.deepEqual(lags(find(await read(target), 'partly', 'half')), { 1: 5 });
});

test('a stream tells the start and end of its partitions', async () => {
	await seed.topic('trimmed', [10, 4]);
	const trim = { version: 1, partitions: [{ topic: 'trimmed', partition: 0, offset: 6 }] };
	const file = join(broker.folder, 'trim.json');
	await writeFile(file, JSON.stringify(trim));
	await broker.tool(
		'org.apache.kafka.tools.DeleteRecordsCommand',
		...['--bootstrap-server', broker.bootstrap, '--offset-json-file', file],
	);
	await seed.commit('late', 'trimmed', [2, 4]);
	const reading = await read(target);
	const stream = reading.streams.find(({ name }) => name === 'trimmed');
	assert.deepEqual([...(stream?.partitions?.start ?? [])], [6, 0]);
	assert.deepEqual([...(stream?.partitions?.end ?? [])], [10, 4]);
	// What was deleted cannot be read any more: the lag counts from the start.
	assert.deepEqual(lags(find(reading, 'trimmed', 'late')), { 0: 4, 1: 0 });
});

test('a commit beyond the end is a problem of that group alone', async () => {
	await seed.topic('recreated', [10]);
	await seed.commit('ahead', 'recreated', [10]);
	await seed.admin.deleteTopics({ topics: ['recreated'] });
	await seed.topic('recreated', [3]);
	await seed.commit('ahead', 'recreated', [10]);
	const reading = await read(target);
	assert.deepEqual(
		reading.problems.map(({ code, subject }) => [code, subject]),
		[['commit_beyond_end', 'recreated']],
	);
	assert.deepEqual(lags(find(reading, 'orders', 'billing')), { 0: 0, 1: 7, 2: 30 });
	await seed.commit('ahead', 'recreated', [3]);
	assert.deepEqual((await read(target)).problems, []);
});

test('a deleted topic and its groups are gone from the reading', async () => {
	await seed.topic('short-lived', [3]);
	await seed.commit('billing', 'short-lived', [1]);
	assert.deepEqual(lags(find(await read(target), 'short-lived', 'billing')), { 0: 2 });
	await seed.admin.deleteTopics({ topics: ['short-lived'] });
	// The controller has deleted it; the broker learns of that a moment later.
	const reading = await until('the broker has deleted it', async () => {
		const now = await read(target);
		return find(now, 'short-lived', 'billing') === undefined && now;
	});
	assert.equal(
		reading.streams.some(({ name }) => name === 'short-lived'),
		false,
	);
	assert.deepEqual(lags(find(reading, 'payments', 'billing')), { 0: 0, 1: 0 });
});

test('group names with quotes, backslashes, newlines and spaces come through', async () => {
	const names = ['a "quoted" one', 'back\\slash', 'new\nline', 'größe 😀', ' '];
	for (const name of names) await seed.commit(name, 'orders', [0, 0, 0]);
	const reading = await read(target);
	for (const name of names) {
		assert.deepEqual(lags(find(reading, 'orders', name)), { 0: 10, 1: 20, 2: 30 }, name);
	}
});

test('filters narrow topics and groups', async () => {
	const narrow = connect(broker.bootstrap, {
		streams: { include: ['orders'] },
		groups: { include: ['*i*'], exclude: ['audit'] },
	});
	try {
		const reading = await read(narrow);
		assert.deepEqual(
			reading.groups.map(({ stream, consumerGroup }) => [stream, consumerGroup]),
			[
				['orders', 'billing'],
				['orders', 'größe 😀'],
				['orders', 'new\nline'],
			].filter(([, group]) => group?.includes('i')),
		);
		assert.deepEqual(
			reading.streams.map(({ name }) => name),
			['orders'],
		);
	} finally {
		await narrow.close();
	}
});

test('kind and state are told: offsets without a group protocol belong to a simple consumer', async () => {
	const group = find(await read(target), 'orders', 'billing');
	assert.equal(group?.kind, 'simple');
	assert.equal(group?.state, 'empty');
});

test('a group with members tells its kind and state', async () => {
	const consumer = seed.client.consumer({ groupId: 'readers' });
	try {
		await consumer.connect();
		await consumer.subscribe({ topic: 'orders', fromBeginning: true });
		let seen = 0;
		await new Promise<void>((resolve, reject) => {
			consumer
				.run({
					eachMessage: async () => {
						seen += 1;
						if (seen === 60) resolve();
					},
				})
				.catch(reject);
		});
		await consumer.commitOffsets(
			[0, 1, 2].map((partition) => ({
				topic: 'orders',
				partition,
				offset: String((partition + 1) * 10),
			})),
		);
		const group = find(await read(target), 'orders', 'readers');
		assert.equal(group?.kind, 'classic');
		assert.equal(group?.state, 'stable');
		assert.deepEqual(lags(group), { 0: 0, 1: 0, 2: 0 });
	} finally {
		await consumer.disconnect();
	}
});

test('settings that the listener has no use for are problems that say which', async () => {
	const sasl = { mechanism: 'plain', username: 'lag', password: 'correct-horse' };
	for (const [options, code, message] of [
		[{ tls: {} }, 'tls_failed', /does not answer with TLS.*leave out tls/],
		[{ sasl }, 'auth_failed', /no SASL login: leave out sasl/],
	] as const) {
		const stranger = connect(broker.bootstrap, options);
		try {
			await assert.rejects(read(stranger), (error: unknown) => {
				assert(error instanceof UnreadableError);
				const [problem, ...more] = error.problems;
				assert.equal(problem?.code, code, problem?.message);
				assert.match(problem?.message ?? '', message);
				assert.doesNotMatch(JSON.stringify(problem), /correct-horse/);
				assert.deepEqual(more, []);
				return true;
			});
		} finally {
			await stranger.close();
		}
	}
});

test('requests are counted, and few', async () => {
	await read(target);
	const before = new Map(target.requests);
	await read(target);
	const asked = [...target.requests].map(
		([operation, count]) => [operation, count - (before.get(operation) ?? 0)] as const,
	);
	assert.deepEqual(
		new Map(asked.filter(([, count]) => count > 0)),
		new Map([
			['list_groups', 1],
			['describe_groups', 2],
			['offset_fetch', 2],
			['list_offsets', 2],
		]),
	);
});
