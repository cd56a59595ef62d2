import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retention } from '../../../../src/targets/kafka/fetch/retention.ts';
import { timeout, topic, whole } from '../literals.ts';

const metadata = { ...whole.metadata, topics: [topic('orders', [1])] };
const minuteMs = 60_000;

function answered(ms: string | null, bytes: string | null = '-1', policy = 'delete') {
	const configs = new Map([
		['cleanup.policy', policy],
		['retention.ms', ms],
		['retention.bytes', bytes],
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
	assert.equal(retention.of('orders').seconds, 3600);
	assert.deepEqual(retention.due(['orders'], 5 * minuteMs), []);
	assert.deepEqual(retention.due(['orders'], 6 * minuteMs), ['orders']);
});

test('what a broker did not answer is asked for again at once, and what was known holds so long', () => {
	const retention = new Retention();
	retention.learn(answered('3600000'), 0);
	retention.learn({ metadata, configs: [{ asked: ['orders'], error: timeout }] }, 6 * minuteMs);
	assert.equal(retention.of('orders').seconds, 3600);
	assert.deepEqual(retention.due(['orders'], 6 * minuteMs), ['orders']);
});

test('a topic that is gone is forgotten', () => {
	const retention = new Retention();
	retention.learn(answered('3600000'), 0);
	retention.learn({ ...answered('3600000'), metadata: { ...metadata, topics: [] } }, minuteMs);
	assert.equal(retention.of('orders').seconds, undefined);
});

for (const [ms, bytes, policy, told] of [
	['3600000', '-1', 'delete', { seconds: 3600, bySize: false }],
	['3600000', '1000', 'delete', { seconds: 3600, bySize: true }],
	['-1', '-1', 'delete', { bySize: false }],
	['-1', '0', 'compact, delete', { bySize: true }],
	['3600000', '1000', 'compact', { bySize: false }],
	[null, null, 'delete', {}],
] as const) {
	test(`a topic with retention.ms ${ms}, retention.bytes ${bytes} and policy ${policy} deletes so`, () => {
		const retention = new Retention();
		retention.learn(answered(ms, bytes, policy), 0);
		const { askedAtMs: _, ...of } = retention.of('orders') as object & { askedAtMs?: number };
		assert.deepEqual(of, told);
	});
}
