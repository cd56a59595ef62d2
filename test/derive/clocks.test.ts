import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nobodySince } from '../../src/derive/clocks.ts';
import type { Consumer, Group } from '../../src/model.ts';
import { objectiveOf, Play, partitioned, readingOf, startMs, told } from './play.ts';

const none = Number.NaN;

/** A value after each poll, ten seconds apart; undefined is a poll that read nothing. */
function after<Key extends keyof Consumer>(key: Key, ...groups: (Group | undefined)[]) {
	const play = new Play();
	return groups.map((group) => play.one(group)[key]);
}

const behind = partitioned([5], [10]);

test('the stalled clock runs from the first sight on while there is lag and nothing moves', () => {
	assert.deepEqual(after('stalledSeconds', behind, behind, behind), [0, 10, 20]);
});

test('a move sets the clock to 0, on whichever partition', () => {
	const one = partitioned([5, 5], [10, 10]);
	const other = partitioned([5, 6], [10, 10]);
	assert.deepEqual(after('stalledSeconds', one, one, other, other), [0, 10, 0, 10]);
});

test('a move back is a move', () => {
	const back = partitioned([2], [10]);
	assert.deepEqual(after('stalledSeconds', behind, behind, back, back), [0, 10, 0, 10]);
});

test('a first commit on one more partition is a move', () => {
	const more = partitioned([5, 0], [10, 10]);
	assert.deepEqual(after('stalledSeconds', behind, behind, more, more), [0, 10, 0, 10]);
});

test('a group that idled for long starts at 0 when a message comes', () => {
	const idle = Array.from({ length: 100 }, () => partitioned([10], [10]));
	const late = partitioned([10], [11]);
	assert.deepEqual(after('stalledSeconds', ...idle, late, late).slice(-3), [0, 0, 10]);
});

test('lag that the objective ignores does not start the clock', () => {
	const play = new Play({ objectives: [objectiveOf({ ignoreLag: 5 })] });
	const seconds = [behind, behind, partitioned([5], [11]), partitioned([5], [12])].map(
		(group) => play.one(group).stalledSeconds,
	);
	assert.deepEqual(seconds, [0, 0, 0, 10]);
});

test('a paused group stands at 0 and starts anew when it goes on', () => {
	const position = { major: 5, minor: 0 };
	const paused = told(9, { position, paused: true });
	const going = told(9, { position });
	assert.deepEqual(after('stalledSeconds', paused, paused, going, going), [0, 0, 0, 10]);
});

test('the clock stands while nothing is read, and counts the gap when nothing has moved', () => {
	assert.deepEqual(
		after('stalledSeconds', behind, behind, undefined, undefined, behind),
		[0, 10, 10, 10, 40],
	);
});

test('a move during the gap sets the clock to 0', () => {
	const moved = partitioned([6], [10]);
	assert.deepEqual(after('stalledSeconds', behind, behind, undefined, moved), [0, 10, 10, 0]);
});

test('while one partition is kept, the clock stands: that one may move', () => {
	const whole = partitioned([5, 5], [10, 10]);
	const half = partitioned([5, none], [10, none], [0, none]);
	assert.deepEqual(after('stalledSeconds', whole, whole, half, half, whole), [0, 10, 10, 10, 40]);
	const halfMoved = partitioned([6, none], [10, none], [0, none]);
	assert.deepEqual(after('stalledSeconds', whole, whole, halfMoved), [0, 10, 0]);
});

test('the clock is absent while the lag is unknown', () => {
	const unknown = { ...behind, lag: { unknown: 'no_leader' } };
	assert.deepEqual(after('stalledSeconds', behind, unknown, behind), [0, undefined, 20]);
});

test('the clock is absent where no position is told', () => {
	assert.deepEqual(after('stalledSeconds', told(9), told(9)), [undefined, undefined]);
});

test('either position moves a group', () => {
	const at = (delivered: number, acknowledged: number) =>
		told(9, {
			position: { major: delivered, minor: 0 },
			acknowledged: { major: acknowledged, minor: 0 },
		});
	assert.deepEqual(
		after('stalledSeconds', at(5, 3), at(5, 3), at(5, 4), at(5, 4), at(6, 4)),
		[0, 10, 0, 10, 0],
	);
});

test('positions with the same major part are told apart by the minor', () => {
	const at = (minor: number) => told(9, { position: { major: 1_700_000_000_000, minor } });
	assert.deepEqual(after('stalledSeconds', at(0), at(0), at(1), at(1)), [0, 10, 0, 10]);
});

test('the stopped clock runs only while nobody is there', () => {
	const reads = (present: boolean) => partitioned([5], [10], [0], { readers: { present } });
	assert.deepEqual(
		after('stoppedSeconds', reads(true), reads(true), reads(false), reads(false), reads(true)),
		[0, 0, 0, 10, 0],
	);
});

test('a group that is left at lag 0 is stopped from the moment a message comes', () => {
	const left = (end: number) => partitioned([10], [end], [0], { readers: { present: false } });
	assert.deepEqual(
		after('stoppedSeconds', left(10), left(10), left(10), left(12), left(12)),
		[0, 0, 0, 0, 10],
	);
});

test('where readers are not told, nothing is said about stopping', () => {
	assert.deepEqual(after('stoppedSeconds', behind, behind), [undefined, undefined]);
});

test('readers that stopped trying when the group last moved are gone', () => {
	// They tried at 4 s, when the position last moved; that is seen at 10 s.
	const at = (now: number, sequence: number) =>
		told(9, {
			position: { major: sequence, minor: 0 },
			readers: { present: true, idleSeconds: now - 4 },
		});
	assert.deepEqual(
		after(
			'stoppedSeconds',
			told(9, { position: { major: 1, minor: 0 } }),
			at(10, 2),
			at(20, 2),
			at(30, 2),
		),
		[undefined, 0, 10, 20],
	);
});

test('readers that keep trying without moving are there', () => {
	const trying = told(9, {
		position: { major: 1, minor: 0 },
		readers: { present: true, idleSeconds: 2 },
	});
	assert.deepEqual(after('stoppedSeconds', trying, trying, trying), [0, 0, 0]);
});

for (const [name, readers, expected] of [
	['readers that are there now', { present: true }, 0],
	['readers whose last try is young', { present: true, idleSeconds: 30 }, 0],
	['readers whose last try is as old as the clock', { present: true, idleSeconds: 100 }, 1000],
	[
		'readers whose last try came within an interval of the move',
		{ present: true, idleSeconds: 92 },
		1000,
	],
	['no readers, seen first now', { present: false }, 2000],
] as const) {
	test(`${name}: nobody since ${expected}`, () => {
		assert.equal(nobodySince(0, 2000, readers, 1000, 100), expected);
	});
}

test('partitions with lag that stand still are counted, those at rest or moving are not', () => {
	const play = new Play({ objectives: [objectiveOf({ stalledAfterSeconds: 20 })] });
	const at = (...committed: number[]) => partitioned(committed, [10, 10, 10]);
	const stalled = [at(5, 5, 10), at(5, 6, 10), at(5, 7, 10), at(5, 8, 10), at(6, 8, 10)].map(
		(group) => play.one(group).partitionsStalled,
	);
	assert.deepEqual(stalled, [0, 0, 1, 1, 0]);
	assert.equal(play.one(undefined).partitionsStalled, 0);
});

test('a wall clock that is put back or forward by an hour moves no clock by more than four intervals', () => {
	const play = new Play();
	const seconds = [10, 10, -3600, 10, 3600, 10].map(
		(step) => play.one(behind, {}, step).stalledSeconds,
	);
	assert.deepEqual(seconds, [0, 10, 10, 20, 60, 70]);
});

test('a group that a listing or two did not show goes on', () => {
	const play = new Play();
	play.one(behind);
	for (let poll = 0; poll < 2; poll++) play.poll(readingOf([], { streams: [] }));
	assert.equal(play.one(behind).stalledSeconds, 30);
});

test('a group that was gone begins anew, for it may be another one; its counters go on', () => {
	const play = new Play();
	const nobody = { readers: { present: false } };
	play.one(partitioned([0, 0], [10, 10], [0, 0], nobody));
	const before = play.one(partitioned([5, 0], [10, 10], [0, 0], nobody));
	assert.equal(before.consumedTotal, 5);
	for (let poll = 0; poll < 4; poll++) play.poll(readingOf([], { streams: [] }));
	const back = () => play.one(partitioned([5, 0], [10, 10], [0, 0], nobody));
	const first = back();
	assert.deepEqual([first.stalledSeconds, first.stoppedSeconds], [0, 0]);
	assert.equal(first.partitionsStalled, 0);
	assert.equal(first.firstSeenMs, startMs + 60_000);
	const second = back();
	assert.deepEqual([second.stalledSeconds, second.stoppedSeconds], [10, 10]);
	assert.equal(second.consumedTotal, 5);
});
