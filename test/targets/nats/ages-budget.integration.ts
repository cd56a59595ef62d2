import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNats } from '../../brokers/index.ts';
import { openClient } from './client.ts';
import { byName, connectTo, sent } from './target.ts';

/** What one poll looks up at most, and how many questions a consumer with that many filters is. */
const budget = 5000;
const filters = 8;

test('of more messages than one poll looks up the rest has its turn at the next, and it is told', async () => {
	const server = await startNats();
	const client = await openClient(server.url);
	const target = connectTo(server.url);
	try {
		const count = Math.ceil(budget / filters) + 5;
		const names = Array.from({ length: count }, (_, index) => `c${index}`);
		await client.addStream({ name: 's', subjects: ['s.>'] });
		await Promise.all(
			names.map((name) => {
				const subjects = Array.from({ length: filters }, (_, index) => `s.${name}.${index}`);
				return client.addConsumer('s', { durable_name: name, filter_subjects: subjects });
			}),
		);
		await client.publish('s.none', 1);
		for (const name of names) client.connection.publish(`s.${name}.0`);
		await client.connection.flush();

		const first = await target.read(AbortSignal.timeout(10_000));
		assert.equal(sent(target).message_get, budget);
		assert.deepEqual(first.problems, [
			{
				code: 'ages_skipped',
				operation: 'direct_get',
				subject: '5 consumers',
				message: `5 consumers: their ages stay as they were: one poll reads ${budget} messages at most; set time_lag to none, or narrow groups`,
			},
		]);
		const ageless = ({ lagSeconds }: { readonly lagSeconds?: number | undefined }) =>
			lagSeconds === undefined;
		assert.equal(first.groups.length, count);
		assert.equal(first.groups.filter(ageless).length, 5);
		for (const name of names)
			assert.deepEqual(byName(first).get(`s/${name}`)?.lag, { messages: 1 });

		const second = await target.read(AbortSignal.timeout(10_000));
		assert.deepEqual(second.problems, []);
		assert.equal(second.groups.filter(ageless).length, 0);
	} finally {
		await target.close();
		await client.close();
		await server.stop();
	}
});
