import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retention } from '../../../../src/targets/kafka/fetch/retention.ts';
import { timeout, topic, whole } from '../literals.ts';

const metadata = { ...whole.metadata, topics: [topic('orders', [1])] };
const minuteMs = 60_000;

function answered(retentionMs: string) {
	const configs = new Map([
		['cleanup.policy', 'delete'],
		['retention.ms', retentionMs],
	]);
	return {
		metadata,
		configs: [{ asked: ['orders'], answer: [{ topic: 'orders', errorCode: 0, configs }] }],
	};
}

test('settings are asked for again after five minutes', () => {
	const retention = new Retention();
	assert.deepEqual(retention.due(['orders'], 0), ['orders']);
	retention.learn(answered('3600000'), 0);
	assert.equal(retention.seconds('orders'), 3600);
	assert.deepEqual(retention.due(['orders'], 5 * minuteMs), []);
	assert.deepEqual(retention.due(['orders'], 6 * minuteMs), ['orders']);
});

test('what a broker did not answer is asked for again at once, and what was known holds so long', () => {
	const retention = new Retention();
	retention.learn(answered('3600000'), 0);
	retention.learn({ metadata, configs: [{ asked: ['orders'], error: timeout }] }, 6 * minuteMs);
	assert.equal(retention.seconds('orders'), 3600);
	assert.deepEqual(retention.due(['orders'], 6 * minuteMs), ['orders']);
});

test('a topic that is gone is forgotten', () => {
	const retention = new Retention();
	retention.learn(answered('3600000'), 0);
	retention.learn({ ...answered('3600000'), metadata: { ...metadata, topics: [] } }, minuteMs);
	assert.equal(retention.seconds('orders'), undefined);
});
