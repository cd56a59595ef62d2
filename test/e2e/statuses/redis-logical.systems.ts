import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis as Client } from 'ioredis';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { type Follow, follow, until } from './follow.ts';

const pattern = '(?<stream>orders):(?<partition>[0-9]+)';

for (const release of ['usual', 'older'] as const) {
	describe(`a logical stream on Redis, ${release === 'older' ? '6.2' : 'newer'}`, () => {
		const hasCounters = release === 'usual';
		let redis: Redis;
		let client: Client;
		let told: Follow;

		before(async () => {
			redis = await startRedis({ release });
			client = new Client(redis.url);
			for (const key of ['orders:0', 'orders:1', 'orders:2']) {
				await add(key, 20);
				await client.xgroup('CREATE', key, 'billing', '0');
				await read(key, 10);
			}
			told = await follow(
				`{ name: redis, platform: redis, url: '${redis.url}', discovery_interval: 1s, partitioned: ['${pattern}'] }`,
			);
		});
		after(async () => {
			await told?.stop();
			client?.disconnect();
			await redis?.stop();
		});

		async function add(key: string, count: number): Promise<void> {
			const pipeline = client.pipeline();
			for (let index = 0; index < count; index++) pipeline.xadd(key, '*', 'body', 'x');
			await pipeline.exec();
		}

		/** Takes new entries and acknowledges none. */
		async function read(key: string, count: number): Promise<void> {
			await client.xreadgroup('GROUP', 'billing', 'one', 'COUNT', count, 'STREAMS', key, '>');
		}

		const number = (metric: string) => told.number('billing', `stream_consumer_${metric}`);
		const becomes = (metric: string, value: number) =>
			until(`${metric} is ${value}`, async () => (await number(metric)) === value);

		test('its keys are counted together, and each by its own', async () => {
			await becomes('lag', 30);
			assert.equal(await number('lag_uncertainty'), 0);
			assert.equal(await number('partition_lag_max'), 10);
			assert.equal(await number('partitions_unknown'), 0);
			assert.equal(await number('pending'), 30);
			assert.deepEqual(await told.of('billing', 'stream_consumer_partition_lag'), {
				'partition="0"': 10,
				'partition="1"': 10,
				'partition="2"': 10,
			});
		});

		test('keys on which nobody reads stand still, while another one moves', async () => {
			await becomes('partitions_stalled', 3);
			assert.ok(((await number('stalled_seconds')) ?? 0) >= 3);
			await read('orders:0', 1);
			await becomes('partitions_stalled', 2);
			assert.ok(((await number('stalled_seconds')) ?? 9) < 3);
			await becomes('partitions_stalled', 3);
			assert.equal(await number('consumed_total'), hasCounters ? 1 : undefined);
		});

		test('an entry deleted in the middle hides no standstill, and no move', async () => {
			const entries = await client.xrange('orders:2', '-', '+');
			const [id = ''] = entries[15] ?? [];
			assert.equal(await client.xdel('orders:2', id), 1);
			await becomes('lag', 28);
			assert.ok(((await number('stalled_seconds')) ?? 0) >= 3);
			await read('orders:2', 1);
			await becomes('partitions_stalled', 2);
			await becomes('lag', 27);
			await becomes('partitions_stalled', 3);
			// With a deleted entry ahead of it the server does not count what the group reads.
			assert.equal(await number('consumed_total'), hasCounters ? 1 : undefined);
		});

		test('what is trimmed unread or while pending is lost, and does not look like reading', async () => {
			const lostBefore = await number('lost_total');
			assert.equal(lostBefore, 0);
			await client.xtrim('orders:1', 'MAXLEN', 5);
			await becomes('lag', 22);
			// Ten were pending; of the five that nobody had read 6.2 tells nothing.
			await becomes('lost_total', hasCounters ? 15 : 10);
			const before = (await number('stalled_seconds')) ?? 0;
			await until(
				'two more polls',
				async () => ((await number('stalled_seconds')) ?? 0) > before + 1.5,
			);
			assert.equal(await number('partitions_stalled'), 3);
			const headroom = await number('retention_headroom_seconds');
			const used = await number('retention_used_ratio');
			assert.deepEqual([headroom, used], hasCounters ? [0, 1] : [undefined, undefined]);
		});

		test('where the group does not exist on a key, its lag is unknown and says why', async () => {
			await add('orders:3', 1);
			await until('the reason is told', async () => {
				const unknown = await told.of('billing', 'stream_consumer_lag_unknown');
				return unknown['reason="group_missing"'] === 1;
			});
			assert.equal(await number('lag'), undefined);
			assert.equal(await number('partitions_unknown'), 1);
			assert.equal(typeof (await number('pending')), 'number');
			await client.xgroup('CREATE', 'orders:3', 'billing', '0');
			await becomes('lag', 23);
		});
	});
}
