import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jump, parseShard, shardOf, shardWords } from '../../src/options/shard.ts';

/**
 * Public: with another hash, series would move between processes at an upgrade. The first 64 bits of
 * `printf '%s' '["orders","group","billing"]' | sha256sum` go into the jump consistent hash.
 */
const pinned: readonly (readonly [key: readonly string[], shards: Record<number, number>])[] = [
	[['orders', 'group', 'billing'], { '2': 0, '3': 0, '4': 0, '7': 5, '16': 12, '100': 69 }],
	[['orders', 'stream', 'orders'], { '2': 1, '3': 1, '4': 3, '7': 6, '16': 6, '100': 58 }],
	[['cache', 'stream', 'orders:eu'], { '2': 0, '3': 2, '4': 2, '7': 4, '16': 7, '100': 23 }],
	[['events', 'group', 'EVENTS', 'mailer'], { '2': 1, '3': 1, '4': 1, '7': 4, '16': 4, '100': 82 }],
	[
		['events', 'group', 'EVENTS', '<ephemeral>'],
		{ '2': 0, '3': 0, '4': 3, '7': 6, '16': 7, '100': 42 },
	],
	[['orders', 'group', 'größe \\xff 数'], { '2': 0, '3': 2, '4': 2, '7': 2, '16': 14, '100': 38 }],
];

for (const [key, shards] of pinned) {
	test(`${JSON.stringify(key)} belongs where it did in every release`, () => {
		for (const [count, shard] of Object.entries(shards)) {
			assert.equal(shardOf(key, Number(count)), shard, `of ${count}`);
		}
	});
}

test('the jump consistent hash is that of the paper', () => {
	// Values of other implementations of it.
	for (const [key, buckets, bucket] of [
		[1n, 1, 0],
		[42n, 57, 43],
		[0xdead10ccn, 1, 0],
		[0xdead10ccn, 666, 361],
		[256n, 1024, 520],
	] as const) {
		assert.equal(jump(key, buckets), bucket);
	}
});

test('where one part of a key ends and the next begins makes another key', () => {
	const digests = [['ab', 'c'], ['a', 'bc'], ['abc'], ['a","b', 'c'], ['a', 'b","c']].map((key) =>
		Array.from({ length: 64 }, (_, at) => shardOf(key, at + 1)).join(),
	);
	assert.equal(new Set(digests).size, digests.length);
});

const keys = Array.from({ length: 100_000 }, (_, at) => ['orders', 'group', `service-${at}`]);

test('100,000 groups spread evenly over 2 to 16 shards, and one more shard takes its share alone', () => {
	let before = keys.map(() => 0);
	for (let count = 2; count <= 17; count++) {
		const now = keys.map((key) => shardOf(key, count));
		const sizes = new Array<number>(count).fill(0);
		let moved = 0;
		for (const [at, shard] of now.entries()) {
			sizes[shard] = (sizes[shard] ?? 0) + 1;
			if (shard === before[at]) continue;
			moved += 1;
			assert.equal(shard, count - 1, 'only to the new shard');
		}
		const fair = keys.length / count;
		for (const size of sizes) {
			// Four standard deviations of a fair draw: at 16 shards 5 %.
			const tolerance = 4 * Math.sqrt(fair * (1 - 1 / count));
			assert.ok(Math.abs(size - fair) < tolerance, `${size} of ${fair} with ${count} shards`);
		}
		assert.ok(Math.abs(moved - fair) < 4 * Math.sqrt(fair), `${moved} moved, fair is ${fair}`);
		before = now;
	}
});

for (const [count, index, shard] of [
	[undefined, undefined, undefined],
	['1', '0', undefined],
	['1', 'lag-7', undefined],
	['3', '0', { index: 0, count: 3 }],
	['3', '2', { index: 2, count: 3 }],
	['3', 'stream-lag-exporter-2', { index: 2, count: 3 }],
	['3', 'stream-lag-exporter-4', { index: 1, count: 3 }],
	['3', 'lag-2024-11', { index: 2, count: 3 }],
	['16', 'a.b-0', { index: 0, count: 16 }],
] as const) {
	test(`--shard.count=${count} --shard.index=${index} is understood`, () => {
		assert.deepEqual(parseShard(count, index), shard);
	});
}

for (const [count, index, message] of [
	['3', undefined, '--shard.count needs --shard.index: which of the shards this process is'],
	[undefined, '0', '--shard.index needs --shard.count: how many shards there are'],
	['0', '0', '--shard.count: "0" is not a whole number from 1 to 9999'],
	['2.5', '0', '--shard.count: "2.5" is not a whole number from 1 to 9999'],
	['10000', '0', '--shard.count: "10000" is not a whole number from 1 to 9999'],
	['3', '3', '--shard.index: 3 is beyond --shard.count=3: the shards are 0 to 2'],
	['1', '1', '--shard.index: 1 is beyond --shard.count=1: the only shard is 0'],
	...['-1', 'lag', 'lag-7d9f8-xkq2b', 'lag-04', 'Lag-1', '$(POD_NAME)'].map(
		(index) =>
			[
				'3',
				index,
				`--shard.index: "${index}" is neither a number from 0 to 2 nor the name of a StatefulSet's pod, which ends in its ordinal: stream-lag-exporter-0`,
			] as const,
	),
] as const) {
	test(`--shard.count=${count} --shard.index=${index} is refused with the reason`, () => {
		assert.throws(() => parseShard(count, index), new SyntaxError(message));
	});
}

test('people count from one, flags from zero', () => {
	assert.equal(shardWords({ index: 1, count: 3 }), 'shard 2 of 3 (index 1)');
});
