import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { PlainReading } from '../../../src/model.ts';
import { readCounterOf } from '../../../src/targets/redis/connect/version.ts';
import { keyBytes } from '../../../src/targets/redis/fetch/discovery.ts';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { countedLags, hexName, plainUser, readOnce, script } from './server.ts';
import { address, countedLag, create, play, read, ten, ways } from './steps.ts';

describe('lag on a real server', () => {
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

	test('many groups on many streams have the lag that counting gives', async () => {
		// Fifty streams of 0 to 98 entries; on each a group that has read nothing, one at the end,
		// one at the first entry, one somewhere in the middle and one that has read all.
		await script(
			server,
			`for stream = 0, 49 do
				local key = 'stream:' .. stream
				redis.call('XGROUP', 'CREATE', key, 'new', '0', 'MKSTREAM')
				for _, name in ipairs({'first', 'middle', 'done'}) do
					redis.call('XGROUP', 'CREATE', key, name, '0')
				end
				for entry = 1, stream * 2 do redis.call('XADD', key, entry .. '-1', 'entry', entry) end
				redis.call('XGROUP', 'CREATE', key, 'end', '$')
				local function read(name, count)
					redis.call('XREADGROUP', 'GROUP', name, 'one', 'COUNT', count, 'STREAMS', key, '>')
				end
				read('first', 1)
				read('middle', stream % 7 + 2)
				read('done', 1000)
			end`,
		);
		const reading = await readOnce(server.url);
		assert.deepEqual(reading.problems, []);
		assert.ok(reading.complete);
		assert.equal(reading.streams.length, 50);
		const truth = await countedLags(server);
		assert.equal(truth.size, 250);
		assert.deepEqual(exactLags(reading), truth);
	});

	/** What is done to the stream `s`, and what is then said of its group `g`. */
	interface Case {
		readonly that: string;
		readonly steps: readonly string[];
		/** The lag that a server without the fixes tells; null: it does not know. */
		readonly told: number | null;
		readonly truth: number;
	}

	const cases: readonly Case[] = [
		{
			that: '1: trimmed to nothing',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 0'],
			told: 8,
			truth: 0,
		},
		{
			that: '1: deleted to nothing',
			steps: ['XADD s 1-0 a b', create, 'XDEL s 1-0'],
			told: 0,
			truth: 0,
		},
		{
			that: '2: everything was read after a trim past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5', read(5)],
			told: 3,
			truth: 0,
		},
		{
			that: '2: read to an end that was deleted since',
			steps: [...ten, create, read(10), 'XDEL s 10-0'],
			told: 0,
			truth: 0,
		},
		{
			that: '2: ENTRIESREAD set too high at the end',
			steps: [...ten, 'XGROUP CREATE s g $ ENTRIESREAD 99'],
			told: -89,
			truth: 0,
		},
		{ that: '3: nothing read yet', steps: [...ten, create], told: 10, truth: 10 },
		{
			that: '3: trimmed past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5'],
			told: 8,
			truth: 5,
		},
		{
			that: '3: set to an id before the first entry',
			steps: [...ten, 'XDEL s 3-0', 'XGROUP CREATE s g 0-5'],
			told: null,
			truth: 9,
		},
		{
			that: '4: one entry read, then others deleted',
			steps: [...ten, create, read(1), 'XDEL s 5-0'],
			told: null,
			truth: 8,
		},
		{ that: '6: four entries read', steps: [...ten, create, read(4)], told: 6, truth: 6 },
		{
			that: '6: four entries read, in a group created anew at the right counter',
			steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 4'],
			told: 6,
			truth: 6,
		},
		{
			that: '6: trimmed behind the group, which could have been past it',
			steps: [...ten, create, read(5), 'XTRIM s MAXLEN 7'],
			told: 5,
			truth: 5,
		},
		{
			that: '6: read on after a trim past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5', read(4)],
			told: 4,
			truth: 1,
		},
		{
			that: '6: created at an id in the middle',
			steps: [...ten, 'XGROUP CREATE s g 4-0'],
			told: null,
			truth: 6,
		},
		{
			that: '6: set to an id in the middle',
			steps: [...ten, create, read(2), 'XGROUP SETID s g 4-0'],
			told: null,
			truth: 6,
		},
		{
			that: '6: an entry deleted ahead of the group',
			steps: [...ten, create, read(4), 'XDEL s 7-0'],
			told: null,
			truth: 5,
		},
		{
			that: '6: read on over a deleted entry',
			steps: [...ten, create, read(4), 'XDEL s 5-0', read(1)],
			told: 5,
			truth: 4,
		},
		{
			that: '6: ENTRIESREAD set too high',
			steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 103'],
			told: -93,
			truth: 6,
		},
		{
			that: '6: ENTRIESREAD set wrong, but not so that it could not be',
			steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 1'],
			told: 9,
			truth: 6,
		},
	];
	for (const [way, login] of ways) {
		for (const { that, steps, told, truth } of cases) {
			test(`${way}: ${that}`, async () => {
				await play(server, steps);
				const { groups, problems } = await readOnce(address(server), login);
				assert.deepEqual(problems, []);
				assert.equal(await countedLag(server), truth);
				assert.deepEqual(
					groups.map(({ lag }) => lag),
					[{ messages: truth, uncertainty: 0 }],
				);
				if (readCounterOf(server.version) !== 'plain') return;
				const info = await server.cli('XINFO', 'GROUPS', 's');
				assert.equal(info.split('\n').at(-1), String(told ?? ''));
			});
		}

		test(`${way}: 7: past what may be counted, the lag is within its uncertainty`, async () => {
			await play(server, [...ten, create, read(3), 'XGROUP SETID s g 4-0']);
			const seen = async (countCap: number) => {
				const { groups } = await readOnce(address(server), { ...login, count_cap: countCap });
				return groups[0]?.lag;
			};
			assert.deepEqual(await seen(7), { messages: 6, uncertainty: 0 });
			// Three of the first four were counted: at most seven are left.
			assert.deepEqual(await seen(3), { messages: 7, uncertainty: 6 });
		});
	}
});

/** Every lag that is known and sure, by the names that {@link countedLags} has. */
function exactLags({ groups }: PlainReading): ReadonlyMap<string, number> {
	return new Map(
		groups.flatMap(({ stream, consumerGroup, lag }) =>
			'messages' in lag && lag.uncertainty === 0
				? [[hexName(keyBytes(stream), keyBytes(consumerGroup)), lag.messages] as const]
				: [],
		),
	);
}
