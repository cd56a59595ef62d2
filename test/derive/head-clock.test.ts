import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPoint, addSeed, headTick } from '../../src/derive/head-clock.ts';
import { Play, partitioned, readingOf } from './play.ts';

/** The history of one head, with room for so many points. */
class Head {
	readonly #capacity: number;
	readonly #points;
	#count = 0;

	constructor(capacity = 64) {
		this.#capacity = capacity;
		this.#points = {
			at: new Uint32Array(capacity),
			end: new Float64Array(capacity),
			error: new Uint16Array(capacity),
		};
	}

	/** The head at a tick; whether there was room for what matters. */
	add(tick: number, end: number, mayGrow = false): boolean {
		const count = addPoint(this.#points, 0, this.#count, this.#capacity, tick, end, 150, mayGrow);
		if (count === -1) return false;
		this.#count = count;
		return true;
	}

	seed(tick: number, end: number, now: number): void {
		this.#count = addSeed(this.#points, 0, this.#count, this.#capacity, tick, end, now, 150);
	}

	at(offset: number): number {
		return headTick(this.#points, 0, this.#count, offset);
	}

	get points(): readonly (readonly [number, number])[] {
		return Array.from({ length: this.#count }, (_, row) => [
			this.#points.at[row] as number,
			this.#points.end[row] as number,
		]);
	}
}

function headOf(...points: readonly (readonly [tick: number, end: number])[]): Head {
	const head = new Head();
	for (const [tick, end] of points) head.add(tick, end);
	return head;
}

const steady = [
	[100, 0],
	[200, 50],
	[300, 150],
] as const;

for (const [name, points, offset, tick] of [
	['a message between two points came between their times', steady, 100, 250],
	['the message at the end of a point came right after it', steady, 50, 200],
	['a message before the oldest point is at least as old as that', [[100, 10]], 5, 100],
	['the message at the head has not come', steady, 150, Number.NaN],
	['without points nothing is known', [], 5, Number.NaN],
	[
		'what comes after a pause came after its end, not its beginning',
		[
			[100, 0],
			[200, 50],
			[300, 50],
			[400, 50],
			[500, 60],
		],
		50,
		400,
	],
	[
		'what came before a pause came before its beginning',
		[
			[100, 0],
			[200, 50],
			[300, 50],
			[400, 50],
			[500, 60],
		],
		49,
		198,
	],
] as const) {
	test(name, () => assert.equal(headOf(...points).at(offset), tick));
}

test('a pause of any length takes two points', () => {
	const head = headOf([100, 0]);
	for (let tick = 200; tick <= 10_000; tick += 100) head.add(tick, 50);
	head.add(10_100, 60);
	assert.deepEqual(head.points, [
		[100, 0],
		[200, 50],
		[10_000, 50],
		[10_100, 60],
	]);
});

test('a second look at the same time replaces the first', () => {
	const head = headOf([100, 0], [200, 50], [200, 70]);
	assert.deepEqual(head.points, [
		[100, 0],
		[200, 70],
	]);
});

test('on an even head, a hundred times as many polls as points cost no accuracy', () => {
	const head = new Head();
	for (let poll = 0; poll <= 6400; poll++) head.add(150 * poll, 1000 * poll);
	assert.equal(head.points.length, 64);
	for (let poll = 0; poll < 6400; poll++)
		assert.ok(Math.abs(head.at(1000 * poll) - 150 * poll) < 1);
});

test('thinned points lie the closer together the younger they are', () => {
	const head = new Head();
	const now = 150 * 6400;
	for (let poll = 0; poll <= 6400; poll++) head.add(150 * poll, 1000 * poll);
	const ages = head.points.map(([tick]) => now - tick);
	assert.equal(ages[0], now);
	assert.equal(ages.at(-2), 150);
	// No gap is wider than a third of its age, and the youngest ones are not thinned.
	for (const [index, age] of ages.entries()) {
		const next = ages[index + 1];
		if (next === undefined || age < 1500) continue;
		assert.ok(age - next <= age / 3, `${age} to ${next}`);
	}
});

test('corners are kept: a burst an hour, over a day, is told within 3 % or one interval', () => {
	const head = new Head();
	const truth: [offset: number, tick: number][] = [];
	let end = 0;
	const polls = 24 * 240;
	for (let poll = 0; poll <= polls; poll++) {
		// 10,000 messages in one minute of each hour, nothing in between.
		if (poll % 240 < 4) {
			for (let part = 0; part < 4; part++) truth.push([end + part * 625, 150 * (poll + part / 4)]);
			end += 2500;
		}
		head.add(150 * (poll + 1), end);
	}
	const now = 150 * (polls + 1);
	for (const [offset, tick] of truth) {
		const error = Math.abs(head.at(offset) - tick);
		assert.ok(error <= Math.max(150, 0.03 * (now - tick)), `${offset}: ${error} ticks`);
	}
});

test('it asks for more room when a point that matters would have to go, and only then', () => {
	const even = new Head(8);
	for (let poll = 0; poll < 100; poll++) assert.ok(even.add(150 * poll, 10 * poll, true));
	const uneven = new Head(8);
	const ends = Array.from(
		{ length: 100 },
		(_, poll) => (poll % 20 < 10 ? 10 : 10_000) * (poll + 1),
	);
	ends.sort((a, b) => a - b);
	let end = 0;
	const asked = ends.some((_, poll) => {
		end += poll % 20 < 10 ? 1 : 10_000;
		return !uneven.add(150 * poll, end, true);
	});
	assert.ok(asked);
});

test('what a broker looked up goes before the history, as far as it fits', () => {
	const head = headOf([10_000, 500]);
	head.seed(9000, 400, 10_000);
	head.seed(9500, 450, 10_000);
	head.seed(8000, 410, 10_000);
	head.seed(7000, 100, 10_000);
	assert.deepEqual(head.points, [
		[7000, 100],
		[9000, 400],
		[10_000, 500],
	]);
});

test('a time in which nothing was produced takes two points, however often it was looked up', () => {
	const head = headOf([10_000, 500]);
	for (const tick of [9800, 9400, 7000, 1000]) head.seed(tick, 0, 10_000);
	assert.deepEqual(head.points, [
		[1000, 0],
		[9800, 0],
		[10_000, 500],
	]);
	assert.equal(head.at(0), 9800);
});

test('without room for both ends of a run, other times are not given up for it', () => {
	const head = new Head(4);
	head.add(864_000, 1000);
	// What was found: the end until a message came, and at the time that was asked for before it.
	for (const [came, asked, end] of [
		[500, 600, 990],
		[2500, 3000, 950],
		[8000, 9000, 800],
		[30_000, 36_000, 300],
	] as const) {
		head.seed(864_000 - came, end, 864_000);
		head.seed(864_000 - asked, end, 864_000);
	}
	assert.deepEqual(new Set(head.points.map(([, end]) => end)).size, 4);
});

test('with few points, looked-up ones stay spread over the whole time', () => {
	const head = new Head(4);
	head.add(864_000, 1000);
	for (const ago of [600, 3000, 9000, 36_000, 216_000, 860_000]) {
		head.seed(864_000 - ago, 1000 - ago / 1000, 864_000);
	}
	assert.equal(head.points.length, 4);
	assert.equal(head.points[0]?.[0], 4000);
});

test('the age of lag is that of the worst partition', () => {
	const play = new Play();
	play.one(partitioned([0, 0], [0, 0]));
	play.one(partitioned([0, 0], [10, 0]));
	play.one(partitioned([0, 0], [10, 10]));
	assert.equal(play.one(partitioned([5, 0], [10, 10])).lagSeconds, 25);
	assert.equal(play.one(partitioned([10, 0], [10, 10])).lagSeconds, 30);
	assert.equal(play.one(partitioned([10, 10], [10, 10])).lagSeconds, 0);
});

test('right after the start the age of lag is unknown, then at least as long as it was seen', () => {
	const play = new Play();
	const lagging = partitioned([5], [10]);
	assert.equal(play.one(lagging).lagSeconds, undefined);
	assert.equal(play.one(lagging).lagSeconds, 10);
	assert.equal(play.one(partitioned([5], [20])).lagSeconds, 20);
});

test('what the broker looked up tells the age at the first reading', () => {
	const play = new Play();
	const atMs = Date.UTC(2026, 0, 2, 13, 55);
	const headSeeds = [{ stream: 'orders', partition: 0, atMs, end: 5 }];
	const { lagSeconds } = play.one(partitioned([5], [10]), { headSeeds });
	assert.equal(lagSeconds, 300);
});

test('ages stay as they were while nothing is read', () => {
	const play = new Play();
	play.one(partitioned([10], [10]));
	play.one(partitioned([10], [20]));
	assert.equal(play.one(partitioned([10], [30])).lagSeconds, 20);
	assert.equal(play.one(undefined).lagSeconds, 20);
	assert.equal(play.one(undefined).lagSeconds, 20);
});

test('a head that goes back is another topic: its history begins anew', () => {
	const play = new Play();
	play.one(partitioned([10], [10]));
	play.one(partitioned([10], [500]));
	play.one(partitioned([0], [5]));
	assert.equal(play.one(partitioned([0], [8])).lagSeconds, 10);
});

test('no age is told by the head where the reading does not say so', () => {
	const play = new Play();
	const seen = [partitioned([10], [10]), partitioned([10], [20])].map(
		(group) => play.one(group, { agesByHead: false }).lagSeconds,
	);
	assert.deepEqual(seen, [undefined, undefined]);
});

test('an age that the platform tells is taken as it is', () => {
	const play = new Play();
	const group = { ...partitioned([10], [20]), lagSeconds: 77 };
	assert.equal(play.one(group, { agesByHead: false }).lagSeconds, 77);
});

test('partitions that are added leave the history of the others alone', () => {
	const play = new Play();
	play.one(partitioned([10], [10]));
	play.one(partitioned([10], [20]));
	const added = partitioned([10, 0], [30, 0]);
	assert.equal(play.one(added).lagSeconds, 20);
	assert.equal(play.one(partitioned([10, 0], [30, 5])).lagSeconds, 30);
});

test('a head that no group reads keeps no points', () => {
	const play = new Play();
	const { streams } = readingOf([partitioned([5], [10])]);
	play.poll(readingOf([], { streams }));
	assert.equal(play.history.points.bytes, 0);
});
