import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Outcome } from '../../src/poll/outcome.ts';
import { Poller } from '../../src/poll/poller.ts';
import { redis } from '../../src/targets/redis/index.ts';
import { startRedis, until } from '../brokers/index.ts';

test('a poll that goes on after its deadline and its grace is torn down with its connection, and the next reads over a new one', async () => {
	const server = await startRedis();
	await server.cli('XGROUP', 'CREATE', 'orders', 'billing', '0', 'MKSTREAM');
	const options = redis.options.parse({ url: server.url });
	const outcomes: Outcome[] = [];
	let made = 0;
	const make = () => {
		made += 1;
		const isFirst = made === 1;
		const target = redis.connect(options, pino({ level: 'silent' }), 500);
		return {
			...target,
			requests: target.requests,
			diagnose: target.diagnose.bind(target),
			close: () => target.close(),
			async read() {
				// Not told of the deadline, it keeps its connection, and it never ends.
				const reading = await target.read(new AbortController().signal);
				return isFirst ? await new Promise<never>(() => {}) : reading;
			},
		};
	};
	/** Ids of our connections, as the server has them. */
	const connections = async () => {
		const list = await server.cli('CLIENT', 'LIST');
		return [...list.matchAll(/id=(\d+) .*name=stream-lag-exporter /g)].map(([, id]) => id);
	};
	const poller = new Poller(make, { intervalMs: 500, timeoutMs: 500 }, async (outcome) => {
		outcomes.push(outcome);
	});
	try {
		poller.start();
		const [first] = await until('it is connected', async () => {
			const open = await connections();
			return open.length === 1 && open;
		});
		await until('the next poll has read', () => outcomes.length >= 2);
		const [torn, next] = outcomes;
		assert.equal(torn?.result, 'failed');
		assert.equal(torn?.problems[0]?.code, 'internal');
		assert.match(torn?.problems[0]?.message ?? '', /its connections are closed and made anew/);
		// The deadline, and a second of grace.
		assert.ok(torn.durationSeconds > 1.4 && torn.durationSeconds < 3, `${torn.durationSeconds} s`);
		assert.equal(next?.result, 'ok');
		assert.deepEqual([next.reading?.groups.length, made], [1, 2]);
		const open = await connections();
		assert.equal(open.length, 1);
		assert.notEqual(open[0], first);
	} finally {
		await poller.stop();
		assert.deepEqual(await connections(), []);
		await server.stop();
	}
});
