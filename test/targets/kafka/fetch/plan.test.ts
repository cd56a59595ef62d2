import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../../src/steps.ts';
import { PartitionSet } from '../../../../src/targets/kafka/fetch/partition-set.ts';
import {
	commitsBeyondEnd,
	commitsOnUnknown,
	groupsByCoordinator,
	movedGroups,
	movedPartitions,
	partitionsByLeader,
} from '../../../../src/targets/kafka/fetch/plan.ts';
import {
	committed,
	described,
	listed,
	offsetsOf,
	timeout,
	told,
	topic,
	whole,
} from '../literals.ts';

const all = () => true;

function listing(node: number, ...groups: ReturnType<typeof listed>[]) {
	return { asked: node, answer: { errorCode: 0, groups } };
}

test('groups are asked of the broker that lists them, each once, by type', () => {
	const batches = groupsByCoordinator(
		[
			listing(1, listed('a'), listed('moving'), listed('new', 'consumer')),
			listing(2, listed('moving'), listed('b'), listed('shared', 'share')),
			{ asked: 3, error: timeout },
		],
		all,
	);
	assert.deepEqual(batches, [
		{ node: 1, type: 'classic', groupIds: ['a', 'moving'] },
		{ node: 1, type: 'consumer', groupIds: ['new'] },
		{ node: 2, type: 'classic', groupIds: ['b'] },
		{ node: 2, type: 'share', groupIds: ['shared'] },
	]);
});

test('groups that are not wanted are not asked for', () => {
	const batches = groupsByCoordinator([listing(1, listed('a'), listed('b'))], (id) => id === 'b');
	assert.deepEqual(
		batches.map(({ groupIds }) => groupIds),
		[['b']],
	);
});

test('many groups of one broker are asked in batches of a hundred', () => {
	const groups = Array.from({ length: 250 }, (_, index) => listed(`g${index}`));
	const batches = groupsByCoordinator([listing(1, ...groups)], all);
	assert.deepEqual(
		batches.map(({ groupIds }) => groupIds.length),
		[100, 100, 50],
	);
	assert.equal(new Set(batches.flatMap(({ groupIds }) => groupIds)).size, 250);
});

test('groups have moved when their broker denies them or has failed', () => {
	const failed = { node: 2, type: 'classic', groupIds: ['c', 'd'] };
	const moved = movedGroups({
		offsets: [
			committed(
				{ errorCode: 0, groupId: 'a', topics: [] },
				{ errorCode: 16, groupId: 'b', topics: [] },
				{ errorCode: 30, groupId: 'secret', topics: [] },
			),
			{ asked: failed, error: timeout },
		],
		shareOffsets: [],
		descriptions: [
			{
				asked: { node: 1, type: 'consumer', groupIds: ['e'] },
				answer: [{ ...described('e', ''), errorCode: 16 }],
			},
		],
	});
	assert.deepEqual(
		[...moved],
		[
			['b', 1],
			['c', 2],
			['d', 2],
			['e', 1],
		],
	);
});

test('partitions are asked of their leader, those without one not at all', () => {
	const topics = [topic('a', [1, 2, -1, 1]), topic('b', [2])];
	assert.deepEqual(partitionsByLeader(topics), [
		{ node: 1, topics: [{ topic: 'a', partitions: [0, 3] }] },
		{
			node: 2,
			topics: [
				{ topic: 'a', partitions: [1] },
				{ topic: 'b', partitions: [0] },
			],
		},
	]);
});

test('many partitions of one leader are asked in batches of a thousand', () => {
	const topics = [topic('a', Array(2500).fill(1))];
	const batches = partitionsByLeader(topics);
	assert.deepEqual(
		batches.map((batch) => batch.topics.flatMap(({ partitions }) => partitions).length),
		[1000, 1000, 500],
	);
});

test('only some partitions are asked where others are known', () => {
	const some = new PartitionSet();
	some.add('a', 1);
	some.add('c', 0);
	assert.deepEqual(partitionsByLeader([topic('a', [1, 1]), topic('b', [1])], some), [
		{ node: 1, topics: [{ topic: 'a', partitions: [1] }] },
	]);
});

test('partitions have moved when their leader denies them or has failed', () => {
	const moved = movedPartitions({
		ends: [
			told(offsetsOf('a', { 0: 5 }, { 1: 6, 2: 29, 3: 3 })),
			{ asked: { node: 2, topics: [{ topic: 'b', partitions: [4] }] }, error: timeout },
		],
		starts: [],
	});
	const asked = [
		['a', 0],
		['a', 1],
		['a', 2],
		['a', 3],
		['b', 4],
	] as const;
	assert.deepEqual(
		asked.filter(([name, partition]) => moved.has(name, partition)),
		[
			['a', 1],
			['a', 3],
			['b', 4],
		],
	);
});

test('a commit where the metadata knows no partition asks for newer metadata', () => {
	const on = (name: string, values: Record<number, number>) => ({
		...whole,
		offsets: [committed({ errorCode: 0, groupId: 'g', topics: [offsetsOf(name, values)] })],
	});
	const gapped = { ...topic('gapped', [1, 1]), partitions: Int32Array.of(0, 2) };
	const known = { brokers: [], topics: [topic('orders', [1, 1]), gapped] };
	const isBehind = (answers: typeof whole, isWanted: (name: string) => boolean = all) =>
		atOnce(commitsOnUnknown(answers, known, isWanted));
	assert.equal(isBehind(on('orders', { 0: 1, 1: 1 })), false);
	assert.equal(isBehind(on('orders', { 0: 1, 2: 1 })), true);
	assert.equal(isBehind(on('gapped', { 0: 1, 2: 1 })), false);
	assert.equal(isBehind(on('gapped', { 0: 1, 1: 1 })), true);
	assert.equal(isBehind(on('new', { 0: 1 })), true);
	assert.equal(
		isBehind(on('new', { 0: 1 }), (name) => name !== 'new'),
		false,
	);
});

test('commits beyond the end are found by topic and partition', () => {
	const beyond = commitsBeyondEnd(whole, [told(offsetsOf('orders', { 0: 5, 1: 19 }))]);
	assert.deepEqual([beyond.has('orders', 0), beyond.has('orders', 1)], [false, true]);
});
