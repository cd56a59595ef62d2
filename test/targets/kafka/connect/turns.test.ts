import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Turns } from '../../../../src/targets/kafka/connect/turns.ts';

test('five have their turn at a time, the others in the order in which they came', async () => {
	const turns = new Turns();
	const had: number[] = [];
	for (let who = 0; who < 8; who++) void turns.take().then(() => had.push(who));
	await turnOfTheLoop();
	assert.deepEqual(had, [0, 1, 2, 3, 4]);
	turns.give();
	turns.give();
	await turnOfTheLoop();
	assert.deepEqual(had, [0, 1, 2, 3, 4, 5, 6]);
});

test('a shorter silence does not end a longer one', async () => {
	const turns = new Turns();
	assert.equal(turns.silentMs, 0);
	turns.silence(60_000);
	turns.silence(10);
	assert.ok(turns.silentMs > 50_000);
});

test('who waits for the end of silence is let go by the signal', async () => {
	const turns = new Turns();
	turns.silence(60_000);
	const end = new AbortController();
	const waiting = turns.silent(end.signal);
	end.abort();
	await assert.rejects(waiting, { name: 'AbortError' });
});
