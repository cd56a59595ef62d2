import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dangerousRate, headroomSeconds, usedRatio } from '../../src/derive/retention.ts';
import type { Stream } from '../../src/model.ts';
import { Play, partitioned, readingOf, told } from './play.ts';

const none = Number.NaN;
const unread = {
	start: 100,
	position: 300,
	end: 1100,
	ageSeconds: none,
	limitSeconds: none,
	startRate: 0,
};

for (const [name, facts, used, headroom] of [
	['nothing deletes', {}, none, none],
	['by the time limit', { ageSeconds: 600, limitSeconds: 3600 }, 1 / 6, 3000],
	['older than the time limit', { ageSeconds: 4000, limitSeconds: 3600 }, 1, 0],
	['a time limit, but the age is not known', { limitSeconds: 3600 }, none, none],
	['by the start moving', { startRate: 2 }, 0.8, 100],
	['both: the worse', { ageSeconds: 600, limitSeconds: 3600, startRate: 2 }, 0.8, 100],
	[
		'both, time being worse',
		{ ageSeconds: 3590, limitSeconds: 3600, startRate: 2 },
		3590 / 3600,
		10,
	],
	['already being overtaken', { position: 100, startRate: 2 }, 1, 0],
	['no lag under a time limit', { position: 1100, limitSeconds: 3600 }, 0, none],
	['no lag while the start moves', { position: 1100, startRate: 2 }, 0, none],
	['no lag, and nothing deletes', { position: 1100 }, none, none],
] as const) {
	test(`retention: ${name}`, () => {
		assert.equal(usedRatio({ ...unread, ...facts }), used);
		assert.equal(headroomSeconds({ ...unread, ...facts }), headroom);
	});
}

test('a group is as near to loss as its worst partition', () => {
	const play = new Play();
	const streams = (end: number) => [
		{
			...readingOf([partitioned([0, 0], [end, end])]).streams.at(0),
			name: 'orders',
			retentionSeconds: 100,
		},
	];
	play.one(partitioned([0, 0], [0, 0]), { streams: streams(0) });
	play.one(partitioned([0, 0], [10, 10]), { streams: streams(10) });
	play.one(partitioned([0, 0], [20, 20]), { streams: streams(20) });
	const group = play.one(partitioned([10, 0], [20, 20]), { streams: streams(20) });
	assert.equal(group.lagSeconds, 30);
	assert.equal(group.retentionUsedRatio, 0.3);
	assert.equal(group.retentionHeadroomSeconds, 70);
	const done = play.one(partitioned([20, 20], [20, 20]), { streams: streams(20) });
	assert.equal(done.retentionUsedRatio, 0);
	assert.equal(done.retentionHeadroomSeconds, undefined);
});

test('a start that moves by 10 messages a second tells when it reaches the group', () => {
	const play = new Play();
	let group = play.one(partitioned([90_000], [100_000], [0]));
	assert.equal(group.retentionUsedRatio, undefined);
	assert.equal(group.retentionHeadroomSeconds, undefined);
	for (let poll = 1; poll <= 60; poll++) {
		group = play.one(partitioned([90_000], [100_000], [100 * poll]));
	}
	// 600 s later: 84,000 messages lie before it, 10,000 of 94,000 are unread.
	assert.equal(group.retentionHeadroomSeconds, 8400);
	assert.equal(group.retentionUsedRatio, 10 / 94);
});

test('a start that stood still for an hour moves at no rate', () => {
	const play = new Play({ interval: 60 });
	play.one(partitioned([90_000], [100_000], [0]));
	play.one(partitioned([90_000], [100_000], [5000]));
	let group = play.one(partitioned([90_000], [100_000], [5000]));
	assert.notEqual(group.retentionHeadroomSeconds, undefined);
	for (let poll = 0; poll < 61; poll++) group = play.one(partitioned([90_000], [100_000], [5000]));
	assert.equal(group.retentionHeadroomSeconds, undefined);
});

test('a stream without partitions is trimmed by its line', () => {
	const play = new Play();
	const at = (start: number) =>
		told(400, { line: { position: 5600, start, end: 6000 }, lagSeconds: 12 });
	play.one(at(0));
	let group = play.one(at(50));
	for (let poll = 2; poll <= 40; poll++) group = play.one(at(50 * poll));
	assert.equal(group.retentionHeadroomSeconds, 720);
	assert.equal(group.retentionUsedRatio, 0.1);
});

test('a stream without partitions and with a time limit deletes by age', () => {
	const play = new Play();
	const streams = [{ name: 'orders', retentionSeconds: 60 }];
	const group = play.one(told(4, { lagSeconds: 45 }), { streams });
	assert.equal(group.retentionUsedRatio, 0.75);
	assert.equal(group.retentionHeadroomSeconds, 15);
	assert.equal(
		play.one(told(0, { lagSeconds: 0 }), { streams }).retentionHeadroomSeconds,
		undefined,
	);
});

{
	const lag = (start: number) =>
		told(980, { line: { position: start + 20, start, end: start + 1000 }, lagSeconds: 12 });
	const last = (facts: Partial<Stream>) => {
		const play = new Play();
		const streams = [{ name: 'orders', ...facts }];
		let group = play.one(lag(0), { streams });
		for (let poll = 1; poll <= 40; poll++) group = play.one(lag(100 * poll), { streams });
		return group;
	};

	test('a start that moves where nothing is trimmed endangers nothing', () => {
		assert.equal(last({}).retentionUsedRatio, 0.98);
		assert.equal(last({ trimsBySize: true }).retentionUsedRatio, 0.98);
		const { retentionUsedRatio, retentionHeadroomSeconds } = last({ trimsBySize: false });
		assert.deepEqual([retentionUsedRatio, retentionHeadroomSeconds], [undefined, undefined]);
	});

	test('where messages go by age alone, their age tells', () => {
		const { lagSeconds = Number.NaN, retentionUsedRatio } = last({
			trimsBySize: false,
			retentionSeconds: 1000,
		});
		assert.equal(retentionUsedRatio, lagSeconds / 1000);
	});
}

/** Each poll ten seconds apart: committed and start. The end is far ahead. */
function deletedBehind(...polls: (readonly [committed: number, start: number])[]) {
	const play = new Play();
	const groups = polls.map(([committed, start]) =>
		play.one(partitioned([committed], [1_000_000], [start])),
	);
	return groups.at(-1)?.retentionHeadroomSeconds;
}

test('a start that follows what the group has read endangers nothing', () => {
	const steps = Array.from({ length: 60 }, (_, poll) => [100 * poll + 20, 100 * poll] as const);
	assert.equal(deletedBehind(...steps), undefined);
	// To the very offset that was committed, and every third poll.
	const rare = Array.from(
		{ length: 60 },
		(_, poll) => [100 * poll, 300 * Math.floor(poll / 3)] as const,
	);
	assert.equal(deletedBehind(...rare), undefined);
});

test('a start that moves on its own counts, behind the group or past it', () => {
	assert.equal(deletedBehind([500, 0], [500, 100]), 400 / (100 / 300));
	assert.equal(deletedBehind([500, 0], [700, 499]), 201 / (499 / 300));
	assert.equal(deletedBehind([500, 0], [600, 601]), 0);
	// The first move only is one to where the group stood.
	assert.equal(deletedBehind([500, 0], [600, 550], [600, 580]), 20 / (30 / 300));
});

test('where messages go by age alone and it is not known, the start tells', () => {
	assert.equal(dangerousRate(5, false, 1000, Number.NaN), 5);
	assert.equal(dangerousRate(5, false, 1000, 10), 0);
	assert.equal(dangerousRate(5, false, Number.NaN, Number.NaN), 0);
	assert.equal(dangerousRate(5, undefined, 1000, 10), 5);
});

test('without lag nothing unread is in danger, though not all that was delivered is acknowledged', () => {
	const play = new Play();
	const at = (start: number) =>
		told(0, { line: { position: 5600, start, end: 6000 }, lagSeconds: 0 });
	let group = play.one(at(0));
	for (let poll = 1; poll <= 40; poll++) group = play.one(at(50 * poll));
	assert.equal(group.retentionUsedRatio, 0);
	assert.equal(group.retentionHeadroomSeconds, undefined);
});

test('a stream that was made anew is trimmed by where it begins now', () => {
	const play = new Play();
	const at = (start: number) =>
		told(400, { line: { position: start + 3600, start, end: start + 4000 }, lagSeconds: 12 });
	play.one(at(1_000_000));
	let group = play.one(at(0));
	for (let poll = 1; poll <= 40; poll++) group = play.one(at(50 * poll));
	assert.equal(group.retentionHeadroomSeconds, 720);
});

test('a stream that is gone lends its time limit to nobody', () => {
	const play = new Play();
	const streams = [{ name: 'orders', retentionSeconds: 60 }];
	const behind = told(4, { lagSeconds: 45 });
	assert.equal(play.one(behind, { streams }).retentionUsedRatio, 0.75);
	// It is kept for two complete listings that lack it.
	for (const used of [0.75, 0.75, undefined]) {
		assert.equal(play.one(behind).retentionUsedRatio, used);
	}
});

test('nothing deletes where neither a limit is told nor the start moves', () => {
	const group = new Play().one(told(4, { lagSeconds: 45 }));
	assert.equal(group.retentionUsedRatio, undefined);
	assert.equal(group.retentionHeadroomSeconds, undefined);
});

test('what is deleted in one step right after the first sight is spread over five minutes', () => {
	const play = new Play();
	play.one(partitioned([9000], [10_000], [0]));
	const { retentionHeadroomSeconds } = play.one(partitioned([9000], [10_000], [3000]));
	assert.equal(retentionHeadroomSeconds, 600);
});
