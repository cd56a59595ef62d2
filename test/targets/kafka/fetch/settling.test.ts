import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answers } from '../../../../src/targets/kafka/fetch/answers.ts';
import { Settling } from '../../../../src/targets/kafka/fetch/settling.ts';
import { broker1, listed, timeout, topic, whole } from '../literals.ts';

/** A poll that lists some groups, while some brokers lead the topic of offsets. */
function answers(groupIds: readonly string[], leaders: readonly number[] = [1, 2]): Answers {
	return {
		...whole,
		metadata: { brokers: [broker1], topics: [topic('__consumer_offsets', leaders)] },
		listings: [{ asked: 1, answer: { errorCode: 0, groups: groupIds.map((id) => listed(id)) } }],
	};
}

test('a group that is deleted while nothing else happens is missing at once', () => {
	const settling = new Settling();
	assert.equal(settling.learn(answers(['a', 'b']), 2, 0), false);
	assert.equal(settling.lacksGroups(answers(['a']).listings), true);
	assert.equal(settling.learn(answers(['a']), 2, 15_000), false);
	assert.equal(settling.lacksGroups(answers(['a']).listings), false);
});

for (const [what, then, connects] of [
	['a broker was connected to anew', answers(['a']), 3],
	['leaders of the offsets have changed', answers(['a'], [1, 1]), 2],
	[
		'a broker has failed',
		{ ...answers(['a']), listings: [...answers(['a']).listings, { asked: 2, error: timeout }] },
		2,
	],
] as const) {
	test(`a group that is on no list after ${what} may exist, for half a minute`, () => {
		const settling = new Settling();
		settling.learn(answers(['a', 'b']), 2, 0);
		assert.equal(settling.learn(then, connects, 1000), true);
		assert.equal(settling.learn(answers(['a'], [1, 1]), connects, 20_000), true);
		assert.equal(settling.learn(answers(['a'], [1, 1]), connects, 60_000), false);
	});
}

test('what happened to coordinators is of no concern while every group is listed', () => {
	const settling = new Settling();
	settling.learn(answers(['a', 'b']), 2, 0);
	assert.equal(settling.learn(answers(['a', 'b'], [2, 2]), 5, 1000), false);
	// It left long after.
	assert.equal(settling.learn(answers(['a'], [2, 2]), 5, 60_000), false);
});

test('a first poll doubts nothing', () => {
	assert.equal(new Settling().learn(answers([]), 3, 0), false);
});
