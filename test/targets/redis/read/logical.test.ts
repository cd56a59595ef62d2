import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RE2JS } from 're2js';
import type { Group } from '../../../../src/model.ts';
import { partitionNames } from '../../../../src/targets/redis/partitioned.ts';
import {
	joinPartitions,
	type KeyReading,
	type Known,
} from '../../../../src/targets/redis/read/logical.ts';
import { ProducedCounts } from '../../../../src/targets/redis/read/produced.ts';

const partitionOf = partitionNames([RE2JS.compile('(?<stream>orders):(?<partition>[0-9]+)')]);
assert.ok(partitionOf);

/** Joins keys as they are in a poll. */
function join(
	keys: readonly KeyReading[],
	produced = new ProducedCounts(),
	known: Known = { ever: true, now: true },
) {
	assert.ok(partitionOf);
	return joinPartitions(keys, { partitionOf, produced }, known);
}

const group = (stream: string, lag: number, more: Partial<Group> = {}): Group => ({
	stream,
	consumerGroup: 'billing',
	kind: 'group',
	lag: { messages: lag, uncertainty: 0 },
	line: { start: 1, position: 10, end: 10 + lag },
	position: { major: 100, minor: lag },
	readers: { present: true, idleSeconds: 5 },
	lagSeconds: lag,
	pending: 0,
	pendingLostCount: 1,
	members: 1,
	idleSeconds: 5,
	...more,
});
const key = (name: string, ...groups: readonly Group[]): KeyReading => ({
	name,
	stream: {
		name,
		length: 10,
		producedCount: 20,
		oldestMessageAgeSeconds: 60,
		newestMessageAgeSeconds: 4,
	},
	groups,
	unread: [],
});
const columns = (group: Group | undefined) => {
	assert.ok(group && 'ids' in group.lag);
	const { ids, told, committed, start, end } = group.lag;
	return {
		ids: [...ids],
		unknown: told?.unknown,
		positions: [...ids.keys()].map((row) => [told?.positionMajor[row], told?.positionMinor[row]]),
		consumed: [...(told?.consumedCount ?? [])],
		lag: [...(told?.lag ?? [])],
		uncertainty: [...(told?.uncertainty ?? [])],
		line: [...start.keys()].map((row) => [start[row], committed?.[row], end[row]]),
	};
};

test('keys are partitions by the first pattern that matches their whole name', () => {
	assert.deepEqual(partitionOf('orders:12'), { stream: 'orders', partition: 12 });
	assert.equal(partitionOf('orders:12:old'), undefined);
	assert.equal(partitionOf('payments:1'), undefined);
	assert.equal(partitionOf('orders:99999999999'), undefined);
	assert.equal(partitionNames([]), undefined);
});

test('a logical stream is the sum of its keys, and as old as the oldest of them', () => {
	const { streams, groups, unread } = join([
		key('orders:10', group('orders:10', 4)),
		key('other', group('other', 7)),
		key('orders:2', group('orders:2', 0, { idleSeconds: 2, consumedCount: 3 })),
	]);
	assert.deepEqual(
		streams.map(({ name }) => name),
		['orders', 'other'],
	);
	assert.deepEqual(streams[0], {
		name: 'orders',
		partitionCount: 2,
		length: 20,
		producedCount: 0,
		oldestMessageAgeSeconds: 60,
		newestMessageAgeSeconds: 4,
	});
	const [joined, other] = groups;
	assert.equal(other?.stream, 'other');
	assert.deepEqual(columns(joined), {
		ids: [2, 10],
		unknown: undefined,
		positions: [
			[100, 0],
			[100, 4],
		],
		consumed: [3, Number.NaN],
		lag: [0, 4],
		uncertainty: [0, 0],
		line: [
			[1, 10, 10],
			[1, 10, 14],
		],
	});
	assert.deepEqual(
		{ ...joined, lag: undefined },
		{
			stream: 'orders',
			consumerGroup: 'billing',
			kind: 'group',
			lag: undefined,
			readers: { present: true, idleSeconds: 2 },
			lagSeconds: 4,
			pending: 0,
			pendingLostCount: 2,
			members: 2,
			idleSeconds: 2,
		},
	);
	assert.deepEqual(unread, []);
});

test('what is pending is told of the key on which it is oldest', () => {
	const { groups } = join([
		key(
			'orders:1',
			group('orders:1', 0, {
				pending: 2,
				pendingAgeSeconds: 8,
				pendingIdleSeconds: 1,
				oldestPendingDeliveries: 1,
				pendingAbandoned: 0,
			}),
		),
		key(
			'orders:2',
			group('orders:2', 0, {
				pending: 1,
				pendingAgeSeconds: 9,
				pendingIdleSeconds: 9,
				oldestPendingDeliveries: 4,
				pendingAbandoned: 1,
			}),
		),
		key('orders:3', group('orders:3', 0, { pendingAbandoned: 0 })),
	]);
	const {
		pending,
		pendingAgeSeconds,
		pendingIdleSeconds,
		oldestPendingDeliveries,
		pendingAbandoned,
	} = groups[0] ?? {};
	assert.deepEqual(
		[pending, pendingAgeSeconds, pendingIdleSeconds, oldestPendingDeliveries, pendingAbandoned],
		[3, 9, 9, 4, 1],
	);
});

test('where ids tell no times, nobody knows on which key the oldest pending entry is', () => {
	const waiting = { pending: 1, pendingIdleSeconds: 3, oldestPendingDeliveries: 2 };
	const one = [
		key('orders:1', group('orders:1', 0, waiting)),
		key('orders:2', group('orders:2', 0)),
	];
	const idle = (keys: readonly KeyReading[]) => join(keys).groups[0]?.pendingIdleSeconds;
	assert.equal(idle(one), 3);
	assert.equal(idle([...one, key('orders:3', group('orders:3', 0, waiting))]), undefined);
});

test('a group that does not exist on a key has no lag there, and not one of 0', () => {
	const { groups } = join([key('orders:1', group('orders:1', 3)), key('orders:2')]);
	const [joined] = groups;
	assert.deepEqual(columns(joined).lag, [3, Number.NaN]);
	assert.equal(columns(joined).unknown, 'group_missing');
	assert.equal(joined?.lagSeconds, undefined, 'it could be older there');
	assert.equal(joined?.pending, 0, 'nothing is pending where it does not exist');
	assert.deepEqual(joined?.readers, { present: true, idleSeconds: 5 });
});

test('a key that could not be read leaves a gap, and the stream listed', () => {
	const unread = [{ stream: 'orders:2', reason: 'connection_lost' }];
	const lost: KeyReading = { name: 'orders:2', groups: [], unread };
	const some = join([key('orders:1', group('orders:1', 3)), lost]);
	const [joined] = some.groups;
	assert.deepEqual(columns(joined).lag, [3, Number.NaN]);
	assert.equal(columns(joined).unknown, undefined, 'the group may exist there');
	for (const sum of ['pending', 'pendingLostCount', 'members', 'readers', 'idleSeconds'] as const) {
		assert.equal(joined?.[sum], undefined, `${sum} of the others is not that of all`);
	}
	assert.equal(some.streams[0]?.length, undefined);
	assert.equal(some.streams[0]?.partitionCount, 2);
	assert.deepEqual(some.unread, [{ stream: 'orders', reason: 'connection_lost' }]);
	assert.deepEqual(join([lost]), {
		streams: [],
		groups: [],
		unread: [{ stream: 'orders', reason: 'connection_lost' }],
		hidden: [],
	});
});

test('no two keys are one series, and what is left out for that is told', () => {
	const { streams, groups, hidden } = join([
		key('orders:1', group('orders:1', 3)),
		key('orders:01', group('orders:01', 5)),
		key('orders', group('orders', 7)),
	]);
	assert.deepEqual(
		streams.map(({ name }) => name),
		['orders', 'orders:01'],
	);
	assert.deepEqual(columns(groups[0]).lag, [3]);
	assert.deepEqual(hidden, ['orders']);
});

const counting = (name: string, producedCount: number | undefined): KeyReading => ({
	name,
	stream: { name, length: 1, ...(producedCount !== undefined && { producedCount }) },
	groups: [],
	unread: [],
});
const lost = (stream: string): KeyReading => ({
	name: stream,
	groups: [],
	unread: [{ stream, reason: 'connection_lost' }],
});

for (const [what, polls] of [
	[
		'each key adds what it grew by',
		[
			[[20, 30], 0],
			[[25, 31], 6],
			[[25, 33], 8],
		],
	],
	[
		'a key that comes adds nothing, and then what it grows by',
		[
			[[20], 0],
			[[20, 5000], 0],
			[[21, 5001], 2],
		],
	],
	[
		'a key that goes takes nothing, and adds nothing when it is back',
		[
			[[20, 5000], 0],
			[[21], 1],
			[[21, 5000], 1],
		],
	],
	[
		'a key that is made anew takes nothing',
		[
			[[20, 30], 0],
			[[20, 1], 0],
			[[20, 3], 2],
		],
	],
	[
		'a key that cannot be read adds later what it grew by',
		[
			[[20, 30], 0],
			[[21, 'lost'], 1],
			[[21, 40], 11],
		],
	],
	['a server that does not tell is not added up', [[[undefined, undefined], undefined]]],
] as const) {
	test(`what is produced on a logical stream: ${what}`, () => {
		const produced = new ProducedCounts();
		for (const [keys, total] of polls) {
			const read = keys.map((count, at) =>
				count === 'lost' ? lost(`orders:${at}`) : counting(`orders:${at}`, count),
			);
			const now = !keys.some((count) => count === 'lost');
			const { streams } = join(read, produced, { ever: true, now });
			assert.equal(streams[0]?.producedCount, total, keys.join());
		}
	});
}

test('a logical stream that goes is forgotten, and begins anew when it is back', () => {
	const produced = new ProducedCounts();
	join([counting('orders:1', 10)], produced);
	join([counting('orders:1', 15)], produced);
	join([], produced, { ever: true, now: false });
	assert.equal(join([counting('orders:1', 17)], produced).streams[0]?.producedCount, 7);
	join([], produced);
	assert.equal(join([counting('orders:1', 90)], produced).streams[0]?.producedCount, 0);
});

test('until every key was found once, no sum of a logical stream is told', () => {
	const { streams, groups } = join(
		[key('orders:1', group('orders:1', 3)), key('other', group('other', 7))],
		new ProducedCounts(),
		{ ever: false, now: false },
	);
	assert.deepEqual(streams[0], { name: 'orders', producedCount: 0 });
	assert.deepEqual(groups[0], {
		stream: 'orders',
		consumerGroup: 'billing',
		kind: 'group',
		lag: { unknown: 'not_read' },
	});
	assert.deepEqual(groups[1]?.lag, { messages: 7, uncertainty: 0 });
});
