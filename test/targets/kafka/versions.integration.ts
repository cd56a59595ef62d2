import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startKafka } from '../../brokers/index.ts';
import { seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';
import { describeGroups } from './truth.ts';

for (const version of ['3.9.1', '4.3.0']) {
	test(`on ${version} every lag is what the broker's own tool tells`, async () => {
		const broker = await startKafka({ version });
		const seed = await seedFor(broker.bootstrap);
		const target = connect(broker.bootstrap);
		const consumer = seed.client.consumer({ groupId: 'readers' });
		try {
			await seed.topic('orders', [10, 20, 30]);
			await seed.topic('payments', [5, 0]);
			await seed.commit('billing', 'orders', [10, 13, 0]);
			await seed.commit('billing', 'payments', [5, 0]);
			for (let index = 0; index < 20; index++) {
				await seed.commit(`many-${index}`, 'payments', [index % 6, 0]);
			}
			const truth = await describeGroups(broker);
			assert.equal(truth.size, 22);
			const reading = await read(target);
			assert.deepEqual(reading.problems, []);
			const told = new Map(
				reading.groups.map((group) => [`${group.stream}/${group.consumerGroup}`, lags(group)]),
			);
			assert.deepEqual(new Map([...told].sort()), new Map([...truth].sort()));

			await consumer.connect();
			await consumer.subscribe({ topic: 'payments' });
			const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
			await consumer.run({});
			await joined;
			const group = find(await read(target), 'payments', 'readers');
			assert.deepEqual(
				[group?.kind, group?.state, group?.members, group?.lag],
				['classic', 'stable', 1, { unknown: 'no_commit' }],
			);
		} finally {
			await consumer.disconnect();
			await Promise.allSettled([seed.close(), target.close()]);
			await broker.stop();
		}
	});
}
