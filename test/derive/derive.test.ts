import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derive } from '../../src/derive/derive.ts';
import { History } from '../../src/derive/history.ts';
import { planOf } from '../../src/derive/plan.ts';
import type { Carried, Consumer, Group, Partitions, Stream } from '../../src/model.ts';
import { toldPartitions } from './play.ts';

const now = 1_000_000;
const none = Number.NaN;
const plan = planOf({ target: 't', platform: 'p', intervalSeconds: 15 });

function carried(groups: readonly Group[], streams: readonly Stream[] = []): Carried {
	const seen = { readAtMs: now, listedAtMs: now, missedListings: 0 };
	return {
		atMs: now,
		listed: true,
		partitionDetail: true,
		agesByHead: true,
		headSeeds: [],
		groups: { records: groups, seen: groups.map(() => seen) },
		streams: { records: streams, seen: streams.map(() => seen) },
	};
}

function consumerOf(lag: Group['lag'], readAtMs = now): Consumer {
	const input = carried([{ stream: 'orders', consumerGroup: 'billing', lag }]);
	const { records, seen } = input.groups;
	const groups = { records, seen: seen.map((one) => ({ ...one, readAtMs })) };
	const [consumer] = derive(new History(15), { ...input, groups }, plan).consumers;
	assert(consumer);
	return consumer;
}

function rows(start: number[], committed: number[], end: number[]): Partitions {
	return {
		ids: Int32Array.from(end.keys()),
		start: Float64Array.from(start),
		end: Float64Array.from(end),
		committed: Float64Array.from(committed),
	};
}

const cases: readonly {
	readonly name: string;
	readonly lag: Group['lag'];
	readonly readAtMs?: number;
	readonly expected: { readonly [Key in keyof Consumer]?: Consumer[Key] | undefined };
}[] = [
	{
		name: 'a lag that the platform tells is taken as it is',
		lag: { messages: 7 },
		expected: { lag: 7, lagUnknown: undefined, partitionsUnknown: undefined },
	},
	{
		name: 'a told lag carries its uncertainty',
		lag: { messages: 7, uncertainty: 3 },
		expected: { lag: 7, lagUncertainty: 3 },
	},
	{
		name: 'an unknown lag is absent and says why',
		lag: { unknown: 'no_leader' },
		expected: { lag: undefined, lagUnknown: 'no_leader' },
	},
	{
		name: 'partitions are summed, and the largest is told beside the sum',
		lag: rows([0, 0, 0], [5, 10, 0], [10, 10, 30]),
		expected: { lag: 35, partitionLagMax: 30, partitionsUnknown: 0, lagUnknown: undefined },
	},
	{
		name: 'what retention deleted does not count as lag',
		lag: rows([40, 0], [5, 10], [50, 10]),
		expected: { lag: 10, partitionLagMax: 10 },
	},
	{
		name: 'one unread partition makes the sum unknown, never smaller',
		lag: rows([0, none], [5, 10], [10, none]),
		expected: {
			lag: undefined,
			partitionLagMax: undefined,
			lagUnknown: 'not_read',
			partitionsUnknown: 1,
		},
	},
	{
		name: 'a commit beyond the end is unknown, neither negative nor 0',
		lag: rows([0, 0], [50, 10], [10, 10]),
		expected: { lag: undefined, lagUnknown: 'commit_beyond_end', partitionsUnknown: 1 },
	},
	{
		name: 'a row kept from an earlier reading counts as unknown while the sum goes on',
		lag: { ...rows([0, 0], [5, 10], [10, 30]), readAtMs: Float64Array.from([now, now - 1]) },
		expected: { lag: 25, partitionsUnknown: 1 },
	},
	{
		name: 'a group kept whole from an earlier reading has all its partitions unknown',
		lag: rows([0, 0], [5, 10], [10, 30]),
		readAtMs: now - 1,
		expected: { lag: 25, partitionsUnknown: 2 },
	},
];

for (const { name, lag, readAtMs, expected } of cases) {
	test(name, () => {
		const consumer = consumerOf(lag, readAtMs);
		for (const [key, value] of Object.entries(expected)) {
			assert.equal(consumer[key as keyof Consumer], value, key);
		}
	});
}

test('a partition whose lag is not known keeps its committed offset', () => {
	const { partitions } = consumerOf(rows([0, 0], [50, 10], [10, 10]));
	assert.deepEqual([...(partitions?.lags ?? [])], [none, 0]);
	assert.deepEqual([...(partitions?.committed ?? [])], [50, 10]);
});

test('lags told by partition stand for themselves', () => {
	const told = toldPartitions([2, 5], { uncertainty: [0, 3] });
	const lag = { ...rows([0, none], [90, none], [90, none]), told };
	const consumer = consumerOf(lag);
	assert.equal(consumer.lag, 7);
	assert.equal(consumer.lagUncertainty, 3);
	assert.equal(consumer.partitionLagMax, 5);
	assert.equal(consumer.partitionsUnknown, 0);
	assert.equal(consumer.partitionsStalled, 0);
	assert.deepEqual([...(consumer.partitions?.lags ?? [])], [2, 5]);
	assert.equal(consumer.partitions?.committed, undefined);
});

test('one told lag that is missing makes the sum unknown', () => {
	const told = toldPartitions([2, none], { uncertainty: [0, none] });
	const consumer = consumerOf({ ...rows([0, 0], [9, 9], [9, 9]), told });
	assert.equal(consumer.lag, undefined);
	assert.equal(consumer.lagUncertainty, undefined);
	assert.equal(consumer.lagUnknown, 'not_read');
	assert.equal(consumer.partitionsUnknown, 1);
	const because = toldPartitions([2, none], { unknown: 'group_missing' });
	const unknown = consumerOf({ ...rows([0, 0], [9, 9], [9, 9]), told: because });
	assert.equal(unknown.lagUnknown, 'group_missing');
});

test('partitions are left out where the reading says so', () => {
	const input = carried(
		[{ stream: 'orders', consumerGroup: 'billing', lag: rows([0], [5], [10]) }],
		[{ name: 'orders', partitions: rows([0], [0], [10]) }],
	);
	const derived = derive(new History(15), { ...input, partitionDetail: false }, plan);
	assert.equal(derived.consumers.at(0)?.partitions, undefined);
	assert.equal(derived.consumers.at(0)?.lag, 5);
	assert.equal(derived.streams.at(0)?.partitions, undefined);
	assert.equal(derived.streams.at(0)?.length, 10);
});

test('a stream tells its length, its partitions and the groups seen on it', () => {
	const group = (consumerGroup: string): Group => ({
		stream: 'orders',
		consumerGroup,
		lag: { messages: 0 },
	});
	const { streams } = derive(
		new History(15),
		carried(
			[group('a'), group('b')],
			[
				{ name: 'orders', partitions: rows([5, 0], [none, none], [10, 7]) },
				{ name: 'half', partitions: rows([5, none], [none, none], [10, none]) },
				{ name: 'told', length: 3 },
			],
		),
		plan,
	);
	assert.deepEqual(
		Array.from(streams, ({ stream, length, partitionCount, consumers }) => [
			stream,
			length,
			partitionCount,
			consumers,
		]),
		[
			['orders', 12, 2, 2],
			['half', undefined, 2, 0],
			['told', 3, undefined, 0],
		],
	);
});

test('a stream that another process exports is used for its groups and not exported', () => {
	const lag = rows([0], [5], [10]);
	const group: Group = { stream: 'orders', consumerGroup: 'billing', lag };
	const elsewhere = { exported: true };
	const stream: Stream = { name: 'orders', partitions: rows([0], [], [10]), elsewhere };
	const { consumers, streams } = derive(new History(15), carried([group], [stream]), plan);
	assert.equal(consumers.at(0)?.lag, 5);
	assert.deepEqual([...streams], []);
});

test('groups of others count as seen on a stream where they are told; else nobody knows how many', () => {
	const group: Group = { stream: 'orders', consumerGroup: 'billing', lag: { messages: 1 } };
	const countWith = (elsewhere?: Stream['elsewhere']) => {
		const stream: Stream = { name: 'orders', length: 1, ...(elsewhere && { elsewhere }) };
		return derive(new History(15), carried([group], [stream]), plan).streams.at(0)?.consumers;
	};
	assert.equal(countWith(), 1);
	assert.equal(countWith({ exported: false, groups: 3 }), 4);
	assert.equal(countWith({ exported: false }), undefined);
});
