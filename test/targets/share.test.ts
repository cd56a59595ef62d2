import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../../src/targets/index.ts';
import { everything, shareOf, streamKey } from '../../src/targets/share.ts';

const shards = [0, 1, 2].map((index) => ({ index, count: 3 }));
const names = Array.from({ length: 200 }, (_, at) => `name-${at}`);

test('without shards everything is owned', () => {
	assert.equal(shareOf(undefined, 'orders'), everything);
	assert.ok(everything.isWhole && everything.owns(streamKey('orders')));
});

for (const platform of platforms) {
	test(`${platform.name}: every stream and every group has one owner, and a target of its own ones`, () => {
		const ownersOf = (target: string, key: ReturnType<typeof streamKey>) =>
			shards.filter((shard) => shareOf(shard, target).owns(key)).map(({ index }) => index);
		const owners = names.flatMap((name) => [
			ownersOf('orders', streamKey(name)),
			ownersOf('orders', platform.groupKey('stream', name)),
		]);
		assert.ok(owners.every(({ length }) => length === 1));
		const elsewhere = names.map((name) => ownersOf('payments', streamKey(name)));
		assert.notDeepEqual(
			elsewhere,
			names.map((name) => ownersOf('orders', streamKey(name))),
		);
	});
}

test('what is read at once has one owner: a group of Kafka on all topics, all groups of a Redis key', () => {
	const keys = (name: string, ...groups: [stream: string, group: string][]) => {
		const platform = platforms.find((one) => one.name === name);
		return new Set(groups.map(([stream, group]) => platform?.groupKey(stream, group).join())).size;
	};
	assert.equal(keys('kafka', ['orders', 'billing'], ['payments', 'billing']), 1);
	assert.equal(keys('kafka', ['orders', 'billing'], ['orders', 'audit']), 2);
	assert.equal(keys('redis', ['orders', 'billing'], ['orders', 'audit']), 1);
	assert.equal(keys('redis', ['orders', 'billing'], ['payments', 'billing']), 2);
	assert.equal(
		keys('nats', ['orders', 'billing'], ['payments', 'billing'], ['orders', 'audit']),
		3,
	);
});
