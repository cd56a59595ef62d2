import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../../src/steps.ts';
import { seedsOf } from '../../../../src/targets/kafka/fetch/head-seeds.ts';
import { offsetsOf } from '../literals.ts';

const nowMs = 1_000_000_000;
const orders = {
	name: 'orders',
	partitions: {
		ids: Int32Array.of(0, 1),
		start: Float64Array.of(0, 0),
		end: Float64Array.of(100, 50),
	},
};

/** What a lookup of some seconds ago found: an offset of partition 0, and how long ago it came. */
function found(secondsAgo: number, offset: number, cameSecondsAgo = secondsAgo) {
	const answer = {
		topics: [offsetsOf('orders', { 0: offset })],
		timestamps: Float64Array.of(offset < 0 ? -1 : nowMs - cameSecondsAgo * 1000),
	};
	return { atMs: nowMs - secondsAgo * 1000, answers: [answer] };
}

function seeds(...lookups: ReturnType<typeof found>[]) {
	return atOnce(seedsOf(lookups, [orders], nowMs)).map(({ partition, atMs, end }) => [
		partition,
		(nowMs - atMs) / 1000,
		end,
	]);
}

test('the first message of a time or later tells where the end was then', () => {
	assert.deepEqual(seeds(found(60, 90), found(300, 40)), [
		[0, 60, 90],
		[0, 300, 40],
	]);
});

test('the end was the same until that message came', () => {
	assert.deepEqual(seeds(found(60, 90, 20), found(300, 40, 140), found(900, 40, 140)), [
		[0, 20, 90],
		[0, 60, 90],
		[0, 140, 40],
		[0, 300, 40],
		[0, 900, 40],
	]);
});

test('no message since a time means that the end was where it is now', () => {
	assert.deepEqual(seeds(found(60, -1), found(300, 40)), [
		[0, 60, 100],
		[0, 300, 40],
	]);
});

test('an answer that is dated in the future is dropped', () => {
	assert.deepEqual(seeds(found(60, 10, -1800), found(300, 5)), [[0, 300, 5]]);
});

test('an answer that would have the end go back is dropped', () => {
	assert.deepEqual(seeds(found(60, 30), found(300, 40), found(900, 20)), [
		[0, 60, 30],
		[0, 900, 20],
	]);
	assert.deepEqual(seeds(found(60, 101)), []);
});

test('a partition that was refused, or that the reading does not know, has no seed', () => {
	const refused = { topics: [offsetsOf('orders', {}, { 0: 6 })], timestamps: Float64Array.of(-1) };
	const unknown = { topics: [offsetsOf('gone', { 0: 1 })], timestamps: Float64Array.of(1) };
	assert.deepEqual(
		atOnce(seedsOf([{ atMs: 1, answers: [refused, unknown] }], [orders], nowMs)),
		[],
	);
});
