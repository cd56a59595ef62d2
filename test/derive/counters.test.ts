import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, newlyLost } from '../../src/derive/counters.ts';
import type { Group } from '../../src/model.ts';
import { Play, partitioned, readingOf, told } from './play.ts';

const none = Number.NaN;

for (const [name, before, now, added] of [
	['a count that went on adds what it went on by', 5, 12, 7],
	['a count that stayed adds nothing', 5, 5, 0],
	['a count that went back adds nothing', 5, 2, 0],
	['a count that is read for the first time adds nothing', none, 100, 0],
	['a count that is not read adds nothing', 5, none, 0],
] as const) {
	test(name, () => assert.equal(advance(before, now), added));
}

for (const [name, startBefore, start, position, lost] of [
	['what was deleted beyond the position is lost', 0, 10, 4, 6],
	['what was lost at the last look is not lost again', 10, 15, 4, 5],
	['what was deleted behind the position is not lost', 0, 10, 12, 0],
	['a start that stays loses nothing', 10, 10, 4, 0],
	['a start that goes back loses nothing', 10, 0, 4, 0],
	['what is gone at the first look is not counted', none, 10, 4, 0],
] as const) {
	test(name, () => assert.equal(newlyLost(startBefore, start, position), lost));
}

/** consumed, lost and produced after each reading; undefined is a poll that read nothing. */
function totals(...groups: (Group | undefined)[]) {
	const play = new Play({ interval: 60 });
	return groups.map((group) => {
		const { consumers, streams } = play.poll(group && readingOf([group]));
		const { consumedTotal, lostTotal } = consumers.at(0) ?? {};
		return [consumedTotal, lostTotal, streams.at(0)?.producedTotal];
	});
}

test('counters are born at 0, whatever was consumed, lost or produced before', () => {
	assert.deepEqual(totals(partitioned([50], [100], [60])), [[0, 0, 0]]);
});

test('each partition counts for itself', () => {
	assert.deepEqual(totals(partitioned([5, 5], [10, 10]), partitioned([9, 3], [12, 15])), [
		[0, 0, 0],
		[4, 0, 7],
	]);
});

test('a partition that was unread adds nothing, and its advance when it is read again', () => {
	assert.deepEqual(
		totals(
			partitioned([5, 5], [10, 10]),
			partitioned([6, none], [11, none], [0, none]),
			partitioned([7, 9], [12, 20]),
		),
		[
			[0, 0, 0],
			[1, 0, 1],
			[6, 0, 12],
		],
	);
});

test('a failing target counts on across the gap, also after its values were dropped', () => {
	const failed = Array.from({ length: 50 }, () => undefined);
	const seen = totals(partitioned([5], [10]), ...failed, partitioned([8], [20], [2]));
	assert.deepEqual(seen[1], [0, 0, 0]);
	assert.deepEqual(seen[50], [undefined, undefined, undefined]);
	assert.deepEqual(seen.at(-1), [3, 0, 10]);
});

test('after an hour without a reading, counters begin anew', () => {
	const failed = Array.from({ length: 62 }, () => undefined);
	const before = [partitioned([5], [10]), partitioned([6], [12])];
	const seen = totals(...before, ...failed, partitioned([8], [20]));
	assert.deepEqual(seen.at(-1), [0, 0, 0]);
});

test('a group that goes back is counted again from there', () => {
	assert.deepEqual(
		totals(partitioned([8], [10]), partitioned([2], [10]), partitioned([5], [10])).map(
			([consumed]) => consumed,
		),
		[0, 0, 3],
	);
});

test('a topic that was made anew goes on counting from its own beginning', () => {
	assert.deepEqual(
		totals(
			partitioned([80], [100], [20]),
			partitioned([80], [5]),
			partitioned([2], [9]),
			partitioned([6], [15], [3]),
		),
		[
			[0, 0, 0],
			[0, 0, 0],
			[0, 0, 4],
			[4, 0, 10],
		],
	);
});

test('partitions that are added count from their first sight', () => {
	assert.deepEqual(
		totals(
			partitioned([5], [10]),
			partitioned([6, 100], [12, 200]),
			partitioned([7, 150], [12, 210]),
		),
		[
			[0, 0, 0],
			[1, 0, 2],
			[52, 0, 12],
		],
	);
});

test('losses go on as long as retention overtakes a group', () => {
	assert.deepEqual(
		totals(
			partitioned([5], [100]),
			partitioned([5], [120], [30]),
			partitioned([5], [130], [40]),
			partitioned([60], [130], [50]),
		).map(([, lost]) => lost),
		[0, 25, 35, 35],
	);
});

test('counts that a platform tells are counted, and only those', () => {
	const seen = (facts: readonly Partial<Group>[]) => {
		const play = new Play();
		const all = facts.map((one) => play.one(told(1, one)));
		return all.map(({ consumedTotal, lostTotal, exhaustedTotal }) => [
			consumedTotal,
			lostTotal,
			exhaustedTotal,
		]);
	};
	assert.deepEqual(seen([{}, {}]), [
		[undefined, undefined, undefined],
		[undefined, undefined, undefined],
	]);
	assert.deepEqual(
		seen([
			{ consumedCount: 100, exhaustedCount: 2 },
			{ consumedCount: 130, exhaustedCount: 5 },
			{ exhaustedCount: 0 },
			{ consumedCount: 140, exhaustedCount: 1 },
		]),
		[
			[0, undefined, 0],
			[30, undefined, 3],
			[undefined, undefined, 3],
			[40, undefined, 4],
		],
	);
	assert.deepEqual(
		seen([
			{ line: { position: 10, start: 15, end: 50 }, pendingLostCount: 1 },
			{ line: { position: 10, start: 20, end: 60 }, pendingLostCount: 4 },
			{ line: { position: 40, start: 30, end: 60 } },
			{ line: { position: 40, start: 45, end: 60 }, pendingLostCount: 4 },
		]).map(([, lost]) => lost),
		[0, 8, 8, 13],
	);
});

test('a stream that tells its own count is counted by it', () => {
	const play = new Play();
	const produced = [100, 130, 20, 25].map((producedCount) => {
		const streams = [{ name: 'orders', producedCount }];
		return play.poll(readingOf([], { streams })).streams.at(0)?.producedTotal;
	});
	assert.deepEqual(produced, [0, 30, 30, 35]);
});
