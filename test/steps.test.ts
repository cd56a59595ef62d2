import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, hurry, inTurns } from '../src/steps.ts';

/** Work of so many milliseconds of CPU, which may be interrupted after each. */
function* work(milliseconds: number): Generator<void, string> {
	for (let step = 0; step < milliseconds; step++) {
		block(1);
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
	const until = performance.now() + forMs;
	while (performance.now() < until);
}

test('long work lets others have their turn, and gives its result', async () => {
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(100)), 'done');
	});
	assert.ok(turns >= 5, `${turns} turns of others`);
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
	// All in the same turn would take 100 ms.
	assert.ok(longestMs < 50, `${longestMs} ms`);
});

test('short works share a turn', async () => {
	const turns = await turnsOfOthers(async () => {
		for (let count = 0; count < 1000; count++) assert.equal(await inTurns(work(0)), 'done');
	});
	assert.ok(turns < 100, `${turns} turns of others`);
});

test('while somebody waits, others have their turn after each step', async () => {
	hurry();
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(20)), 'done');
	});
	assert.ok(turns >= 19, `${turns} turns of others`);
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
	assert.ok(turns < 75, `${turns} turns of others`);
});

test('what has passed its deadline is done in one go', async () => {
	const turns = await turnsOfOthers(async () => {
		assert.equal(await inTurns(work(50), AbortSignal.abort()), 'done');
	});
	assert.equal(turns, 0);
});

test('in one go nobody else has a turn', () => {
	assert.equal(atOnce(work(10)), 'done');
});
