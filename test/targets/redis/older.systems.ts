import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { connect, countedLags, readOnce } from './server.ts';
import { address, countedLag, create, play, read, ten } from './steps.ts';

// Redis 6.2 has no lag, no counters and no EVAL_RO.

let server: Redis;
before(async () => {
	server = await startRedis({ release: 'older' });
});
after(async () => {
	await server?.stop();
});
beforeEach(async () => {
	await server.cli('FLUSHALL');
});

const cases: readonly (readonly [that: string, steps: readonly string[]])[] = [
	['nothing read yet', [...ten, create]],
	['the first entry read', [...ten, create, read(1)]],
	['four entries read', [...ten, create, read(4)]],
	['all read', [...ten, create, read(10)]],
	['trimmed past the group', [...ten, create, read(2), 'XTRIM s MAXLEN 5']],
	['read on after that', [...ten, create, read(2), 'XTRIM s MAXLEN 5', read(2)]],
	['trimmed to nothing', [...ten, create, read(2), 'XTRIM s MAXLEN 0']],
	['entries deleted ahead', [...ten, create, read(4), 'XDEL s 6-0 7-0']],
	['set to an id in the middle', [...ten, create, 'XGROUP SETID s g 7-0']],
];

for (const [that, steps] of cases) {
	test(`the lag is that of counting: ${that}`, async () => {
		await play(server, steps);
		const { groups, problems } = await readOnce(address(server));
		assert.deepEqual(problems, []);
		assert.deepEqual(
			groups.map(({ lag }) => lag),
			[{ messages: await countedLag(server), uncertainty: 0 }],
		);
	});
}

test('past what may be counted the lag is within its uncertainty', async () => {
	await play(server, [...ten, create, read(4)]);
	const { groups } = await readOnce(address(server), { count_cap: 2 });
	const [lag] = groups.map((group) => group.lag);
	assert.ok(lag && 'messages' in lag);
	const [truth] = (await countedLags(server)).values();
	assert.ok(Math.abs(lag.messages - (truth ?? 0)) <= (lag.uncertainty ?? 0));
	assert.ok((lag.uncertainty ?? 0) > 0);
});

test('all else is told as of a newer server, but for counters; and how it is read', async () => {
	await play(server, [...ten, create, read(4), 'XTRIM s MAXLEN 8']);
	const lines: string[] = [];
	const target = connect(address(server), {}, { log: (line) => lines.push(line) });
	try {
		const { streams, groups, version, problems } = await target.read(AbortSignal.timeout(10_000));
		assert.equal(version, server.version);
		assert.deepEqual(problems, []);
		assert.deepEqual(streams, [{ name: 's', length: 8 }]);
		const [group] = groups;
		assert.equal(group?.pending, 4);
		assert.equal(group.members, 1);
		assert.equal(group.oldestPendingDeliveries, 1);
		assert.ok((group.idleSeconds ?? -1) >= 0);
		assert.equal(group.line, undefined);
		assert.equal(group.consumedCount, undefined);
		assert.match(
			lines.join(),
			/read by single commands, for EVAL_RO is refused: ERR unknown command/,
		);
	} finally {
		await target.close();
	}
});
