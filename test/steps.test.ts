import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, inTurns } from '../src/steps.ts';

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

test('in one go nobody else has a turn', () => {
	assert.equal(atOnce(work(10)), 'done');
});
