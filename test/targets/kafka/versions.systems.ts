import assert from 'node:assert/strict';
import { connect as dial } from 'node:net';
import { test } from 'node:test';
import { startKafka, until } from '../../brokers/index.ts';
import { endImpostors, serve } from './impostor.ts';
import { seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';
import { describeGroups } from './truth.ts';

test('a broker that is replaced by a newer one at the same address is read by its own versions', async () => {
	let port = 0;
	const address = await serve((client) => {
		const server = dial({ host: '127.0.0.1', port });
		client.pipe(server).pipe(client);
		const end = () => {
			client.destroy();
			server.destroy();
		};
		for (const socket of [client, server]) socket.on('close', end).on('error', end);
	});
	const target = connect(address);
	try {
		for (const [version, consumed] of [
			['3.9.1', 4],
			['4.3.0', 7],
		] as const) {
			const broker = await startKafka({
				version,
				config: [`advertised.listeners=PLAINTEXT://${address}`],
			});
			port = broker.port;
			try {
				const seed = await seedFor(address);
				await seed.topic('orders', [10]);
				await seed.commit('billing', 'orders', [consumed]);
				await seed.close();
				const reading = await until(`${version} is read`, async () => {
					const seen = await read(target);
					return find(seen, 'orders', 'billing') && seen;
				});
				assert.deepEqual(lags(find(reading, 'orders', 'billing')), { 0: 10 - consumed });
				assert.deepEqual(reading.problems, []);
			} finally {
				await broker.stop();
			}
		}
	} finally {
		await target.close();
		endImpostors();
	}
});

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
