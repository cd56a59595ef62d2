import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Group, Reading } from '../../../src/model.ts';
import { hasFixedCounters } from '../../../src/targets/redis/connect/version.ts';
import { keyBytes } from '../../../src/targets/redis/fetch/discovery.ts';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { countedLags, hexName, readOnce, script } from './server.ts';

describe('lag on a real server', () => {
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
		/** What is made of that. */
		readonly lag: Group['lag'];
		readonly truth: number;
	}

	const ten = Array.from({ length: 10 }, (_, at) => `XADD s ${at + 1}-0 entry ${at + 1}`);
	const create = 'XGROUP CREATE s g 0';
	const read = (count: number) => `XREADGROUP GROUP g one COUNT ${count} STREAMS s >`;
	const exactly = (messages: number) => ({ messages, uncertainty: 0 });

	const cases: readonly Case[] = [
		{
			that: '1: trimmed to nothing',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 0'],
			told: 8,
			lag: exactly(0),
			truth: 0,
		},
		{
			that: '1: deleted to nothing',
			steps: ['XADD s 1-0 a b', create, 'XDEL s 1-0'],
			told: 0,
			lag: exactly(0),
			truth: 0,
		},
		{
			that: '2: everything was read after a trim past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5', read(5)],
			told: 3,
			lag: exactly(0),
			truth: 0,
		},
		{
			that: '2: read to an end that was deleted since',
			steps: [...ten, create, read(10), 'XDEL s 10-0'],
			told: 0,
			lag: exactly(0),
			truth: 0,
		},
		{
			that: '2: ENTRIESREAD set too high at the end',
			steps: [...ten, 'XGROUP CREATE s g $ ENTRIESREAD 99'],
			told: -89,
			lag: exactly(0),
			truth: 0,
		},
		{ that: '3: nothing read yet', steps: [...ten, create], told: 10, lag: exactly(10), truth: 10 },
		{
			that: '3: trimmed past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5'],
			told: 8,
			lag: exactly(5),
			truth: 5,
		},
		{
			that: '3: set to an id before the first entry',
			steps: [...ten, 'XDEL s 3-0', 'XGROUP CREATE s g 0-5'],
			told: null,
			lag: exactly(9),
			truth: 9,
		},
		{
			that: '4: one entry read, then others deleted',
			steps: [...ten, create, read(1), 'XDEL s 5-0'],
			told: null,
			lag: exactly(8),
			truth: 8,
		},
		{
			that: '5: four entries read',
			steps: [...ten, create, read(4)],
			told: 6,
			lag: exactly(6),
			truth: 6,
		},
		{
			that: '5: four entries read, in a group created anew at the right counter',
			steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 4'],
			told: 6,
			lag: exactly(6),
			truth: 6,
		},
		{
			that: '5: trimmed behind the group, which could have been past it',
			steps: [...ten, create, read(5), 'XTRIM s MAXLEN 7'],
			told: 5,
			lag: { messages: 5, uncertainty: 3 },
			truth: 5,
		},
		{
			that: '5: read on after a trim past the group',
			steps: [...ten, create, read(2), 'XTRIM s MAXLEN 5', read(4)],
			told: 4,
			lag: { messages: 4, uncertainty: 3 },
			truth: 1,
		},
		{
			that: 'created at an id in the middle',
			steps: [...ten, 'XGROUP CREATE s g 4-0'],
			told: null,
			lag: { unknown: 'not_counted' },
			truth: 6,
		},
		{
			that: 'set to an id in the middle',
			steps: [...ten, create, read(8), 'XGROUP SETID s g 4-0'],
			told: null,
			lag: { unknown: 'not_counted' },
			truth: 6,
		},
		{
			that: 'an entry deleted ahead of the group',
			steps: [...ten, create, read(4), 'XDEL s 7-0'],
			told: null,
			lag: { unknown: 'not_counted' },
			truth: 5,
		},
		{
			that: 'read on over a deleted entry',
			steps: [...ten, create, read(4), 'XDEL s 5-0', read(1)],
			told: 5,
			lag: { unknown: 'not_counted' },
			truth: 4,
		},
		{
			that: 'ENTRIESREAD set too high',
			steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 103'],
			told: -93,
			lag: { unknown: 'not_counted' },
			truth: 6,
		},
	];
	for (const { that, steps, told, lag, truth } of cases) {
		test(that, async () => {
			for (const step of steps) await server.cli(...step.split(' '));
			const { groups, problems } = await readOnce(server.url);
			assert.deepEqual(problems, []);
			const [group] = groups;
			assert.ok(group && groups.length === 1);
			const [counted] = (await countedLags(server)).values();
			assert.equal(counted, truth);
			if (!hasFixedCounters(server.version)) {
				const info = await server.cli('XINFO', 'GROUPS', 's');
				assert.equal(info.split('\n').at(-1), String(told ?? ''));
				assert.deepEqual(group.lag, lag);
			}
			// A server with the fixes knows more, and that is right too.
			if ('messages' in group.lag) {
				const error = Math.abs(group.lag.messages - truth);
				assert.ok(error <= (group.lag.uncertainty ?? 0), `off by ${error}`);
			}
		});
	}
});

/** Every lag that is known and sure, by the names that {@link countedLags} has. */
function exactLags({ groups }: Reading): ReadonlyMap<string, number> {
	return new Map(
		groups.flatMap(({ stream, consumerGroup, lag }) =>
			'messages' in lag && lag.uncertainty === 0
				? [[hexName(keyBytes(stream), keyBytes(consumerGroup)), lag.messages] as const]
				: [],
		),
	);
}
