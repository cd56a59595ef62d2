import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Kafka, makeTopics, startKafka, until } from '../../brokers/index.ts';
import type { PlainTarget } from '../../plain-reading.ts';
import { type Seed, seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';

for (const version of ['3.9.1', '4.3.0']) {
	describe(`truths that lie, on ${version}`, () => {
		let broker: Kafka;
		let seed: Seed;
		let target: PlainTarget;

		before(async () => {
			broker = await startKafka({ version });
			seed = await seedFor(broker.bootstrap);
			target = connect(broker.bootstrap);
		});

		after(async () => {
			await Promise.allSettled([seed?.close(), target?.close()]);
			await broker?.stop();
		});

		test('an open transaction counts up to the high watermark, or not at all, by isolation', async () => {
			await seed.topic('transactions', [5]);
			await seed.commit('reader', 'transactions', [5]);
			const producer = seed.client.producer({ transactionalId: 'open', maxInFlightRequests: 1 });
			const stable = connect(broker.bootstrap, { isolation: 'read_committed' });
			try {
				await producer.connect();
				const transaction = await producer.transaction();
				const messages = Array.from({ length: 15 }, () => ({ partition: 0, value: 'x' }));
				await transaction.send({ topic: 'transactions', messages });
				assert.deepEqual(lags(find(await read(target), 'transactions', 'reader')), { 0: 15 });
				assert.deepEqual(lags(find(await read(stable), 'transactions', 'reader')), { 0: 0 });

				// Who reads uncommitted messages is ahead of the last stable offset: that is no mistake.
				await seed.commit('eager', 'transactions', [12]);
				const reading = await read(stable);
				assert.deepEqual(lags(find(reading, 'transactions', 'eager')), { 0: 0 });
				assert.deepEqual(reading.problems, []);
				await seed.commit('eager', 'transactions', [99]);
				assert.deepEqual(
					(await read(stable)).problems.map(({ code }) => code),
					['commit_beyond_end'],
				);
				await seed.commit('eager', 'transactions', [20]);

				await transaction.commit();
				await until('the marker is written', async () => {
					// 20 messages and the marker: a client that commits the last message plus one stays at 1.
					assert.deepEqual(lags(find(await read(stable), 'transactions', 'eager')), { 0: 1 });
					return true;
				});
				await seed.commit('eager', 'transactions', [21]);
				assert.deepEqual(lags(find(await read(target), 'transactions', 'eager')), { 0: 0 });
			} finally {
				await Promise.allSettled([producer.disconnect(), stable.close()]);
			}
		});

		test('commits of an open transaction do not hide those before it', async () => {
			await seed.topic('piped', [9]);
			await seed.commit('pipe', 'piped', [2]);
			const producer = seed.client.producer({ transactionalId: 'pipe', maxInFlightRequests: 1 });
			try {
				await producer.connect();
				const transaction = await producer.transaction();
				await transaction.sendOffsets({
					consumerGroupId: 'pipe',
					topics: [{ topic: 'piped', partitions: [{ partition: 0, offset: '6' }] }],
				});
				assert.deepEqual(lags(find(await read(target), 'piped', 'pipe')), { 0: 7 });
				await transaction.commit();
				await until('the new commit counts', async () => {
					return lags(find(await read(target), 'piped', 'pipe'))[0] === 3;
				});
			} finally {
				await producer.disconnect();
			}
		});

		test('retention is told where age deletes, and nowhere else', async () => {
			const configs: Record<string, Record<string, string>> = {
				short: { 'retention.ms': '3600000' },
				endless: { 'retention.ms': '-1' },
				compacted: { 'cleanup.policy': 'compact', 'retention.ms': '3600000' },
				both: { 'cleanup.policy': 'compact,delete', 'retention.ms': '60000' },
				usual: {},
			};
			await makeTopics(
				seed.admin,
				Object.entries(configs).map(([topic, entries]) => ({
					topic,
					numPartitions: 1,
					replicationFactor: 1,
					configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
				})),
			);
			const anew = connect(broker.bootstrap);
			try {
				const { streams, problems } = await read(anew);
				const seconds = Object.fromEntries(
					streams
						.filter(({ name }) => name in configs)
						.map(({ name, retentionSeconds }) => [name, retentionSeconds]),
				);
				assert.deepEqual(seconds, {
					short: 3600,
					endless: undefined,
					compacted: undefined,
					both: 60,
					usual: 7 * 86_400,
				});
				assert.deepEqual(problems, []);
				const asked = anew.requests.get('describe_configs');
				await read(anew);
				assert.equal(anew.requests.get('describe_configs'), asked, 'settings are remembered');
			} finally {
				await anew.close();
			}
		});

		test('the ends of earlier times are looked up once, for partitions that lag', async () => {
			await seed.topic('aged', [0, 0]);
			const nowMs = Date.now();
			const minutes = [120, 30, 2];
			for (const age of minutes) {
				const timestamp = String(nowMs - age * 60_000);
				const messages = Array.from({ length: 5 }, () => ({ partition: 0, value: 'x', timestamp }));
				await seed.producer.send({ topic: 'aged', messages });
			}
			await seed.commit('behind', 'aged', [0, 0]);
			const anew = connect(broker.bootstrap, { streams: { include: ['aged'] } });
			const without = connect(broker.bootstrap, {
				streams: { include: ['aged'] },
				time_lag: 'none',
			});
			try {
				const { headSeeds = [] } = await read(anew);
				assert.deepEqual(
					headSeeds.map(({ stream, partition, atMs, end }) => [
						stream,
						partition,
						Math.round((nowMs - atMs) / 60_000),
						end,
					]),
					[
						['aged', 0, 1, 15],
						['aged', 0, 2, 10],
						['aged', 0, 5, 10],
						['aged', 0, 15, 10],
						['aged', 0, 30, 5],
						['aged', 0, 60, 5],
						['aged', 0, 120, 0],
						['aged', 0, 360, 0],
						['aged', 0, 1440, 0],
					],
				);
				assert.deepEqual((await read(anew)).headSeeds, []);
				assert.equal((await read(without)).headSeeds, undefined);
			} finally {
				await Promise.allSettled([anew.close(), without.close()]);
			}
		});

		test('one message dated ahead does not spoil what is known of earlier times', async () => {
			await seed.topic('ahead', [0]);
			const nowMs = Date.now();
			const send = async (ageMinutes: number) => {
				const timestamp = String(nowMs - ageMinutes * 60_000);
				await seed.producer.send({ topic: 'ahead', messages: [{ value: 'x', timestamp }] });
			};
			for (const age of [120, -30, 10, 2]) await send(age);
			await seed.commit('behind', 'ahead', [0]);
			const anew = connect(broker.bootstrap, { streams: { include: ['ahead'] } });
			try {
				const { headSeeds = [] } = await read(anew);
				for (const { atMs, end } of headSeeds) {
					// Before the message that is dated ahead nothing is later than two hours ago.
					assert.ok(end <= 1 && nowMs - atMs >= 120 * 60_000, `${nowMs - atMs} ms ago: ${end}`);
				}
				// The first message, and the ends 6 and 24 hours ago.
				assert.equal(headSeeds.length, 3);
			} finally {
				await anew.close();
			}
		});

		test('a topic that was recreated with fewer partitions leaves no rows of those that are gone', async () => {
			await seed.topic('shrunk', [4, 4, 4]);
			await seed.commit('reader', 'shrunk', [1, 1, 1]);
			assert.deepEqual(lags(find(await read(target), 'shrunk', 'reader')), { 0: 3, 1: 3, 2: 3 });
			await seed.admin.deleteTopics({ topics: ['shrunk'] });
			await until(
				'the topic is gone',
				async () => !(await seed.admin.listTopics()).includes('shrunk'),
			);
			await seed.topic('shrunk', [2]);
			await seed.commit('reader', 'shrunk', [1]);
			const reading = await until('the new topic is read', async () => {
				const seen = await read(target);
				assert.deepEqual(lags(find(seen, 'shrunk', 'reader')), { 0: 1 });
				return seen;
			});
			const stream = reading.streams.find(({ name }) => name === 'shrunk');
			assert.deepEqual([...(stream?.partitions?.ids ?? [])], [0]);
		});

		test('a topic that was truncated under a commit makes its lag unknown, not 0', async () => {
			await seed.topic('truncated', [10]);
			await seed.commit('reader', 'truncated', [10]);
			await seed.admin.deleteTopics({ topics: ['truncated'] });
			await until('it is gone', async () => !(await seed.admin.listTopics()).includes('truncated'));
			await seed.topic('truncated', [3]);
			await seed.commit('reader', 'truncated', [10]);
			const reading = await until('it is read', async () => {
				const seen = await read(target);
				return find(seen, 'truncated', 'reader') && seen;
			});
			assert.deepEqual(lags(find(reading, 'truncated', 'reader')), { 0: -7 });
			assert.deepEqual(
				reading.problems.map(({ code, subject }) => [code, subject]),
				[['commit_beyond_end', 'truncated']],
			);
			await seed.commit('reader', 'truncated', [3]);
		});

		test('a group whose every topic is gone is in no reading, and no problem', async () => {
			await seed.topic('doomed', [1]);
			await seed.commit('orphan', 'doomed', [0]);
			assert.deepEqual(lags(find(await read(target), 'doomed', 'orphan')), { 0: 1 });
			await seed.admin.deleteTopics({ topics: ['doomed'] });
			await until('the group has no topic any more', async () => {
				const { groups, problems, complete } = await read(target);
				assert.deepEqual(
					groups.filter(({ consumerGroup }) => consumerGroup === 'orphan'),
					[],
				);
				assert.deepEqual(problems, []);
				return complete;
			});
		});

		test('right after a restart nothing is told to be gone, and no lag is wrong', async () => {
			// The producer of the tests before still asks for the topics that they deleted.
			const own = await seedFor(broker.bootstrap);
			await own.topic('restarted', [9]);
			await own.commit('reader', 'restarted', [2]);
			await own.close();
			assert.deepEqual(lags(find(await read(target), 'restarted', 'reader')), { 0: 7 });
			await broker.kill();
			const restarting = broker.restart();
			let missing = 0;
			const seen = await until(
				'the group is read again',
				async () => {
					const reading = await target.read(AbortSignal.timeout(5000)).catch(() => undefined);
					if (!reading) return false;
					const group = find(reading, 'restarted', 'reader');
					// A complete reading without the group is a step towards its end: three would be it.
					missing = group || !reading.complete ? 0 : missing + 1;
					assert.ok(missing < 3, 'three complete listings without the group');
					if (!group || !('ids' in group.lag)) return false;
					const [lag] = Object.values(lags(group));
					if (Number.isNaN(lag)) return false;
					assert.equal(lag, 7);
					return reading;
				},
				{ timeoutMs: 60_000, everyMs: 20 },
			);
			assert.ok(seen.groups.length > 0);
			await restarting;
		});

		test('a broker that throttles is waited for, without being asked in vain', async () => {
			const entity = ['--entity-type', 'clients', '--entity-name', 'throttled'];
			await broker.tool(
				'kafka.admin.ConfigCommand',
				...['--bootstrap-server', broker.bootstrap, '--alter', ...entity],
				...['--add-config', 'request_percentage=0.01'],
			);
			const throttled = connect(broker.bootstrap, { client_id: 'throttled' });
			try {
				const before = process.cpuUsage();
				const startedMs = performance.now();
				const seen = await until(
					'the quota is felt',
					async () => {
						const reading = await read(throttled).catch((error: unknown) => error);
						const took = performance.now() - startedMs;
						const problems = (reading as { problems?: readonly { code: string }[] }).problems ?? [];
						const codes = problems.map(({ code }) => code);
						return codes.includes('throttled') || took > 1000 ? codes : undefined;
					},
					{ timeoutMs: 60_000 },
				);
				const { user, system } = process.cpuUsage(before);
				const busy = (user + system) / 1000 / (performance.now() - startedMs);
				assert.ok(busy < 0.5, `busy for ${Math.round(busy * 100)} % of the time`);
				for (const code of seen) assert.ok(['throttled', 'timeout'].includes(code), code);
			} finally {
				await throttled.close();
			}
		});
	});
}
