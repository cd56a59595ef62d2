import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { atOnce, hurry, inTurns, isAtWork } from '../src/steps.ts';

/** The time of these tests, in which only work and waiting take any: a busy machine changes nothing. */
let nowMs = Math.ceil(performance.now());

beforeEach(() => {
	mock.method(performance, 'now', () => nowMs);
});

/** Work that may be interrupted after each of its steps. */
function* work(steps: number, stepMs = 1): Generator<void, string> {
	for (let step = 0; step < steps; step++) {
		block(stepMs);
		yield;
	}
	return 'done';
}

/** How many turns of the event loop others have, while work goes on, for something of theirs. */
async function turnsOfOthers(
	during: () => Promise<void>,
	theirs: () => void = () => {},
): Promise<number> {
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		theirs();
		if (going) setImmediate(other);
	};
	setImmediate(other);
	await during();
	going = false;
	return turns;
}

/** Keeps the event loop busy. */
function block(forMs: number): void {
	nowMs += forMs;
}

test('long work lets others have their turn, and gives its result', async () => {
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(100)), 'done');
	});
	assert.equal(turns, 50);
});

test('several works at once hold others up no longer than one does', async () => {
	let longestMs = 0;
	let last = performance.now();
	let going = true;
	const other = () => {
		longestMs = Math.max(longestMs, performance.now() - last);
		last = performance.now();
		if (going) setImmediate(other);
	};
	setImmediate(other);
	const works = Array.from({ length: 20 }, () => inTurns(work(20)));
	assert.deepEqual(await Promise.all(works), Array(20).fill('done'));
	going = false;
	assert.equal(longestMs, 2);
});

test('short works share a turn', async () => {
	const turns = await turnsOfOthers(async () => {
		for (let count = 0; count < 1000; count++) assert.equal(await inTurns(work(1, 0.125)), 'done');
	});
	// 125 ms, two in each turn.
	assert.equal(turns, 62);
});

test('while somebody waits, others have their turn after each step', async () => {
	hurry();
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(20)), 'done');
	});
	assert.equal(turns, 20);
});

test('work goes on where others always wait and take long', async () => {
	const slowly = () => {
		hurry();
		block(5);
	};
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(100)), 'done');
	}, slowly);
	// Step by step it would be 100.
	assert.equal(turns, 50);
});

test('what has passed its deadline takes longer turns, whoever waits', async () => {
	hurry();
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(50), AbortSignal.abort()), 'done');
	});
	assert.equal(turns, 10);
});

test('work whose deadline passes while it goes on takes longer turns from then on', async () => {
	const ending = new AbortController();
	function* passing(): Generator<void, string> {
		yield* work(10);
		ending.abort();
		return yield* work(40);
	}
	hurry();
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(passing(), ending.signal), 'done');
	});
	// Ten of one step, eight of five.
	assert.equal(turns, 18);
});

test('work goes on for its signal until all that has it came to its end, or failed', async () => {
	const { signal } = new AbortController();
	function* failing(): Generator<void, void> {
		yield* work(5);
		throw new Error('no');
	}
	const seen: boolean[] = [];
	const look = () => seen.push(isAtWork(signal));
	look();
	const short = inTurns(failing(), signal);
	const long = inTurns(work(20), signal);
	look();
	await assert.rejects(short, /no/);
	look();
	await long;
	look();
	assert.deepEqual(seen, [false, true, true, false]);
});

test('in one go nobody else has a turn', () => {
	assert.equal(atOnce(work(10)), 'done');
});
