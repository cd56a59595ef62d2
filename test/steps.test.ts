import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, hurry, inTurns } from '../src/steps.ts';

/** Work of so many milliseconds of CPU, which may be interrupted after each. */
function* work(milliseconds: number): Generator<void, string> {
	for (let step = 0; step < milliseconds; step++) {
		const until = performance.now() + 1;
		while (performance.now() < until);
		yield;
	}
	return 'done';
}

test('long work lets others have their turn, and gives its result', async () => {
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		if (going) setImmediate(other);
	};
	setImmediate(other);
	assert.equal(await inTurns(work(100)), 'done');
	going = false;
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
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		if (going) setImmediate(other);
	};
	setImmediate(other);
	for (let count = 0; count < 1000; count++) assert.equal(await inTurns(work(0)), 'done');
	going = false;
	assert.ok(turns < 100, `${turns} turns of others`);
});

test('while somebody waits, others have their turn after each step', async () => {
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		if (going) setImmediate(other);
	};
	setImmediate(other);
	hurry();
	assert.equal(await inTurns(work(20)), 'done');
	going = false;
	assert.ok(turns >= 19, `${turns} turns of others`);
});

test('work goes on where others always wait and take long', async () => {
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		hurry();
		const until = performance.now() + 5;
		while (performance.now() < until);
		if (going) setImmediate(other);
	};
	setImmediate(other);
	assert.equal(await inTurns(work(100)), 'done');
	going = false;
	// Step by step it would be 100.
	assert.ok(turns < 75, `${turns} turns of others`);
});

test('what has passed its deadline is done in one go', async () => {
	let turns = 0;
	let going = true;
	const other = () => {
		turns += 1;
		if (going) setImmediate(other);
	};
	setImmediate(other);
	assert.equal(await inTurns(work(50), AbortSignal.abort()), 'done');
	going = false;
	assert.equal(turns, 0);
});

test('in one go nobody else has a turn', () => {
	assert.equal(atOnce(work(10)), 'done');
});
