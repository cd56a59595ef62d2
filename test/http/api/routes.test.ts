import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type consumerJson,
	consumerWithPartitionsJson,
} from '../../../src/http/api/consumer-json.ts';
import { targetJson } from '../../../src/http/api/target-json.ts';
import type { Consumer } from '../../../src/model.ts';
import { consumer } from '../../metrics/records.ts';
import { get } from '../site.ts';
import { crowd, targetState } from '../snapshots.ts';

/** Everything that can be known of a consumer. */
const everything: Required<Omit<Consumer, 'recentLags' | 'recentLagsAt'>> = {
	...{ target: 't', platform: 'redis', stream: 's', consumerGroup: 'g', firstSeenMs: 1 },
	...{ kind: 'group', state: 'active', lag: 1, lagUncertainty: 2, lagUnknown: 'not_read' },
	...{ lagSeconds: 0.5, partitionLagMax: 4, partitionsUnknown: 5, partitionsStalled: 6 },
	...{ stalledSeconds: 7, stoppedSeconds: 8, pending: 9, pendingAgeSeconds: 10 },
	...{ pendingIdleSeconds: 11, pendingAbandoned: 12, oldestPendingDeliveries: 13 },
	...{ pendingLimit: 14, redelivered: 15, members: 16, idleSeconds: 17, waitingPulls: 18 },
	...{ consumedTotal: 19, lostTotal: 20, exhaustedTotal: 21, retentionUsedRatio: 0.22 },
	...{ retentionHeadroomSeconds: 23, drainSeconds: 24, status: 'behind', statusReason: 'why' },
	objective: {
		...{ name: 'o', severity: 'critical', expressed: true, lag: 25, lagSeconds: 26 },
		...{ pendingAgeSeconds: 27, stalledAfterSeconds: 28, ignoreLag: 29 },
	},
	breaches: { lag: true, lagSeconds: false, pendingAge: true },
	expected: true,
	position: { major: 1526919030474, minor: 55 },
	acknowledged: { major: 30, minor: 0 },
	partitions: {
		ids: Int32Array.from([0, 3]),
		lags: Float64Array.from([31, Number.NaN]),
		lagsFrom: 0,
		committed: Float64Array.from([32, 2 ** 53 - 1]),
	},
};

test('every key of a consumer passes through the schema of the answer', async () => {
	const answer = await get('/api/v1/consumers', { consumers: [everything] });
	assert.equal(answer.statusCode, 200);
	assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
	const made = consumerWithPartitionsJson(everything);
	assert.deepEqual(answer.json(), { total: 1, consumers: [JSON.parse(JSON.stringify(made))] });
	for (const [key, value] of Object.entries(made)) assert.notEqual(value, undefined, key);
	assert.deepEqual(answer.json().consumers[0].partitions, [
		{ partition: 0, lag: 31, offset: 32 },
		{ partition: 3, offset: 2 ** 53 - 1 },
	]);
	assert.deepEqual(answer.json().consumers[0].breached, ['lag', 'pending_age']);
});

test('what is not known is left out', async () => {
	const [one] = (await get('/api/v1/consumers', { consumers: [consumer({})] })).json().consumers;
	assert.deepEqual(one, {
		...{ target: 't', platform: 'kafka', stream: 's', consumer_group: 'g' },
		...{ status: 'ok', status_reason: 'lag 0', objective: 'default', severity: 'warning' },
		...{ objective_stalled_seconds: 600, breached: [] },
	});
});

test('every key of a target passes through the schema of the answer', async () => {
	const state = targetState({
		version: '4.1.0',
		lastResult: 'partial',
		lastPollTimestampSeconds: 2.5,
		lastSuccessTimestampSeconds: 1.5,
		problems: [{ code: 'denied', operation: 'list', subject: 'g', message: '"g" is denied' }],
	});
	const answer = await get('/api/v1/targets', { targets: [state] });
	assert.deepEqual(answer.json(), { targets: [targetJson(state)] });
	for (const [key, value] of Object.entries(targetJson(state))) {
		assert.notEqual(value, undefined, key);
	}
	assert.equal(answer.json().targets[0].up, true);
});

test('a target is up or down once it was polled', async () => {
	const targets = [
		targetState({ lastResult: 'failed' }),
		{ ...targetState(), lastResult: undefined },
	] as const;
	// As it is before the first poll.
	const { lastResult: _, ...untried } = targets[1];
	const answer = await get('/api/v1/targets', { targets: [targets[0], untried] });
	assert.deepEqual(
		answer.json().targets.map(({ up }: { up?: boolean }) => up),
		[false, undefined],
	);
});

const some = [
	consumer({ target: 'a', stream: 'orders', consumerGroup: 'billing', lag: 3, status: 'behind' }),
	consumer({ target: 'a', stream: 'payments', consumerGroup: 'billing', lag: 9 }),
	consumer({ target: 'a', stream: 'orders', consumerGroup: 'audit' }),
	consumer({ target: 'b', stream: 'orders', consumerGroup: 'billing', platform: 'redis', lag: 0 }),
].map((one) => ({ ...one, partitions: everything.partitions }));

const found: readonly (readonly [query: string, groups: string])[] = [
	['', 'a/orders/billing a/payments/billing b/orders/billing a/orders/audit'],
	['consumer_group=bill*', 'a/orders/billing a/payments/billing b/orders/billing'],
	['consumer_group=bill', ''],
	['stream=orders&target=a', 'a/orders/billing a/orders/audit'],
	['stream=pay*&stream=nothing', 'a/payments/billing'],
	['platform=redis', 'b/orders/billing'],
	['status=behind', 'a/orders/billing'],
	[
		'status=behind&status=o?',
		'a/orders/billing a/payments/billing b/orders/billing a/orders/audit',
	],
	['stream=a&stream=b&stream=orders&target=b', 'b/orders/billing'],
	['sort=lag', 'a/payments/billing a/orders/billing b/orders/billing a/orders/audit'],
	['sort=lag&order=asc', 'b/orders/billing a/orders/billing a/payments/billing a/orders/audit'],
	['sort=consumer_group', 'a/orders/audit a/payments/billing a/orders/billing b/orders/billing'],
	['sort=target&order=desc', 'b/orders/billing a/payments/billing a/orders/billing a/orders/audit'],
];
for (const [query, groups] of found) {
	test(`?${query} finds ${groups || 'nothing'}`, async () => {
		const answer = (await get(`/api/v1/consumers?${query}`, { consumers: some })).json();
		const names = answer.consumers.map(
			({ target, stream, consumer_group }: ReturnType<typeof consumerJson>) =>
				`${target}/${stream}/${consumer_group}`,
		);
		assert.equal(names.join(' '), groups);
		assert.equal(answer.total, names.length);
	});
}

test('partitions are told where one group of one target is asked for, on all its streams', async () => {
	const told = async (query: string) => {
		const answer = await get(`/api/v1/consumers?${query}`, { consumers: some });
		return answer.json().consumers.map((one: object) => 'partitions' in one);
	};
	assert.deepEqual(await told('target=a&consumer_group=billing'), [true, true]);
	assert.deepEqual(await told('consumer_group=billing'), [false, false, false]);
	assert.deepEqual(await told('stream=orders&target=a'), [false, false]);
	// The first page of many is not all that was asked for.
	assert.deepEqual(await told('limit=1'), [false]);
});

test('total counts what matched, a limit what is given', async () => {
	const { consumers } = crowd(3000, 0);
	const ask = async (query: string) => {
		const answer = (await get(`/api/v1/consumers?${query}`, { consumers })).json();
		return [answer.total, answer.consumers.length];
	};
	assert.deepEqual(await ask(''), [3000, 100]);
	assert.deepEqual(await ask('limit=7'), [3000, 7]);
	assert.deepEqual(await ask('limit=1000000000000'), [3000, 1000]);
	assert.deepEqual(await ask('platform=kafka'), [1000, 100]);
});

const refused: readonly (readonly [query: string, reason: string | RegExp])[] = [
	['consumer_grup=a', 'parameter "consumer_grup" is not known: did you mean consumer_group?'],
	['zzzzzz=', /^parameter "zzzzzz" is not known: there are target, platform, /],
	['sort=lga', 'sort: "lga" is not known: did you mean lag?'],
	['order=up', 'order: "up" is not known: there are asc, desc'],
	['limit=0', 'limit: "0" must be >= 1'],
	['limit=-5', 'limit: "-5" must be >= 1'],
	['limit=ten', 'limit: "ten" must be integer'],
	['limit=1.5', 'limit: "1.5" must be integer'],
	['limit=', 'limit: is empty'],
	['limit=1&limit=2', 'limit: must be integer, got 2'],
	['stream=', 'stream: is empty'],
	['status=stalld', 'status: "stalld" is not known: did you mean stalled?'],
	['stream=******&target=?????', 'at most 10 wildcards, there are 11'],
	[
		'consumer_group=/a.*/',
		/^consumer_group: "\/a\.\*\/" is a regular expression, a glob is expected/,
	],
	['consumer_group=[ab]', /^consumer_group: "\[ab\]" /],
	['target=a%5C', /^target: "a\\\\" ends in a backslash/],
	['__proto__=a', /^parameter "__proto__" is not known/],
	['<script>=a', /^parameter "<script>" is not known/],
];
for (const [query, reason] of refused) {
	test(`?${query} is refused with the reason as JSON`, async () => {
		const answer = await get(`/api/v1/consumers?${query}`, { consumers: some });
		assert.equal(answer.statusCode, 400);
		assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
		const { error } = answer.json();
		if (typeof reason === 'string') assert.equal(error, reason);
		else assert.match(error, reason);
	});
}

test('targets take no parameter', async () => {
	const answer = await get('/api/v1/targets?target=a');
	assert.equal(answer.statusCode, 400);
	assert.deepEqual(answer.json(), { error: 'parameter "target" is not known: there are none' });
});

test('a hundred patterns are enough for anybody', async () => {
	const query = Array.from({ length: 101 }, () => 'stream=a').join('&');
	const answer = await get(`/api/v1/consumers?${query}`);
	assert.deepEqual(answer.json(), { error: 'stream: must NOT have more than 100 items, got 101' });
});
