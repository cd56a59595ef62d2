import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline, ticksPerSecond } from '../../src/derive/timeline.ts';

/** Seconds since the first round that a timeline has counted after each step of the wall clock. */
function counted(...steps: readonly number[]): readonly number[] {
	const timeline = new Timeline(15);
	let atMs = 1_000_000_000_000;
	const first = timeline.advance(atMs);
	return steps.map((step) => {
		atMs += step * 1000;
		return (timeline.advance(atMs) - first) / ticksPerSecond;
	});
}

test('time goes on as the wall clock does', () => {
	assert.deepEqual(counted(15, 13.5, 22.5), [15, 28.5, 51]);
});

test('a wall clock that is put back stops time until the next round', () => {
	assert.deepEqual(counted(15, -3600, 15), [15, 15, 30]);
});

test('a wall clock that is put forward counts as four intervals', () => {
	assert.deepEqual(counted(15, 3600, 15), [15, 75, 90]);
});

test('steps of less than a tick add up', () => {
	const steps = Array.from({ length: 1000 }, () => 0.016);
	assert.equal(counted(...steps).at(-1), 16);
});

test('earlier times of the wall clock become ticks, never later than now', () => {
	const timeline = new Timeline(15);
	const atMs = 1_000_000_000_000;
	const now = timeline.advance(atMs);
	assert.equal(timeline.tickOf(atMs - 86_400_000), now - 86_400 * ticksPerSecond);
	assert.equal(timeline.tickOf(atMs + 60_000), now);
	assert.equal(timeline.tickOf(0), 1);
	assert.equal(timeline.wallMs(now - 100), atMs - 10_000);
});
