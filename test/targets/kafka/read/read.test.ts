import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, PlainReading } from '../../../../src/model.ts';
import { atOnce } from '../../../../src/steps.ts';
import type { Answers } from '../../../../src/targets/kafka/fetch/answers.ts';
import type { SharePartition } from '../../../../src/targets/kafka/protocol/share-group-offsets.ts';
import { readAnswers } from '../../../../src/targets/kafka/read/read.ts';
import {
	broker1,
	committed,
	described,
	listed,
	offsetsOf,
	timeout,
	told,
	topic,
	whole,
} from '../literals.ts';

const manner = {
	streams: () => true,
	groups: () => true,
	detail: 'partition',
	retentionSeconds: () => undefined,
} as const;

function read(changes: Partial<Answers> = {}): PlainReading {
	return atOnce(readAnswers({ ...whole, ...changes }, manner));
}

/** Rows of partition, start, committed and end. */
function rows(group: Group | undefined): unknown {
	assert(group && 'ids' in group.lag);
	const { ids, start, end, committed: positions } = group.lag;
	return [...ids].map((id, row) => [id, start[row], positions?.[row], end[row]]);
}

function problems(reading: PlainReading): unknown {
	return reading.problems.map(({ code, operation, subject }) => [code, operation, subject]);
}

function asked(...groupIds: string[]) {
	return { node: 2, type: 'classic', groupIds };
}

/** The group `billing`, of a type, with what it is described as. */
function describedAs(
	type: string | null,
	description: ReturnType<typeof described>,
	changes: Partial<Answers> = {},
): PlainReading {
	return read({
		listings: [{ asked: 1, answer: { errorCode: 0, groups: [listed('billing', type)] } }],
		descriptions: [{ asked: asked('billing'), answer: [description] }],
		...changes,
	});
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
	const ends = [told(offsetsOf('orders', { 1: 20, 0: 10 }))];
	assert.deepEqual(rows(read({ ends }).groups[0]), rows(read().groups[0]));
});

test('a broker that does not answer is one problem, and its partitions are not read', () => {
	const lost = { asked: { node: 2, topics: [] }, error: timeout };
	const reading = read({ ends: [lost], starts: [lost] });
	assert.deepEqual(problems(reading), [['timeout', 'list_offsets', 'broker 2 (kafka-2:9092)']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, Number.NaN, 5, Number.NaN],
		[1, Number.NaN, 20, Number.NaN],
	]);
	assert.equal(reading.complete, true);
});

test('a partition that was refused and then read from its new leader is no problem', () => {
	const refused = told(offsetsOf('orders', { 0: 10 }, { 1: 6 }));
	const reading = read({ ends: [refused, told(offsetsOf('orders', { 1: 20 }))] });
	assert.deepEqual(rows(reading.groups[0]), rows(read().groups[0]));
	assert.deepEqual(reading.problems, []);
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

test('while a partition of the offsets topic has no leader, no listing is complete', () => {
	const offsets = topic('__consumer_offsets', [1, -1]);
	const { complete } = read({ metadata: { brokers: [broker1], topics: [offsets] } });
	assert.equal(complete, false);
});

test('an empty listing of a broker without topics is not taken for complete', () => {
	const reading = read({ metadata: { brokers: [], topics: [] }, listings: [], offsets: [] });
	assert.equal(reading.complete, false);
	assert.deepEqual(reading.problems, []);
});

test('a group that is refused is unread, the others are right', () => {
	const [offsets] = whole.offsets;
	assert(offsets && 'answer' in offsets);
	const refused = committed({ errorCode: 30, groupId: 'secret', topics: [] });
	const reading = read({ offsets: [refused, offsets] });
	assert.deepEqual(reading.unread, [{ consumerGroup: 'secret', reason: 'not_authorized' }]);
	assert.deepEqual(problems(reading), [['not_authorized', 'offset_fetch', 'secret']]);
	assert.equal(reading.groups.length, 1);
});

test('many groups refused for one reason are one problem', () => {
	const refused = ['a', 'b', 'c'].map((groupId) => ({ errorCode: 30, groupId, topics: [] }));
	assert.deepEqual(problems(read({ offsets: [committed(...refused)] })), [
		['not_authorized', 'offset_fetch', undefined],
	]);
});

test('of a group that had moved, the answer of its new coordinator counts', () => {
	const refused = committed({ errorCode: 16, groupId: 'billing', topics: [] });
	const reading = read({ offsets: [refused, ...whole.offsets] });
	assert.deepEqual(rows(reading.groups[0]), rows(read().groups[0]));
	assert.deepEqual(reading.unread, []);
	assert.deepEqual(reading.problems, []);
});

test('groups whose coordinator failed are unread, whatever they are', () => {
	const reading = read({ offsets: [{ asked: asked('a', 'b'), error: timeout }] });
	assert.deepEqual(reading.unread, [
		{ consumerGroup: 'a', reason: 'not_read' },
		{ consumerGroup: 'b', reason: 'not_read' },
	]);
});

test('a partition without a leader is told, and is not read', () => {
	const reading = read({
		metadata: { brokers: [broker1], topics: [topic('orders', [1, -1])] },
		ends: [told(offsetsOf('orders', { 0: 10 }))],
		starts: [told(offsetsOf('orders', { 0: 0 }))],
	});
	assert.deepEqual(problems(reading), [['no_leader', 'metadata', 'orders']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, 0, 5, 10],
		[1, Number.NaN, 20, Number.NaN],
	]);
});

test('an error of one partition leaves the others', () => {
	const reading = read({ ends: [told(offsetsOf('orders', { 0: 10 }, { 1: 6 }))] });
	assert.deepEqual(problems(reading), [['no_leader', 'list_offsets', 'orders']]);
	assert.deepEqual(rows(reading.groups[0]), [
		[0, 0, 5, 10],
		[1, 15, 20, Number.NaN],
	]);
});

test('a partition that the group never committed is no row, one that failed is unread', () => {
	const billing = (values: Record<number, number>, errors: Record<number, number> = {}) => [
		committed({ errorCode: 0, groupId: 'billing', topics: [offsetsOf('orders', values, errors)] }),
	];
	assert.deepEqual(rows(read({ offsets: billing({ 0: 5, 1: -1 }) }).groups[0]), [[0, 0, 5, 10]]);
	assert.deepEqual(rows(read({ offsets: billing({ 0: 5 }, { 1: 88 }) }).groups[0]), [
		[0, 0, 5, 10],
		[1, 15, Number.NaN, 20],
	]);
	assert.deepEqual(rows(read({ offsets: billing({ 0: 5, 7: 3 }) }).groups[0]), [[0, 0, 5, 10]]);
	assert.deepEqual(read({ offsets: billing({ 0: -1, 1: -1 }) }).groups, []);
});

test('what one group has committed shows in no other', () => {
	const one = (groupId: string, values: Record<number, number>) => ({
		errorCode: 0,
		groupId,
		topics: [offsetsOf('orders', values)],
	});
	const answers = [
		one('a', { 0: 5 }),
		one('b', { 1: 20 }),
		one('c', { 0: 7, 1: 19 }),
		one('d', { 0: 8 }),
	];
	const { groups } = read({ offsets: [committed(...answers)] });
	assert.deepEqual(groups.map(rows), [
		[[0, 0, 5, 10]],
		[[1, 15, 20, 20]],
		[
			[0, 0, 7, 10],
			[1, 15, 19, 20],
		],
		[[0, 0, 8, 10]],
	]);
});

test('a commit beyond the end is a problem of the topic that names the partitions', () => {
	const reading = read({ ends: [told(offsetsOf('orders', { 0: 10, 1: 3 }))] });
	assert.deepEqual(problems(reading), [['commit_beyond_end', 'offset_fetch', 'orders']]);
	assert.match(reading.problems[0]?.message ?? '', /partitions 1:.*billing/);
});

test('a commit among open transactions is lag 0, one beyond them too is a problem', () => {
	const stable = { ends: [told(offsetsOf('orders', { 0: 3, 1: 20 }))] };
	const open = read({ ...stable, watermarks: [told(offsetsOf('orders', { 0: 8 }))] });
	assert.deepEqual(open.problems, []);
	assert.deepEqual(rows(open.groups[0]), [
		[0, 0, 5, 5],
		[1, 15, 20, 20],
	]);
	const beyond = read({ ...stable, watermarks: [told(offsetsOf('orders', { 0: 4 }))] });
	assert.deepEqual(problems(beyond), [['commit_beyond_end', 'offset_fetch', 'orders']]);
});

test('offsets on a topic that is gone are a problem, and no group', () => {
	const reading = read({ metadata: { brokers: [broker1], topics: [topic('other', [1])] } });
	assert.deepEqual(problems(reading), [['topic_gone', 'offset_fetch', 'orders']]);
	assert.deepEqual(reading.groups, []);
});

test('a topic that may not be read is unread, and is not taken for gone', () => {
	const reading = read({ metadata: { brokers: [broker1], topics: [topic('orders', [], 29)] } });
	assert.deepEqual(reading.unread, [{ stream: 'orders', reason: 'not_authorized' }]);
	assert.deepEqual(reading.streams, []);
	assert.deepEqual(problems(reading), [['not_authorized', 'metadata', 'orders']]);
});

test('a topic that cannot be read for a moment is unread, and is not taken for gone', () => {
	// UNKNOWN_TOPIC_OR_PARTITION and LEADER_NOT_AVAILABLE, of a topic that the metadata has.
	for (const code of [3, 5]) {
		const reading = read({ metadata: { brokers: [broker1], topics: [topic('orders', [], code)] } });
		assert.deepEqual(reading.unread, [{ stream: 'orders', reason: 'no_leader' }]);
		assert.deepEqual(problems(reading), [['no_leader', 'metadata', 'orders']]);
	}
});

test('a partition that its leader does not know, of a topic that is there, is not gone', () => {
	const ends = [told(offsetsOf('orders', { 1: 20 }, { 0: 3 }))];
	assert.deepEqual(problems(read({ ends })), [['no_leader', 'list_offsets', 'orders']]);
});

test('a topic that the metadata lacks is not told as gone while that may be older than the commits', () => {
	const metadata = { brokers: [broker1], topics: [topic('other', [1])] };
	const reading = read({ metadata, absenceIsSure: false });
	assert.deepEqual(problems(reading), []);
	assert.deepEqual(reading.unread, [
		{ stream: 'orders', consumerGroup: 'billing', reason: 'not_read' },
	]);
});

test('with detail: stream single partitions are read, for they are summed, but not to be shown', () => {
	const reading = atOnce(readAnswers(whole, { ...manner, detail: 'stream' }));
	assert.equal(reading.partitionDetail, false);
	assert.deepEqual(rows(reading.groups[0]), rows(read().groups[0]));
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

test('members are counted on the topics of which they have a partition', () => {
	const reading = describedAs(
		'consumer',
		described('billing', 'Stable', ['orders'], ['orders'], []),
	);
	const [group] = reading.groups;
	assert.deepEqual(
		[group?.kind, group?.state, group?.members, group?.readers],
		['consumer', 'stable', 2, { present: true }],
	);
});

test('a group without members has nobody who reads', () => {
	const [group] = describedAs('classic', described('billing', 'Empty')).groups;
	assert.deepEqual([group?.members, group?.readers], [0, { present: false }]);
});

test('in a rebalance someone is there, but nobody can say who reads what', () => {
	const reading = describedAs('classic', described('billing', 'PreparingRebalance', undefined));
	const [group] = reading.groups;
	assert.deepEqual([group?.state, group?.readers], ['preparing_rebalance', { present: true }]);
	assert.equal(group?.members, undefined);
	// On topics without a commit it cannot be read now.
	assert.deepEqual(reading.unread, [{ consumerGroup: 'billing', reason: 'rebalancing' }]);
});

test('a member on a topic without any commit makes the group visible, its lag unknown', () => {
	const metadata = {
		brokers: [broker1],
		topics: [topic('orders', [1, 1]), topic('payments', [1])],
	};
	const reading = describedAs(
		'classic',
		described('billing', 'Stable', ['orders', 'payments', 'gone']),
		{
			metadata,
		},
	);
	assert.deepEqual(
		reading.groups.map(({ stream, lag }) => [stream, 'unknown' in lag ? lag.unknown : 'known']),
		[
			['orders', 'known'],
			['payments', 'no_commit'],
		],
	);
});

test('who reads without a group protocol is not seen, so nobody is counted', () => {
	const simple = { ...listed('billing', 'classic', 'Empty'), protocolType: '' };
	const [group] = describedAs('classic', described('billing', 'Empty'), {
		listings: [{ asked: 1, answer: { errorCode: 0, groups: [simple] } }],
	}).groups;
	assert.deepEqual([group?.kind, group?.members, group?.readers], ['simple', undefined, undefined]);
});

test('a broker that lists no types has classic groups', () => {
	const [group] = describedAs(null, described('billing', 'Stable', ['orders'])).groups;
	assert.deepEqual([group?.kind, group?.members], ['classic', 1]);
});

test('a group that is told to be dead or not found was deleted meanwhile, or is of another type', () => {
	const dead = described('billing', 'Dead');
	for (const description of [dead, { ...dead, errorCode: 69 }]) {
		const reading = describedAs('classic', description);
		assert.equal(reading.groups[0]?.readers, undefined);
		assert.equal(reading.groups[0]?.state, 'stable');
		assert.deepEqual(reading.problems, []);
	}
});

test('a group that may not be described keeps its lag', () => {
	const reading = describedAs('classic', { ...described('billing', ''), errorCode: 30 });
	assert.deepEqual(problems(reading), [['not_authorized', 'describe_groups', undefined]]);
	assert.deepEqual(rows(reading.groups[0]), rows(read().groups[0]));
});

type Share = Partial<Pick<SharePartition, 'errorCode'>> & Omit<SharePartition, 'errorCode'>;

function shared(changes: Partial<Answers>, ...partitions: Share[]): PlainReading {
	const answer = [
		{
			errorCode: 0,
			groupId: 'sharers',
			topics: [
				{
					topic: 'orders',
					partitions: partitions.map((partition) => ({ errorCode: 0, ...partition })),
				},
			],
		},
	];
	return read({
		listings: [{ asked: 1, answer: { errorCode: 0, groups: [listed('sharers', 'share')] } }],
		offsets: [],
		shareOffsets: [{ asked: { ...asked('sharers'), type: 'share' }, answer }],
		...changes,
	});
}

test('the lag of a share group is what the broker tells', () => {
	const [group] = shared({}, { startOffset: 4, lag: 6 }, { startOffset: 0, lag: 20 }).groups;
	assert.deepEqual(group?.lag, { messages: 26 });
	assert.equal(group?.kind, 'share');
	assert.deepEqual(group?.acknowledged, { major: 4, minor: 0 });
});

test('a share group that is not initialised, or whose broker tells no lag, is unknown', () => {
	const lag = (...partitions: Share[]) => shared({}, ...partitions).groups[0]?.lag;
	assert.deepEqual(lag({ startOffset: 0, lag: 3 }, { startOffset: -1, lag: -1 }), {
		unknown: 'share_not_initialised',
	});
	assert.deepEqual(lag({ startOffset: 0 }), { unknown: 'share_lag_not_told' });
	assert.deepEqual(lag({ errorCode: 29, startOffset: -1, lag: -1 }), { unknown: 'not_authorized' });
});

test('a share group on a topic that is gone is a problem, and no group', () => {
	const metadata = { brokers: [broker1], topics: [topic('other', [1])] };
	const reading = shared({ metadata }, { errorCode: 3, startOffset: -1, lag: -1 });
	assert.deepEqual(problems(reading), [['topic_gone', 'offset_fetch', 'orders']]);
	assert.deepEqual(reading.groups, []);
});

test('a share group with members and nothing initialised is visible', () => {
	const reading = describedAs('share', described('billing', 'Stable', ['orders']), { offsets: [] });
	assert.deepEqual(
		reading.groups.map(({ lag, members }) => [lag, members]),
		[[{ unknown: 'share_not_initialised' }, 1]],
	);
});

test('of a share, topics say who exports them; how many groups others have on them is not told', () => {
	const topics = [topic('orders', [1, 1]), topic('payments', [1])];
	const { streams, complete } = atOnce(
		readAnswers(
			{ ...whole, metadata: { brokers: [broker1], topics } },
			{ ...manner, owns: (name) => name === 'orders' },
		),
	);
	assert.deepEqual(
		streams.map(({ name, elsewhere }) => [name, elsewhere]),
		[
			['orders', { exported: false }],
			['payments', { exported: true }],
		],
	);
	assert.equal(complete, true);
});
