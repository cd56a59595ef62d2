import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/poll/outcome.ts';
import { afterPoll, initialState } from '../../src/poll/target-state.ts';

const platform = { name: 'kafka', operations: ['metadata', 'connect'], problems: ['timeout'] };
const initial = initialState('orders', platform, 15);
const reading = {
	version: '4.1.0',
	streams: [],
	groups: [],
	unread: [],
	problems: [],
	complete: true,
	partitionDetail: true,
};
const good: Outcome = {
	result: 'ok',
	startedAtMs: 100_000,
	durationSeconds: 0.3,
	reading,
	problems: [],
};
const bad: Outcome = {
	result: 'failed',
	startedAtMs: 200_000,
	durationSeconds: 10,
	problems: [
		{ code: 'timeout', operation: 'read', message: 'a' },
		{ code: 'timeout', operation: 'connect', message: 'b' },
	],
};

test('every counter is born at 0', () => {
	assert.deepEqual(initial.polls, { ok: 0, partial: 0, failed: 0 });
	assert.deepEqual(initial.problemCounts, { timeout: 0, internal: 0 });
	assert.deepEqual(initial.requestCounts, { metadata: 0, connect: 0 });
	assert.equal(initial.lastResult, undefined);
	assert.equal(initial.lastSuccessTimestampSeconds, undefined);
	assert.equal(initial.lastPollTimestampSeconds, undefined);
});

test('a poll is counted with its duration, its requests and its end', () => {
	const state = afterPoll(initial, good, new Map([['metadata', 3]]));
	assert.equal(state.lastResult, 'ok');
	assert.deepEqual(state.polls, { ok: 1, partial: 0, failed: 0 });
	assert.deepEqual(state.requestCounts, { metadata: 3, connect: 0 });
	assert.equal(state.lastSuccessTimestampSeconds, 100.3);
	assert.equal(state.version, '4.1.0');
	const { bounds, counts, count, sum } = state.pollDurations;
	assert.deepEqual([count, sum], [1, 0.3]);
	assert.deepEqual(
		bounds.filter((_, index) => counts[index] === 1),
		[0.5, 1, 2.5, 5, 10, 30],
	);
});

test('a failed poll counts its problems and leaves the last success and the version', () => {
	const state = afterPoll(afterPoll(initial, good, new Map()), bad, new Map());
	assert.equal(state.lastResult, 'failed');
	assert.deepEqual(state.polls, { ok: 1, partial: 0, failed: 1 });
	assert.deepEqual(state.problemCounts, { timeout: 2, internal: 0 });
	assert.equal(state.lastSuccessTimestampSeconds, 100.3);
	assert.equal(state.lastPollTimestampSeconds, bad.startedAtMs / 1000 + bad.durationSeconds);
	assert.equal(state.version, '4.1.0');
	assert.equal(state.problems, bad.problems);
});
