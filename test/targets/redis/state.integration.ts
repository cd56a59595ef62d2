import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Group, PlainReading } from '../../../src/model.ts';
import { type Redis, startRedis, until } from '../../brokers/index.ts';
import { connect, plainUser, readOnce, script } from './server.ts';
import { address, play, ten, ways } from './steps.ts';

let server: Redis;
before(async () => {
	server = await startRedis({ config: [plainUser.rule] });
});
after(async () => {
	await server?.stop();
});
beforeEach(async () => {
	await server.cli('FLUSHALL');
});

/** An id that is so old by the server's clock. */
async function idOf(ageSeconds: number): Promise<string> {
	const [seconds = '0'] = (await server.cli('TIME')).split('\n');
	return `${(Number(seconds) - ageSeconds) * 1000}-0`;
}

function about(seconds: number | undefined, wanted: number): void {
	const error = Math.abs((seconds ?? Number.NaN) - wanted);
	assert.ok(error < 10, `${seconds} seconds instead of ${wanted}`);
}

function theGroup({ groups, problems }: PlainReading): Group {
	assert.deepEqual(problems, []);
	const [group, ...others] = groups;
	assert.ok(group && others.length === 0);
	return group;
}

const read = (count: number, consumer = 'one') =>
	`XREADGROUP GROUP g ${consumer} COUNT ${count} STREAMS s >`;

for (const [way, login] of ways) {
	describe(`what is told of streams and groups, by ${way}`, () => {
		const once = async (options: object = {}) =>
			theGroup(await readOnce(address(server), { ...login, ...options }));

		test('ages are those of the entries that wait, by the server clock', async () => {
			const [old, middle, late] = [await idOf(7200), await idOf(3600), await idOf(60)];
			await play(server, [`XADD s ${old} a b`, `XADD s ${middle} a b`, `XADD s ${late} a b`]);
			await play(server, ['XGROUP CREATE s g 0', read(1)]);
			const reading = await readOnce(address(server), login);
			const [stream] = reading.streams;
			assert.equal(stream?.length, 3);
			assert.equal(stream.producedCount, 3);
			about(stream.oldestMessageAgeSeconds, 7200);
			about(stream.newestMessageAgeSeconds, 60);
			const group = theGroup(reading);
			about(group.lagSeconds, 3600);
			assert.equal(group.pending, 1);
			about(group.pendingAgeSeconds, 7200);
			about(group.pendingIdleSeconds, 0);
			assert.equal(group.oldestPendingDeliveries, 1);
			assert.equal(group.consumedCount, 1);
			assert.deepEqual(group.line, { start: 0, position: 1, end: 3 });
			assert.deepEqual(group.position, { major: Number(old.split('-')[0]), minor: 0 });

			await play(server, ['XTRIM s MAXLEN 1']);
			about((await once()).lagSeconds, 60);
			await play(server, [read(5)]);
			assert.equal((await once()).lagSeconds, 0);
		});

		test('ids that producers chose themselves tell no ages, and everything else', async () => {
			await play(server, ['XADD s 1-0 a b', 'XADD s 2-0 a b', 'XADD s 3-0 a b']);
			await play(server, ['XGROUP CREATE s g 0', read(2)]);
			const reading = await readOnce(address(server), login);
			const [stream] = reading.streams;
			assert.equal(stream?.oldestMessageAgeSeconds, undefined);
			const group = theGroup(reading);
			assert.deepEqual(group.lag, { messages: 1, uncertainty: 0 });
			assert.equal(group.lagSeconds, undefined);
			assert.equal(group.pendingAgeSeconds, undefined);
			about(group.pendingIdleSeconds, 0);
		});

		test('members never go away by themselves; idle is the one who tried last', async () => {
			await play(server, ['XGROUP CREATE s g $ MKSTREAM']);
			const none = await once();
			assert.equal(none.members, 0);
			assert.deepEqual(none.readers, { present: false });
			assert.equal(none.idleSeconds, undefined);
			await play(server, ['XGROUP CREATECONSUMER s g gone', 'XGROUP CREATECONSUMER s g busy']);
			await until('both are idle', async () => ((await once()).idleSeconds ?? 0) > 0.5);
			await play(server, ['XADD s * a b', read(1, 'busy')]);
			const two = await once();
			assert.equal(two.members, 2);
			assert.deepEqual(two.readers, { present: true, idleSeconds: two.idleSeconds });
			const consumers = await server.cli('XINFO', 'CONSUMERS', 's', 'g');
			const [busy = 0, gone = 0] = Array.from(consumers.matchAll(/idle\n(\d+)/g), ([, ms]) =>
				Number(ms),
			);
			assert.ok((two.idleSeconds ?? Number.NaN) * 1000 <= busy, consumers);
			assert.ok(busy < gone, consumers);
			// There are too many to look at each of them.
			const many = await once({ count_cap: 1 });
			assert.equal(many.members, 2);
			assert.equal(many.idleSeconds, undefined);
		});

		test('pending entries that nobody claims are abandoned, counted as far as one may', async () => {
			const ids = Array.from({ length: 10 }, (_, at) => `${at + 1}-0`).join(' ');
			await play(server, [...ten, 'XGROUP CREATE s g 0', read(10)]);
			assert.equal((await once()).pendingAbandoned, 0);
			await play(server, [`XCLAIM s g one 0 ${ids} IDLE 7200000 RETRYCOUNT 1`]);
			const after = { abandoned_after: '1h' };
			assert.equal((await once(after)).pendingAbandoned, 10);
			assert.equal((await once({ ...after, count_cap: 4 })).pendingAbandoned, 4);
			assert.equal((await once({ abandoned_after: '3h' })).pendingAbandoned, 0);
			await play(server, ['XCLAIM s g two 0 1-0']);
			const claimed = await once(after);
			assert.equal(claimed.pendingAbandoned, 9);
			assert.equal(claimed.oldestPendingDeliveries, 2);
		});

		test('of few pending entries those that nobody claims are told at once', async () => {
			await play(server, [...ten, 'XGROUP CREATE s g 0', read(5)]);
			const claimed = 'XCLAIM s g one 0 2-0 3-0 5-0 IDLE 7200000 RETRYCOUNT 1';
			await play(server, [claimed]);
			assert.equal((await once({ abandoned_after: '2h' })).pendingAbandoned, 3);
			assert.equal((await once({ abandoned_after: '2h', count_cap: 2 })).pendingAbandoned, 2);
			assert.equal((await once({ abandoned_after: '3h' })).pendingAbandoned, 0);
			const { pending, oldestPendingDeliveries } = await once();
			assert.deepEqual([pending, oldestPendingDeliveries], [5, 1]);
		});

		test('what is trimmed while pending is lost, each entry once', async () => {
			const target = connect(address(server), { ...login, streams: { include: ['s'] } });
			const lost = async () =>
				theGroup(await target.read(AbortSignal.timeout(10_000))).pendingLostCount;
			try {
				const add = (from: number) =>
					play(
						server,
						Array.from({ length: 5 }, (_, at) => `XADD s ${from + at}-0 a b`),
					);
				await add(1);
				await play(server, ['XGROUP CREATE s g 0', read(4), 'XTRIM s MAXLEN 3']);
				assert.equal(await lost(), 0, 'what was lost at the first sight is not counted');
				await play(server, ['XTRIM s MAXLEN 2']);
				assert.equal(await lost(), 1);
				assert.equal(await lost(), 1);
				await add(11);
				await play(server, ['XACK s g 4-0', 'XTRIM s MAXLEN 5']);
				assert.equal(await lost(), 1, 'what was acknowledged is not');
				await play(server, [read(9), 'XTRIM s MAXLEN 0']);
				assert.equal(await lost(), 6);
				await add(21);
				await play(server, [read(2), 'XTRIM s MAXLEN 1']);
				assert.equal(await lost(), 8);
			} finally {
				await target.close();
			}
		});

		test('what is trimmed before it was delivered shows between start and position', async () => {
			const target = connect(address(server), { ...login, streams: { include: ['s'] } });
			const line = async () => theGroup(await target.read(AbortSignal.timeout(10_000))).line;
			try {
				const add = (from: number) =>
					play(
						server,
						Array.from({ length: 5 }, (_, at) => `XADD s ${from + at}-0 a b`),
					);
				await add(1);
				await play(server, ['XGROUP CREATE s g 0', read(2)]);
				assert.deepEqual(await line(), { start: 0, position: 2, end: 5 });
				await play(server, ['XTRIM s MAXLEN 1']);
				assert.deepEqual(await line(), { start: 4, position: 2, end: 5 }, 'two were lost');
				await add(11);
				await play(server, [read(3)]);
				assert.deepEqual(await line(), { start: 4, position: 7, end: 10 });
				await play(server, ['XTRIM s MAXLEN 0']);
				assert.deepEqual(await line(), { start: 10, position: 7, end: 10 }, 'three more');
			} finally {
				await target.close();
			}
		});

		test('so does what was trimmed of a lag that was too large to be counted', async () => {
			const options = { ...login, streams: { include: ['s'] }, count_cap: 2 };
			const target = connect(address(server), options);
			const once = async () => theGroup(await target.read(AbortSignal.timeout(10_000)));
			try {
				await play(server, [...ten, 'XGROUP CREATE s g 0', read(2)]);
				assert.deepEqual((await once()).lag, { messages: 8, uncertainty: 7 });
				await play(server, ['XTRIM s MAXLEN 4']);
				const group = await once();
				assert.deepEqual(group.lag, { messages: 4, uncertainty: 0 });
				assert.deepEqual(group.line, { start: 6, position: 2, end: 10 }, 'four were lost');
			} finally {
				await target.close();
			}
		});

		test('a group that has not read yet is counted from where it stands', async () => {
			for (const [place, consumed] of [
				['0', 0],
				['$', 10],
			] as const) {
				await play(server, [...ten, `XGROUP CREATE s g ${place}`]);
				assert.match(await server.cli('XINFO', 'GROUPS', 's'), /entries-read\n\n/, 'it is nil');
				assert.equal((await once()).consumedCount, consumed);
				await play(server, ['XADD s 11-0 a b', read(1)]);
				assert.equal((await once()).consumedCount, consumed + 1);
				await server.cli('FLUSHALL');
			}
		});

		test('what the server cannot count as read is not told until the group has read all', async () => {
			const consumed = async () => (await once()).consumedCount;
			await play(server, [...ten, 'XGROUP CREATE s g 0', read(4)]);
			assert.equal(await consumed(), 4);
			await play(server, ['XGROUP SETID s g 2-0']);
			assert.equal(await consumed(), undefined, 'after XGROUP SETID into the middle');
			await play(server, [read(3)]);
			assert.equal(await consumed(), undefined, 'while it reads on');
			await play(server, [read(9)]);
			assert.equal(await consumed(), 10);

			await play(server, ['XGROUP SETID s g 2-0 ENTRIESREAD 2', read(2), 'XDEL s 8-0', read(1)]);
			assert.equal(await consumed(), undefined, 'with a deleted entry to come');
			await play(server, [read(9)]);
			assert.equal(await consumed(), 10);
		});

		test('keys that are partitions are one stream; a group missing on one is unknown there', async () => {
			for (const partition of [0, 1, 2]) {
				for (let entry = 0; entry <= partition; entry++) {
					await play(server, [`XADD orders:${partition} * a b`]);
				}
				await play(server, [`XGROUP CREATE orders:${partition} everywhere 0`]);
			}
			await play(server, ['XGROUP CREATE orders:1 once 0', 'XADD orders:eu * a b']);
			const { streams, groups, problems } = await readOnce(address(server), {
				...login,
				partitioned: ['(?<stream>orders):(?<partition>[0-9]+)'],
			});
			assert.deepEqual(problems, []);
			assert.deepEqual(
				streams.map(({ name, length, partitionCount }) => [name, length, partitionCount]),
				[
					['orders', 6, 3],
					['orders:eu', 1, undefined],
				],
			);
			const lags = groups.map(({ consumerGroup, lag }) => {
				assert.ok('ids' in lag && lag.told);
				return [consumerGroup, [...lag.ids], [...lag.told.lag]];
			});
			assert.deepEqual(lags.sort(), [
				['everywhere', [0, 1, 2], [1, 2, 3]],
				['once', [0, 1, 2], [Number.NaN, 2, Number.NaN]],
			]);
		});

		test('a key with the very name of a logical stream is left out, and that is told', async () => {
			await play(server, ['XADD orders * a b', 'XADD orders * a b', 'XADD orders:1 * a b']);
			const { streams, problems } = await readOnce(address(server), {
				...login,
				partitioned: ['(?<stream>orders):(?<partition>[0-9]+)'],
			});
			assert.deepEqual(
				streams.map(({ name, length }) => [name, length]),
				[['orders', 1]],
			);
			assert.deepEqual(
				problems.map(({ code, subject }) => [code, subject]),
				[['name_taken', 'orders']],
			);
		});

		test('keys of 64 KiB and of any bytes are read, and so are large entries', async () => {
			await script(
				server,
				`local long = string.rep('k', 65536)
				for _, key in ipairs({long, '\\255\\000\\n'}) do
					redis.call('XADD', key, '*', 'body', string.rep('x', 3000000))
					redis.call('XADD', key, '*', 'body', string.rep('x', 3000000))
					redis.call('XADD', key, '*', 'body', string.rep('x', 3000000))
					redis.call('XADD', key, '*', 'body', string.rep('x', 3000000))
					redis.call('XGROUP', 'CREATE', key, key, '0')
					redis.call('XREADGROUP', 'GROUP', key, key, 'COUNT', 2, 'STREAMS', key, '>')
				end`,
			);
			const { groups, problems } = await readOnce(address(server), login);
			assert.deepEqual(problems, []);
			assert.deepEqual(
				groups.map(({ stream, consumerGroup }) => [stream.length, consumerGroup.length]).sort(),
				[
					[65_536, 65_536],
					[6, 6],
				].sort(),
			);
			for (const { lag, pending } of groups) {
				// One entry is as many as may be counted of these.
				assert.deepEqual(lag, { messages: 2, uncertainty: 1 });
				assert.equal(pending, 2);
			}
		});
	});
}

test('of a million pending entries the oldest are looked at, so that the server is not held up', async () => {
	await play(server, ['XGROUP CREATE s g 0 MKSTREAM']);
	// A part at a time, so that no command takes long on a busy machine.
	for (let from = 1; from < 1_000_000; from += 50_000) {
		await script(
			server,
			`for entry = ${from}, ${from + 49_999} do redis.call('XADD', 's', entry .. '-1', 'a', 'b') end
			redis.call('XREADGROUP', 'GROUP', 'g', 'one', 'COUNT', 50000, 'STREAMS', 's', '>')`,
		);
	}
	await play(server, [
		'XCLAIM s g one 0 400-1 IDLE 7200000',
		'XCLAIM s g one 0 600-1 IDLE 7200000',
	]);
	for (const [, login] of ways) {
		const reading = await readOnce(address(server), {
			...login,
			abandoned_after: '1h',
			count_cap: 500,
		});
		const { pending, pendingAbandoned, lag } = theGroup(reading);
		assert.equal(pending, 1_000_000);
		assert.equal(pendingAbandoned, 1);
		assert.deepEqual(lag, { messages: 0, uncertainty: 0 });
	}
});
