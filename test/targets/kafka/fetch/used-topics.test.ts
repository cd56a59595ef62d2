import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsedTopics } from '../../../../src/targets/kafka/fetch/used-topics.ts';
import { committed, described, offsetsOf, timeout } from '../literals.ts';

const minute = 60_000;
const nothing = { offsets: [], shareOffsets: [], descriptions: [] };
const billing = {
	...nothing,
	offsets: [
		committed({ errorCode: 0, groupId: 'billing', topics: [offsetsOf('orders', { 0: 5 })] }),
	],
};
const asked = { node: 1, type: 'classic', groupIds: ['billing'] };

test('topics with a commit, those that are shared and those that members have are used', () => {
	const used = new UsedTopics();
	used.learn(
		{
			...billing,
			shareOffsets: [
				{
					asked,
					answer: [{ errorCode: 0, groupId: 's', topics: [{ topic: 'jobs', partitions: [] }] }],
				},
			],
			descriptions: [
				{ asked, answer: [described('billing', 'Stable', ['refunds'], undefined, ['payments'])] },
			],
		},
		0,
	);
	assert.deepEqual(
		['orders', 'jobs', 'refunds', 'payments', 'other'].filter((topic) => used.has(topic)),
		['orders', 'jobs', 'refunds', 'payments'],
	);
});

test('a topic is read on while a coordinator does not answer, as long as its group is remembered', () => {
	const used = new UsedTopics();
	used.learn(billing, 0);
	const failed = { ...nothing, offsets: [{ asked, error: timeout }] };
	used.learn(failed, 60 * minute);
	assert.equal(used.has('orders'), true);
	used.learn(failed, 61 * minute);
	assert.equal(used.has('orders'), false);
});
