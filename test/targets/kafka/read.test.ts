import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, Reading } from '../../../src/model.ts';
import { compilePattern, type Filter } from '../../../src/options/pattern.ts';
import { BrokerError } from '../../../src/targets/kafka/client.ts';
import { RequestTimeoutError } from '../../../src/targets/kafka/connection.ts';
import {
	type Answers,
	groupsByCoordinator,
	partitionsByLeader,
} from '../../../src/targets/kafka/fetch.ts';
import { readAnswers } from '../../../src/targets/kafka/read.ts';

const all: Filter = { include: [compilePattern('*')], exclude: [] };
const scope = { streams: all, groups: all };

function topic(name: string, leaders: readonly number[], errorCode = 0) {
	const partitions = leaders.map((leader, partition) => ({ errorCode: 0, partition, leader }));
	return { errorCode, topic: name, partitions };
}

function listed(groupId: string, type: string | null = 'classic', state = 'Stable') {
	return { groupId, protocolType: 'consumer', state, type };
}

/** Offsets by partition; a text is an error code. */
function column(values: Record<number, number>, errors: Record<number, number> = {}) {
	const partitions = [...Object.keys(values), ...Object.keys(errors)].map(Number);
	return {
		partitions: Int32Array.from(partitions),
		offsets: Float64Array.from(partitions, (partition) => values[partition] ?? -1),
		errorCodes: Int16Array.from(partitions, (partition) => errors[partition] ?? 0),
	};
}

const broker1 = { nodeId: 1, host: 'kafka-1', port: 9092 };
const timeout = new BrokerError(
	'broker 2 (kafka-2:9092)',
	'list_offsets',
	new RequestTimeoutError('list_offsets: no answer within 3500 ms'),
);

const whole: Answers = {
	metadata: { brokers: [broker1], topics: [topic('orders', [1, 1])] },
	listings: [{ asked: 1, answer: { errorCode: 0, groups: [listed('billing')] } }],
	offsets: [
		{
			asked: ['billing'],
			answer: [
				{
					errorCode: 0,
					groupId: 'billing',
					topics: [{ topic: 'orders', ...column({ 0: 5, 1: 20 }) }],
				},
			],
		},
	],
	ends: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 10, 1: 20 }) }] }],
	starts: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 0, 1: 15 }) }] }],
};

function read(changes: Partial<Answers> = {}): Reading {
	return readAnswers({ ...whole, ...changes }, scope, 'partition');
}

function rows(group: Group | undefined): unknown {
	assert(group && 'ids' in group.lag);
	const { ids, start, end, committed } = group.lag;
	return [...ids].map((id, row) => [id, start[row], committed?.[row], end[row]]);
}

function problems(reading: Reading): unknown {
	return reading.problems.map(({ code, operation, subject }) => [code, operation, subject]);
}

test('a group has the rows that it committed, with start and end beside them', () => {
	const reading = read();
	assert.deepEqual(rows(reading.groups[0]), [
		[0, 0, 5, 10],
		[1, 15, 20, 20],
	]);
	assert.equal(reading.groups[0]?.kind, 'classic');
	assert.equal(reading.groups[0]?.state, 'stable');
	assert.equal(reading.complete, true);
	assert.deepEqual(reading.problems, []);
});

test('answers in any order are matched by topic and partition', () => {
	const ends = [{ asked: [], answer: [{ topic: 'orders', ...column({ 1: 20, 0: 10 }) }] }];
	assert.deepEqual(rows(read({ ends }).groups[0]), rows(read().groups[0]));
});

test('a broker that does not answer is one problem, and its partitions are not read', () => {
	const reading = read({
		ends: [...whole.ends.slice(1), { asked: [], error: timeout }],
		starts: [{ asked: [], error: timeout }],
	});
	assert.deepEqual(problems(reading), [['timeout', 'list_offsets', 'broker 2 (kafka-2:9092)']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, Number.NaN, 5, Number.NaN],
		[1, Number.NaN, 20, Number.NaN],
	]);
	assert.equal(reading.complete, true);
});

test('a broker that does not list its groups makes the listing partial', () => {
	const reading = read({ listings: [...whole.listings, { asked: 2, error: timeout }] });
	assert.equal(reading.complete, false);
	assert.equal(reading.groups.length, 1);
});

test('a coordinator that still loads makes the listing partial', () => {
	const reading = read({
		listings: [...whole.listings, { asked: 2, answer: { errorCode: 14, groups: [] } }],
	});
	assert.equal(reading.complete, false);
	assert.deepEqual(problems(reading), [['coordinator_unavailable', 'list_groups', 'broker 2']]);
});

test('a group that is refused is unread, the others are right', () => {
	const refused = { errorCode: 30, groupId: 'secret', topics: [] };
	const [offsets] = whole.offsets;
	assert(offsets && 'answer' in offsets);
	const reading = read({ offsets: [{ asked: [], answer: [refused, ...offsets.answer] }] });
	assert.deepEqual(reading.unread, [{ consumerGroup: 'secret', reason: 'not_authorized' }]);
	assert.deepEqual(problems(reading), [['not_authorized', 'offset_fetch', 'secret']]);
	assert.equal(reading.groups.length, 1);
});

test('groups whose coordinator failed are unread, whatever they are', () => {
	const reading = read({ offsets: [{ asked: ['a', 'b'], error: timeout }] });
	assert.deepEqual(reading.unread, [
		{ consumerGroup: 'a', reason: 'not_read' },
		{ consumerGroup: 'b', reason: 'not_read' },
	]);
});

test('a partition without a leader is told, and is not read', () => {
	const reading = read({
		metadata: { brokers: [broker1], topics: [topic('orders', [1, -1])] },
		ends: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 10 }) }] }],
		starts: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 0 }) }] }],
	});
	assert.deepEqual(problems(reading), [['no_leader', 'metadata', 'orders']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, 0, 5, 10],
		[1, Number.NaN, 20, Number.NaN],
	]);
});

test('an error of one partition leaves the others', () => {
	const reading = read({
		ends: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 10 }, { 1: 6 }) }] }],
	});
	assert.deepEqual(problems(reading), [['no_leader', 'list_offsets', 'orders']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, 0, 5, 10],
		[1, 15, 20, Number.NaN],
	]);
});

test('a partition that the group never committed is no row, one that failed is unread', () => {
	const offsets = (values: Record<number, number>, errors: Record<number, number>) => [
		{
			asked: ['billing'],
			answer: [
				{
					errorCode: 0,
					groupId: 'billing',
					topics: [{ topic: 'orders', ...column(values, errors) }],
				},
			],
		},
	];
	assert.deepEqual(rows(read({ offsets: offsets({ 0: 5, 1: -1 }, {}) }).groups[0]), [
		[0, 0, 5, 10],
	]);
	assert.deepEqual(rows(read({ offsets: offsets({ 0: 5 }, { 1: 88 }) }).groups[0]), [
		[0, 0, 5, 10],
		[1, 15, Number.NaN, 20],
	]);
	assert.deepEqual(read({ offsets: offsets({ 0: -1, 1: -1 }, {}) }).groups, []);
});

test('a commit beyond the end is a problem that names the partitions', () => {
	const reading = read({
		ends: [{ asked: [], answer: [{ topic: 'orders', ...column({ 0: 10, 1: 3 }) }] }],
	});
	assert.deepEqual(problems(reading), [['commit_beyond_end', 'offset_fetch', 'billing on orders']]);
	assert.match(reading.problems[0]?.message ?? '', /partitions 1:/);
});

test('offsets on a topic that is gone are a problem, and no group', () => {
	const reading = read({ metadata: { brokers: [broker1], topics: [topic('other', [1])] } });
	assert.deepEqual(problems(reading), [['topic_gone', 'offset_fetch', 'billing on orders']]);
	assert.deepEqual(reading.groups, []);
});

test('a topic that may not be read is unread', () => {
	const reading = read({ metadata: { brokers: [broker1], topics: [topic('orders', [], 29)] } });
	assert.deepEqual(reading.unread, [{ stream: 'orders', reason: 'not_authorized' }]);
	assert.deepEqual(reading.streams, []);
});

test('a cluster that shows nothing is suspected of missing permissions', () => {
	const reading = read({
		metadata: { brokers: [broker1], topics: [] },
		listings: [{ asked: 1, answer: { errorCode: 0, groups: [] } }],
		offsets: [],
		ends: [],
		starts: [],
	});
	assert.deepEqual(problems(reading), [['nothing_visible', 'list_groups', undefined]]);
});

test('groups are asked of the broker that lists them, each once, share groups not at all', () => {
	const answer = (...groups: ReturnType<typeof listed>[]) => ({ errorCode: 0, groups });
	const batches = groupsByCoordinator(
		[
			{ asked: 1, answer: answer(listed('a'), listed('moving')) },
			{ asked: 2, answer: answer(listed('moving'), listed('b'), listed('shared', 'share')) },
			{ asked: 3, error: timeout },
		],
		all,
	);
	assert.deepEqual(batches, [
		[1, ['a', 'moving']],
		[2, ['b']],
	]);
});

test('many groups of one broker are asked in batches of a hundred', () => {
	const groups = Array.from({ length: 250 }, (_, index) => listed(`g${index}`));
	const batches = groupsByCoordinator([{ asked: 1, answer: { errorCode: 0, groups } }], all);
	assert.deepEqual(
		batches.map(([, groupIds]) => groupIds.length),
		[100, 100, 50],
	);
	assert.equal(new Set(batches.flatMap(([, groupIds]) => groupIds)).size, 250);
});

test('partitions are asked of their leader, those without one not at all', () => {
	const topics = [topic('a', [1, 2, -1, 1]), topic('b', [2]), topic('broken', [1], 29)];
	assert.deepEqual(partitionsByLeader({ brokers: [], topics }, all), [
		[1, [{ topic: 'a', partitions: [0, 3] }]],
		[
			2,
			[
				{ topic: 'a', partitions: [1] },
				{ topic: 'b', partitions: [0] },
			],
		],
	]);
});

test('many partitions of one leader are asked in batches of a thousand', () => {
	const topics = [topic('a', Array(2500).fill(1))];
	const batches = partitionsByLeader({ brokers: [], topics }, all);
	assert.deepEqual(
		batches.map(([, asked]) => asked.flatMap(({ partitions }) => partitions).length),
		[1000, 1000, 500],
	);
});
