import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { connect, readOnce, script } from './server.ts';

describe('streams and groups of a real server', () => {
	let server: Redis;
	before(async () => {
		server = await startRedis();
	});
	after(async () => {
		await server?.stop();
	});
	beforeEach(async () => {
		await server.cli('FLUSHALL');
	});

	async function seed(...streams: string[]): Promise<void> {
		for (const stream of streams) {
			await server.cli('XADD', stream, '*', 'a', 'b');
			await server.cli('XGROUP', 'CREATE', stream, 'g', '0');
		}
	}

	test('names of any bytes are read and shown', async () => {
		const names: readonly (readonly [lua: string, shown: string])[] = [
			['"quo\\"te"', 'quo"te'],
			['"back\\\\slash"', 'back\\slash'],
			['"new\\nline"', 'new\nline'],
			['"gr\u00f6\u00dfe \u{1f600}"', 'größe 😀'],
			['"\\255\\000\\254"', '\\xff\u0000\\xfe'],
			['"\\\\xff"', '\\x5cxff'],
			['""', ''],
		];
		for (const [lua] of names) {
			await script(
				server,
				`redis.call('XADD', 'k' .. ${lua}, '*', 'a', 'b')
				redis.call('XGROUP', 'CREATE', 'k' .. ${lua}, ${lua}, '0')
				redis.call('XREADGROUP', 'GROUP', ${lua}, 'one', 'STREAMS', 'k' .. ${lua}, '>')`,
			);
		}
		const reading = await readOnce(server.url);
		assert.deepEqual(reading.problems, []);
		const seen = reading.groups.map(({ stream, consumerGroup, lag, pending, members }) => [
			stream,
			consumerGroup,
			lag,
			pending,
			members,
		]);
		const wanted = names.map(([, shown]) => [
			`k${shown}`,
			shown,
			{ messages: 0, uncertainty: 0 },
			1,
			1,
		]);
		assert.deepEqual(seen.sort(), wanted.sort());

		const asked = await readOnce(server.url, {
			streams: { include: ['k\\\\xff\u0000\\\\xfe', 'kback\\\\slash', 'k'] },
			groups: { include: ['\\\\xff*', 'back*'] },
		});
		assert.deepEqual(asked.problems, []);
		assert.deepEqual(
			asked.groups.map(({ consumerGroup }) => consumerGroup),
			['\\xff\u0000\\xfe', 'back\\slash'],
		);
	});

	test('what a pattern finds in a wide key space is read, in few requests', async () => {
		await script(
			server,
			`for stream = 1, 1500 do
				local key = (stream % 2 == 0 and 'orders:' or 'other:') .. stream
				redis.call('XADD', key, '*', 'a', 'b')
				redis.call('XGROUP', 'CREATE', key, 'g', '0')
				redis.call('SET', 'orders:text:' .. stream, 'text')
			end`,
		);
		const target = connect(server.url, { streams: { include: ['orders:*'], exclude: ['*0'] } });
		try {
			for (const _ of [1, 2]) {
				const reading = await target.read(AbortSignal.timeout(10_000));
				assert.deepEqual(reading.problems, []);
				assert.ok(reading.complete);
				assert.equal(reading.streams.length, 600);
				assert.equal(reading.groups.length, 600);
			}
			const { scan = 0, evalsha_ro = 0, ...requests } = Object.fromEntries(target.requests);
			assert.ok(scan <= 6, 'it searches once, and 1000 keys at a time');
			assert.ok(evalsha_ro <= 2 * (600 / 25 + 4), 'it asks for 25 streams at a time');
			assert.deepEqual(requests, { connect: 1, info: 3, time: 4, eval_ro: 1 });
		} finally {
			await target.close();
		}
	});

	test('groups and streams that go away are gone, and new groups are there', async () => {
		await seed('a', 'b', 'c');
		await server.cli('XGROUP', 'CREATE', 'a', 'second', '0');
		const target = connect(server.url, { streams: { include: ['?'] } });
		const read = async () => {
			const reading = await target.read(AbortSignal.timeout(10_000));
			assert.deepEqual(reading.problems, []);
			assert.ok(reading.complete);
			return reading.groups.map(({ stream, consumerGroup }) => `${stream}/${consumerGroup}`).sort();
		};
		try {
			assert.deepEqual(await read(), ['a/g', 'a/second', 'b/g', 'c/g']);
			await server.cli('XGROUP', 'DESTROY', 'a', 'second');
			assert.deepEqual(await read(), ['a/g', 'b/g', 'c/g']);
			await server.cli('DEL', 'b', 'c');
			await server.cli('SET', 'c', 'no stream any more');
			assert.deepEqual(await read(), ['a/g']);
			await server.cli('XGROUP', 'CREATE', 'a', 'third', '$');
			assert.deepEqual(await read(), ['a/g', 'a/third']);
		} finally {
			await target.close();
		}
	});

	test('new streams are found after the discovery interval', async () => {
		await seed('a');
		const target = connect(server.url, { discovery_interval: '1ms' });
		try {
			const count = async () => (await target.read(AbortSignal.timeout(10_000))).streams.length;
			assert.equal(await count(), 1);
			await seed('b');
			assert.equal(await count(), 2);
		} finally {
			await target.close();
		}
	});

	test('names of the configuration that are no streams are problems, and the rest is right', async () => {
		await seed('orders');
		await server.cli('SET', 'text', 'x');
		const reading = await readOnce(server.url, {
			streams: { include: ['text', 'orders', 'missing'] },
		});
		assert.deepEqual(
			reading.problems.map(({ code, subject }) => [code, subject]),
			[
				['not_a_stream', 'text'],
				['stream_missing', 'missing'],
			],
		);
		assert.deepEqual(
			reading.groups.map(({ stream, lag }) => [stream, lag]),
			[['orders', { messages: 1, uncertainty: 0 }]],
		);
		assert.ok(reading.complete);
	});

	test('ids of 2^53 and more are a problem of their stream, and the rest is right', async () => {
		await seed('a');
		await server.cli('XADD', 'b', '18446744073709551615-1', 'a', 'b');
		await server.cli('XGROUP', 'CREATE', 'b', 'g', '0');
		const reading = await readOnce(server.url);
		assert.deepEqual(
			reading.problems.map(({ code, subject }) => [code, subject]),
			[['protocol_error', 'b']],
		);
		assert.deepEqual(reading.groups.map(({ stream, lag }) => [stream, lag]).sort(), [
			['a', { messages: 1, uncertainty: 0 }],
			['b', { unknown: 'not_counted' }],
		]);
	});
});
