import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Target } from '../../../src/targets/target.ts';
import { type JavaProgram, type Kafka, startKafka, until } from '../../brokers/index.ts';
import { seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';

const members = fileURLToPath(new URL('java/Members.java', import.meta.url));

/** What each version has of the kinds that Java clients alone can be. */
const versions = [
	{ version: '4.1.0', features: ['share.version=1'], streams: false, shareLag: false },
	{ version: '4.3.0', features: [], streams: true, shareLag: true },
] as const;

for (const { version, features, streams, shareLag } of versions) {
	describe(`groups on ${version}`, () => {
		let broker: Kafka;
		let program: JavaProgram;
		let target: Target;

		before(async () => {
			broker = await startKafka({ version });
			for (const feature of features) {
				await broker.tool(
					'org.apache.kafka.tools.FeatureCommand',
					...['--bootstrap-server', broker.bootstrap, 'upgrade', '--feature', feature],
				);
			}
			const seed = await seedFor(broker.bootstrap);
			await seed.topic('orders', [20, 20]);
			await seed.topic('single', [0]);
			// Each in a batch of its own: a share consumer gets whole batches.
			for (let index = 0; index < 30; index++) {
				const messages = [{ partition: 0, value: `${index}` }];
				await seed.producer.send({ topic: 'single', messages });
			}
			await seed.topic('quiet', [5]);
			await seed.commit('both', 'single', [30]);
			await seed.close();
			const wanted = [
				'consumer:modern:orders:40',
				'consumer:silent:quiet:0',
				'classic:old:orders:40',
				'classic:both:quiet:0',
				'share:sharers:single:10',
				...(streams ? ['streams:topology:single:12', 'streams:idle:quiet:0'] : []),
			];
			program = broker.program(members, broker.bootstrap, ...wanted);
			for (const one of wanted) await program.says(`ready ${one.split(':', 2).join(':')}`);
			target = connect(broker.bootstrap);
		});
		after(async () => {
			await target?.close();
			await program?.stop();
			await broker?.stop();
		});

		test('a KIP-848 consumer has its kind, state, members and lag', async () => {
			// Partitions are committed one after the other.
			const group = await until('all is committed', async () => {
				const seen = find(await read(target), 'orders', 'modern');
				assert.deepEqual(lags(seen), { 0: 0, 1: 0 });
				return seen;
			});
			assert.deepEqual(
				[group?.kind, group?.state, group?.members, group?.readers],
				['consumer', 'stable', 1, { present: true }],
			);
			assert.deepEqual(lags(group), { 0: 0, 1: 0 });
		});

		test('a classic consumer of the Java client has its members', async () => {
			// Partitions are committed one after the other.
			const group = await until('all is committed', async () => {
				const seen = find(await read(target), 'orders', 'old');
				assert.deepEqual(lags(seen), { 0: 0, 1: 0 });
				return seen;
			});
			assert.deepEqual([group?.kind, group?.state, group?.members], ['classic', 'stable', 1]);
			assert.deepEqual(lags(group), { 0: 0, 1: 0 });
		});

		test('groups with members and without any commit are visible', async () => {
			const reading = await read(target);
			for (const [name, kind] of [
				['silent', 'consumer'],
				['both', 'classic'],
			] as const) {
				const group = find(reading, 'quiet', name);
				assert.deepEqual(
					[group?.kind, group?.lag, group?.members],
					[kind, { unknown: 'no_commit' }, 1],
					name,
				);
			}
			assert.deepEqual(lags(find(reading, 'single', 'both')), { 0: 0 });
			assert.equal(find(reading, 'single', 'both')?.members, 0);
		});

		test(`a share group has ${shareLag ? 'the lag' : 'no lag, with a reason, but members'}`, async () => {
			const seen = await until('the broker has counted what was acknowledged', async () => {
				const group = find(await read(target), 'single', 'sharers');
				const wanted = shareLag ? { messages: 20 } : { unknown: 'share_lag_not_told' };
				assert.deepEqual(group?.lag, wanted);
				return group;
			});
			assert.deepEqual([seen.kind, seen.state, seen.members], ['share', 'stable', 1]);
		});

		if (streams) {
			test('a streams group has its lag and its members on the topics that it reads', async () => {
				const reading = await read(target);
				const group = find(reading, 'single', 'topology');
				assert.deepEqual([group?.kind, group?.members], ['streams', 1]);
				assert.deepEqual(lags(group), { 0: 18 });
				assert.deepEqual(find(reading, 'quiet', 'idle')?.lag, { unknown: 'no_commit' });
			});
		}

		test('nothing of it is a problem', async () => {
			const reading = await read(target);
			assert.deepEqual(reading.problems, []);
			assert.ok(reading.complete);
		});
	});
}
