import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Redis, startRedis, until } from '../../brokers/index.ts';
import { connect, plainUser } from './server.ts';
import { address, countedLag, create, play, read, ten, ways } from './steps.ts';

describe('lag from poll to poll', () => {
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

	/** What happens between polls of one target, and how the lag is known after each. */
	const stories: readonly {
		readonly that: string;
		readonly chapters: readonly {
			readonly steps: readonly string[];
			readonly lag: number;
			readonly counted: boolean;
		}[];
	}[] = [
		{
			that: 'a group is counted once, and then its counters are believed',
			chapters: [
				{ steps: [...ten, create, read(4)], lag: 6, counted: true },
				{ steps: [read(2)], lag: 4, counted: false },
				{ steps: ['XADD s 11-0 a b'], lag: 5, counted: false },
				{ steps: ['XTRIM s MAXLEN 8'], lag: 5, counted: false },
				{ steps: ['XDEL s 5-0', read(1)], lag: 4, counted: false },
			],
		},
		{
			that: 'so is one whose counter is wrong, and one whose counter is not known',
			chapters: [
				{
					steps: [...ten, 'XGROUP CREATE s g 4-0 ENTRIESREAD 1', 'XGROUP CREATECONSUMER s g one'],
					lag: 6,
					counted: true,
				},
				{ steps: [read(2)], lag: 4, counted: false },
				{ steps: ['XGROUP SETID s g 3-0'], lag: 7, counted: true },
				{ steps: ['XADD s 11-0 a b'], lag: 8, counted: false },
			],
		},
		{
			that: 'one that was at the end needs no counting when it falls behind',
			chapters: [
				{ steps: [...ten, create, read(10)], lag: 0, counted: false },
				{
					steps: ['XADD s 11-0 a b', 'XADD s 12-0 a b', 'XADD s 13-0 a b', read(1)],
					lag: 2,
					counted: false,
				},
			],
		},
		{
			that: 'a group that is moved by hand, so that it looks like reading, is counted again',
			chapters: [
				{ steps: [...ten, create, read(3)], lag: 7, counted: true },
				{ steps: ['XGROUP SETID s g 5-0 ENTRIESREAD 8'], lag: 5, counted: true },
				{ steps: [read(1)], lag: 4, counted: false },
			],
		},
		{
			that: 'one that has lost unread entries is counted again',
			chapters: [
				{ steps: [...ten, create, read(3)], lag: 7, counted: true },
				{ steps: ['XTRIM s MAXLEN 4', read(1)], lag: 3, counted: false },
				{ steps: ['XDEL s 9-0'], lag: 2, counted: false },
			],
		},
		{
			that: 'one that was set beyond the last entry is counted when there are entries on both its sides',
			chapters: [
				{ steps: [...ten, 'XGROUP CREATE s g 20-0'], lag: 0, counted: false },
				{ steps: ['XADD s 11-0 a b', 'XADD s 21-0 a b'], lag: 1, counted: true },
				{ steps: ['XADD s 22-0 a b'], lag: 2, counted: false },
			],
		},
		{
			that: 'and one whose entries to come were deleted',
			chapters: [
				{ steps: [...ten, create, read(3)], lag: 7, counted: true },
				{ steps: ['XDEL s 6-0'], lag: 6, counted: true },
				{ steps: ['XDEL s 5-0'], lag: 5, counted: true },
				{ steps: [read(1)], lag: 4, counted: true },
			],
		},
	];
	for (const [way, login] of ways) {
		for (const { that, chapters } of stories) {
			test(`${way}: ${that}`, async () => {
				const target = connect(address(server), { ...login, streams: { include: ['s'] } });
				try {
					for (const [at, { steps, lag, counted }] of chapters.entries()) {
						await play(server, steps);
						const before = await ranges(server);
						const { groups } = await target.read(AbortSignal.timeout(10_000));
						const after = await ranges(server);
						assert.equal(await countedLag(server), lag);
						assert.deepEqual(groups[0]?.lag, { messages: lag, uncertainty: 0 }, `chapter ${at}`);
						assert.equal(after - before > 1, counted, `chapter ${at}: counted`);
						await later(server);
					}
				} finally {
					await target.close();
				}
			});
		}
	}

	for (const [way, login] of ways) {
		test(`trimming is told from deleting what was read, when the beginning moves, by ${way}`, async () => {
			const target = connect(address(server), { ...login, streams: { include: ['s'] } });
			const xdel = (...ids: number[]) => `XDEL s ${ids.map((id) => `${id}-0`).join(' ')}`;
			try {
				for (const [what, steps, trims] of [
					['it is new', [...ten, create], undefined],
					['nothing has gone', [read(4)], undefined],
					['a consumer deletes what it has read', [xdel(1, 2, 3)], false],
					['nothing has gone since', ['XADD s 11-0 a b'], false],
					['it is trimmed', ['XTRIM s MAXLEN 7'], true],
					['nothing has gone since', [read(2)], true],
					['it is trimmed by who adds', ['XADD s MAXLEN 6 12-0 a b'], true],
					['both', [xdel(7), 'XTRIM s MAXLEN 4'], false],
					['a consumer deletes all', [xdel(9, 10, 11, 12)], false],
					['all of it is trimmed', ['XADD s 13-0 a b', 'XTRIM s MAXLEN 0'], true],
				] as const) {
					await play(server, steps);
					const { streams } = await target.read(AbortSignal.timeout(10_000));
					assert.equal(streams[0]?.trimsBySize, trims, what);
				}
			} finally {
				await target.close();
			}
		});
	}

	test('a replica that was promoted tells a wrong lag, and is counted', async () => {
		const replica = await startRedis({ config: [`replicaof 127.0.0.1 ${server.port}`] });
		const target = connect(replica.url, { streams: { include: ['s'] } });
		const follows = (last: string) =>
			until('the replica has it all', async () =>
				(await replica.cli('XINFO', 'STREAM', 's')).includes(last),
			);
		try {
			await play(server, [...ten, create, read(3)]);
			await follows('10-0');
			await target.read(AbortSignal.timeout(10_000));
			await play(server, [read(2), 'XADD s 11-0 a b']);
			await follows('11-0');
			await replica.cli('REPLICAOF', 'NO', 'ONE');
			await play(replica, [read(1)]);
			const { groups } = await target.read(AbortSignal.timeout(10_000));
			assert.equal(await countedLag(replica), 5);
			assert.deepEqual(groups[0]?.lag, { messages: 5, uncertainty: 0 });
		} finally {
			await target.close();
			await replica.stop();
		}
	});

	test('after a restart counters are lost, and lag is not', async () => {
		const target = connect(address(server), { streams: { include: ['s'] } });
		try {
			await play(server, [...ten, create, read(4)]);
			await target.read(AbortSignal.timeout(10_000));
			await server.restart();
			const { groups } = await target.read(AbortSignal.timeout(10_000));
			assert.equal(await countedLag(server), 6);
			assert.deepEqual(groups[0]?.lag, { messages: 6, uncertainty: 0 });
		} finally {
			await target.close();
		}
	});
});

/**
 * Polls lie further apart than they take: how long ago a consumer has read is known as well as that,
 * and what may have been read before the last poll is counted again.
 */
async function later(server: Redis): Promise<void> {
	const seconds = async () => {
		const [whole, micro] = (await server.cli('TIME')).split('\n').map(Number);
		return (whole ?? 0) + (micro ?? 0) / 1e6;
	};
	const from = await seconds();
	await until("time passes by the server's clock", async () => (await seconds()) > from + 0.3);
}

/** How often XRANGE was run so far, in scripts too: once for the first entry to come, and to count. */
async function ranges(server: Redis): Promise<number> {
	const stats = await server.cli('INFO', 'commandstats');
	return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
