import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextDelayMs } from '../../src/poll/schedule.ts';

test('polls come at most an interval apart, and up to a tenth earlier', () => {
	assert.equal(nextDelayMs(15_000, 0, 0), 15_000);
	assert.equal(nextDelayMs(15_000, 0, 0.5), 14_250);
	assert.equal(nextDelayMs(15_000, 0, 1), 13_500);
});

test('a single failure changes nothing', () => {
	assert.equal(nextDelayMs(15_000, 1, 0), 15_000);
});

test('a target that keeps failing is asked less often, but within two intervals', () => {
	for (const failures of [2, 3, 10, 1000]) {
		assert.equal(nextDelayMs(15_000, failures, 0), 22_500);
	}
});

test('the longest interval that there may be is no longer than a timer can be, also after failures', () => {
	const days24 = 24 * 24 * 60 * 60 * 1000;
	assert.equal(nextDelayMs(days24, 0, 0), days24);
	assert.equal(nextDelayMs(days24, 2, 0), 2_147_483_647);
});
