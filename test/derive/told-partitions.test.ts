import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consumer, Group } from '../../src/model.ts';
import { objectiveOf, Play, partitioned, toldPartitions } from './play.ts';

const none = Number.NaN;

/** A group of two partitions that tell themselves; counts beside them where they are known. */
function group(
	facts: {
		readonly lag: readonly number[];
		readonly position?: readonly number[];
		readonly consumedCount?: readonly number[];
	},
	line: readonly (readonly number[])[] = [
		[none, none],
		[none, none],
		[none, none],
	],
): Group {
	const [start, committed = [], end = []] = line;
	const base = partitioned(committed, end, start, { pendingLostCount: 0 });
	return { ...base, lag: { ...base.lag, told: toldPartitions(facts.lag, facts) } };
}

function after<Key extends keyof Consumer>(key: Key, ...groups: readonly Group[]) {
	const play = new Play({ objectives: [objectiveOf({ stalledAfterSeconds: 20 })] });
	return groups.map((one) => play.one(one, { streams: [] })[key]);
}

test('a partition moves by its position, where the counts beside it are not known', () => {
	const still = group({ lag: [4, 4], position: [10, 10] });
	const read = group({ lag: [3, 4], position: [11, 10] });
	assert.deepEqual(after('stalledSeconds', still, still, still, read, read), [0, 10, 20, 0, 10]);
	assert.deepEqual(after('partitionsStalled', still, still, still, read), [0, 0, 2, 1]);
});

test('counts that follow a start or an estimate are no move of a partition', () => {
	const play = new Play();
	for (const [poll, committed] of [5, 7, 3, 9].entries()) {
		const line = [
			[0, 0],
			[committed, 0],
			[50, 9],
		];
		const consumer = play.one(group({ lag: [50 - committed, 9], position: [10, 10] }, line), {
			streams: [],
		});
		assert.equal(consumer.stalledSeconds, 10 * poll);
		assert.notEqual(consumer.status, 'rewound');
	}
});

test('a position that went back is a step back', () => {
	const there = group({ lag: [4, 4], position: [10, 10] });
	const back = group({ lag: [8, 4], position: [6, 10] });
	assert.deepEqual(after('status', there, back), ['behind', 'rewound']);
});

test('what is consumed is counted by partition; what one does not tell adds nothing', () => {
	const counts = (...consumedCount: readonly number[]) =>
		group({ lag: [4, 4], position: [10, 10], consumedCount });
	const groups = [counts(5, 100), counts(7, 3), counts(none, 5), counts(9, 6)];
	assert.deepEqual(after('consumedTotal', ...groups), [0, 2, 4, 7]);
	assert.deepEqual(after('consumedTotal', counts(none, none)), [undefined]);
});

test('what a moving start removes unread is lost, and tells the headroom of the worst partition', () => {
	const at = (start: number, position: number, end: number) =>
		group({ lag: [end - Math.max(start, position), 0], position: [position, 1] }, [
			[start, 0],
			[position, 40],
			[end, 40],
		]);
	const play = new Play();
	const of = (one: Group) => play.one(one, { streams: [] });
	assert.equal(of(at(0, 30, 100)).retentionHeadroomSeconds, undefined, 'nothing is deleted yet');
	const near = of(at(20, 30, 120));
	// Twenty go in the five minutes that are the least for a rate; ten are before the oldest unread.
	assert.equal(near.retentionHeadroomSeconds, 150);
	assert.equal(near.retentionUsedRatio, 0.9);
	assert.equal(near.lostTotal, 0);
	const late = of(at(40, 30, 140));
	assert.equal(late.lostTotal, 10);
	assert.equal(late.retentionHeadroomSeconds, 0);
});

test('a start that moves on keys that are not trimmed endangers nothing', () => {
	const at = (start: number) =>
		group({ lag: [70, 0], position: [start + 30, 1] }, [
			[start, 0],
			[start + 30, 40],
			[start + 100, 40],
		]);
	for (const [trimsBySize, used] of [
		[true, 0.7],
		[false, undefined],
	] as const) {
		const play = new Play();
		const streams = [{ name: at(0).stream, trimsBySize }];
		play.one(at(0), { streams });
		assert.equal(play.one(at(20), { streams }).retentionUsedRatio, used);
	}
});

test('the sentence of a standstill does not speak of commits', () => {
	const [, , , reason] = after(
		'statusReason',
		...Array(4).fill(group({ lag: [4, 4], position: [1, 1] })),
	);
	assert.equal(reason, 'lag 8 for 30 s, no progress since it was first seen at 14:00:00');
});
