import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../../../src/options/pattern.ts';
import { atOnce } from '../../../../src/steps.ts';
import { Failure } from '../../../../src/targets/nats/failure.ts';
import { type Beside, settledSequence } from '../../../../src/targets/nats/reading/consumer.ts';
import { pickConsumers, readConsumers } from '../../../../src/targets/nats/reading/consumers.ts';
import { listAll } from '../../../../src/targets/nats/reading/listing.ts';
import { parsePage } from '../../../../src/targets/nats/reading/page.ts';
import { entry } from '../ages/entry.ts';
import { clusterConsumerPage, consumerPage } from '../recorded.ts';
import { scope } from '../scope.ts';

const subject = '$JS.API.CONSUMER.LIST.rec';

const log: Beside['log'] = {
	created: '2026-11-21T13:03:13.84340641Z',
	first: 1,
	last: 12,
	deletedCount: 0,
	removesUnread: true,
	allowsDirectGets: false,
};

async function read(
	answer: string,
	filter: Filter = scope(),
	beside: Partial<Beside> = {},
	ephemeral: 'rollup' | 'ignore' = 'rollup',
	owns: (group: string) => boolean = () => true,
) {
	const page = parsePage(new TextEncoder().encode(answer), 'consumers');
	const listing = await listAll(async () => page);
	const listed = atOnce(pickConsumers('rec', listing, subject, { scope: filter, ephemeral, owns }));
	const { groups, findings } = atOnce(readConsumers(listed, () => ({ log, ages: {}, ...beside })));
	const { unread, complete, elsewhere } = listed;
	return {
		elsewhere,
		groups,
		unread,
		complete,
		findings: [...findings, ...listed.findings],
		group: (name: string) => groups.find(({ consumerGroup }) => consumerGroup === name),
	};
}

/** What some consumers do not have, or was not told. */
const unknown = {
	lagSeconds: undefined,
	acknowledged: undefined,
	pending: undefined,
	pendingAgeSeconds: undefined,
	pendingLimit: undefined,
	exhaustedCount: undefined,
	members: undefined,
	waitingPulls: undefined,
	idleSeconds: undefined,
};

/** The recorded page with some of its text replaced. */
function recorded(...changes: readonly (readonly [from: string, to: string])[]): string {
	return changes.reduce((answer, [from, to]) => {
		assert.ok(answer.includes(from), from);
		return answer.replace(from, to);
	}, consumerPage);
}

test("a pull consumer's lag, pending, limit, redelivered and waiting are what its leader says", async () => {
	const { group, findings, unread, complete } = await read(consumerPage);
	assert.deepEqual(group('pull'), {
		...unknown,
		stream: 'rec',
		consumerGroup: 'pull',
		kind: 'pull',
		state: 'active',
		paused: false,
		lag: { messages: 8 },
		position: { major: 4, minor: 0 },
		acknowledged: { major: 2, minor: 0 },
		line: { position: 2, start: 0, end: 12 },
		consumedCount: 5,
		readers: { present: true },
		pending: 2,
		pendingLimit: 7,
		redelivered: 1,
		waitingPulls: 0,
		idleSeconds: 0.402,
	});
	assert.deepEqual({ findings, unread, complete }, { findings: [], unread: [], complete: true });
});

test('a push consumer has a member while one is bound, and no waiting pulls', async () => {
	const { group } = await read(consumerPage);
	assert.deepEqual(group('bound'), {
		...unknown,
		stream: 'rec',
		consumerGroup: 'bound',
		kind: 'push',
		state: 'active',
		paused: false,
		lag: { messages: 7 },
		position: { major: 5, minor: 0 },
		acknowledged: { major: 0, minor: 0 },
		line: { position: 0, start: 0, end: 12 },
		consumedCount: 5,
		readers: { present: true },
		pending: 5,
		pendingLimit: 5,
		redelivered: 0,
		members: 1,
		idleSeconds: 0.712,
	});
});

test('a consumer that acknowledges nothing has nothing pending and no limit', async () => {
	const { group } = await read(consumerPage);
	assert.deepEqual(group('none'), {
		...unknown,
		stream: 'rec',
		consumerGroup: 'none',
		kind: 'push',
		state: 'active',
		paused: false,
		lag: { messages: 12 },
		position: { major: 0, minor: 0 },
		line: { position: 0, start: 0, end: 12 },
		consumedCount: 0,
		readers: { present: false },
		redelivered: 0,
		members: 0,
	});
});

test('a paused consumer says so', async () => {
	const { group } = await read(consumerPage);
	assert.equal(group('paused')?.state, 'paused');
	assert.equal(group('paused')?.waitingPulls, 1);
});

test('a limit of -1 is none', async () => {
	const { group } = await read(recorded(['"max_ack_pending":7', '"max_ack_pending":-1']));
	assert.equal(group('pull')?.pendingLimit, undefined);
	assert.equal(group('pull')?.pending, 2);
});

test('ephemeral consumers are one group: the largest lag, the sum of pending, their number', async () => {
	const answer = recorded(
		['"durable_name":"pull",', ''],
		['"durable_name":"paused",', '"durable_name":"",'],
	);
	const { group, groups } = await read(answer);
	assert.deepEqual(
		groups.map((g) => g.consumerGroup),
		['bound', 'none', '<ephemeral>'],
	);
	assert.deepEqual(group('<ephemeral>'), {
		stream: 'rec',
		consumerGroup: '<ephemeral>',
		kind: 'pull',
		lag: { messages: 12 },
		pending: 2,
		members: 3,
	});
});

test('ephemeral consumers that acknowledge nothing have no sum of pending', async () => {
	const changes = consumerPage
		.replaceAll(/"durable_name":"\w+",/g, '')
		.replaceAll('"ack_policy":"explicit"', '"ack_policy":"none"');
	const { group } = await read(changes);
	assert.equal(group('<ephemeral>')?.members, 5);
	assert.equal(group('<ephemeral>')?.pending, undefined);
});

test('groups out of scope are left out, ephemeral ones under their common name', async () => {
	const names = async (filter: Filter) =>
		(await read(consumerPage, filter)).groups.map((group) => group.consumerGroup);
	assert.deepEqual(await names(scope(['p*'])), ['paused', 'pull']);
	assert.deepEqual(await names(scope(['*'], ['<ephemeral>'])), ['bound', 'none', 'paused', 'pull']);
	assert.deepEqual(await names(scope(['u0V17yz7', 'none'])), ['none']);
});

test('a lag beyond 2^53 is unknown and a problem, never a rounding or nearly 2^64', async () => {
	for (const value of ['9007199254740993', '18446744073709551615', '-1', '1.5']) {
		const { group, findings } = await read(recorded(['"num_pending":8', `"num_pending":${value}`]));
		assert.deepEqual(group('pull')?.lag, { unknown: 'value_out_of_range' }, value);
		assert.equal(group('pull')?.pending, 2);
		assert.deepEqual(
			findings.map(({ code, subject }) => [code, subject]),
			[['value_out_of_range', 'rec/pull']],
		);
	}
});

test('a sequence beyond 2^53 is no position', async () => {
	const changed = recorded(['"stream_seq":4', '"stream_seq":9007199254740992']);
	const { group, findings } = await read(changed);
	assert.equal(group('pull')?.position, undefined);
	assert.deepEqual(group('pull')?.lag, { messages: 8 });
	assert.match(findings[0]?.reason ?? '', /^delivered\.stream_seq /);
});

test('an ephemeral consumer with an unknown number makes that of all of them unknown', async () => {
	const answer = recorded(
		['"durable_name":"pull",', ''],
		['"num_pending":8', '"num_pending":18446744073709551615'],
		['"num_ack_pending":2', '"num_ack_pending":-2'],
	);
	const { group } = await read(answer);
	assert.deepEqual(group('<ephemeral>')?.lag, { unknown: 'value_out_of_range' });
	assert.equal(group('<ephemeral>')?.pending, undefined);
	assert.equal(group('<ephemeral>')?.members, 2);
});

test('a consumer without a leader is unread, and so are all ephemeral ones when one has none', async () => {
	const leaderless = '"num_pending":12,"cluster":{"name":"C","replicas":[]}';
	const answer = recorded(
		['"num_pending":12,"ts"', `${leaderless},"ts"`],
		['"num_pending":12,"ts":"2026-11-21T13:03:14.560824016Z"', leaderless],
	);
	const { groups, unread, findings, complete } = await read(answer);
	assert.deepEqual(
		groups.map((group) => group.consumerGroup),
		['bound', 'paused', 'pull'],
	);
	assert.deepEqual(unread, [
		{ stream: 'rec', consumerGroup: 'none', reason: 'no_leader' },
		{ stream: 'rec', consumerGroup: '<ephemeral>', reason: 'no_leader' },
	]);
	assert.deepEqual(
		findings.map(({ code, subject }) => [code, subject]),
		[
			['no_leader', 'rec/none'],
			['no_leader', 'rec/u0V17yz7'],
		],
	);
	assert.equal(complete, true);
});

test('a missing consumer is unread, and the others are read', async () => {
	const { groups, unread, findings, complete } = await read(clusterConsumerPage);
	assert.deepEqual(
		groups.map((group) => [group.consumerGroup, group.lag]),
		[
			['m0', { messages: 9 }],
			['m2', { messages: 9 }],
		],
	);
	assert.deepEqual(unread, [
		{ stream: 'rec', consumerGroup: 'ERAR6N3Y', reason: 'missing' },
		{ stream: 'rec', consumerGroup: 'm1', reason: 'missing' },
	]);
	assert.deepEqual(
		findings.map(({ code, subject }) => [code, subject]),
		[
			['missing', 'rec/ERAR6N3Y'],
			['missing', 'rec/m1'],
		],
	);
	assert.equal(complete, true);
});

test('while a consumer is missing that may be ephemeral, the ephemeral ones are unread', async () => {
	const { group, unread } = await read(
		consumerPage.replace(/\n\]\}$/, '\n],"missing":["7eKWBW0r"]}'),
	);
	assert.equal(group('<ephemeral>'), undefined);
	assert.deepEqual(unread.at(-1), {
		stream: 'rec',
		consumerGroup: '<ephemeral>',
		reason: 'missing',
	});
});

test('a missing consumer out of scope is no problem', async () => {
	const { unread, findings } = await read(clusterConsumerPage, scope(['m0']));
	assert.deepEqual({ unread, findings }, { unread: [], findings: [] });
});

test('a consumer whose entry cannot be read is unread, and the others are read', async () => {
	const { groups, unread, findings } = await read(
		recorded(['"num_ack_pending":5', '"num_ack_pending":null'], ['"durable_name":"pull",', '']),
	);
	assert.deepEqual(
		groups.map((group) => group.consumerGroup),
		['none', 'paused'],
	);
	assert.deepEqual(unread, [
		{ stream: 'rec', consumerGroup: 'bound', reason: 'malformed_answer' },
		{ stream: 'rec', consumerGroup: '<ephemeral>', reason: 'malformed_answer' },
	]);
	assert.match(findings[0]?.reason ?? '', /num_ack_pending: /);
});

test('a listing that broke off is not complete, and names the subject that was asked', () => {
	const failure = new Failure('not_authorized', 'the user may not publish to this subject');
	const listing = { entries: new Map(), missing: new Set<string>(), nameless: 0, failure };
	const { findings, complete } = atOnce(
		pickConsumers('rec', listing, subject, {
			scope: scope(),
			ephemeral: 'rollup',
			owns: () => true,
		}),
	);
	assert.equal(complete, false);
	assert.deepEqual(findings, [
		{
			code: 'not_authorized',
			operation: 'consumer_list',
			subject: '$JS.API.CONSUMER.LIST.rec',
			reason: 'the user may not publish to this subject',
		},
	]);
});

test('ephemeral consumers are left out where they are to be ignored', async () => {
	const { groups, unread } = await read(consumerPage, scope(), {}, 'ignore');
	assert.deepEqual(
		groups.map((group) => group.consumerGroup),
		['bound', 'none', 'paused', 'pull'],
	);
	assert.deepEqual(unread, []);
});

test('readers of a pull consumer are there while a request waits or something is pending', async () => {
	const { group } = await read(consumerPage);
	assert.deepEqual(group('pull')?.readers, { present: true });
	assert.deepEqual(group('paused')?.readers, { present: true });
	const quiet = await read(recorded(['"num_waiting":1', '"num_waiting":0']));
	assert.deepEqual(quiet.group('paused')?.readers, { present: false });
	assert.equal(quiet.group('paused')?.paused, true);
	assert.equal(quiet.group('pull')?.paused, false);
});

test('ages and counts from elsewhere are taken as they are', async () => {
	const ages = { lagSeconds: 3, pendingSeconds: 70 };
	const { group } = await read(consumerPage, scope(), { ages, exhaustedCount: 2 });
	assert.equal(group('pull')?.lagSeconds, 3);
	assert.equal(group('pull')?.pendingAgeSeconds, 70);
	assert.equal(group('pull')?.exhaustedCount, 2);
	// It acknowledges nothing, so nothing of it can be pending or given up.
	assert.equal(group('none')?.pendingAgeSeconds, undefined);
	assert.equal(group('none')?.exhaustedCount, undefined);
	assert.equal(group('<ephemeral>')?.lagSeconds, 3);
});

test('a consumer stands where it stood settled before, if its own sequences are behind that', async () => {
	const { group } = await read(consumerPage, scope(), { settledBefore: 9 });
	assert.deepEqual(group('pull')?.line, { position: 9, start: 0, end: 12 });
	const ahead = await read(consumerPage, scope(), { settledBefore: 1 });
	assert.deepEqual(ahead.group('pull')?.line, { position: 2, start: 0, end: 12 });
});

test('on streams that remove what was acknowledged there is no line', async () => {
	const { group } = await read(consumerPage, scope(), { log: { ...log, removesUnread: false } });
	assert.equal(group('pull')?.line, undefined);
});

test('a floor of 0 tells nothing of a consumer that began later in its stream', async () => {
	const began = (config: string, from = '"num_ack_pending":5') =>
		recorded(
			['"deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000', config],
			['"num_ack_pending":5', from],
		);
	const rest = '"ack_policy":"explicit","ack_wait":30000000000';
	const lineOf = async (answer: string) => (await read(answer)).group('bound')?.line?.position;
	assert.equal(await lineOf(began(`"deliver_policy":"new",${rest}`)), undefined);
	const third = `"deliver_policy":"by_start_sequence","opt_start_seq":3,${rest}`;
	assert.equal(await lineOf(began(third)), 2);
	// With nothing pending, everything that was delivered was acknowledged.
	assert.equal(await lineOf(began(`"deliver_policy":"new",${rest}`, '"num_ack_pending":0')), 5);
});

test('up to where a consumer is settled follows from what it has left to read', () => {
	const at = (num_pending: number, num_ack_pending: number, oldestUnread?: number) =>
		settledSequence(entry({ num_pending, num_ack_pending }), log, oldestUnread);
	assert.equal(at(0, 0), 12);
	assert.equal(at(1, 0, 7), 6);
	assert.equal(at(1, 0), undefined);
});

test('consumers of others are counted and not read, all ephemeral ones as one', async () => {
	const owned = ['bound', 'pull'];
	const { groups, unread, elsewhere } = await read(consumerPage, scope(), {}, 'rollup', (name) =>
		owned.includes(name),
	);
	assert.deepEqual(
		groups.map((group) => group.consumerGroup),
		owned,
	);
	assert.deepEqual(unread, []);
	assert.equal(elsewhere, 3, 'none, paused and <ephemeral>');
});

test('a consumer of others that cannot be read is none of our troubles', async () => {
	const broken = recorded(['"num_ack_pending":0', '"num_ack_pending":"x"']);
	const whole = await read(broken);
	assert.ok(whole.unread.length > 0);
	const [first] = whole.unread;
	const { unread, elsewhere } = await read(
		broken,
		scope(),
		{},
		'rollup',
		(name) => name !== first?.consumerGroup && name !== '<ephemeral>',
	);
	assert.ok(!unread.some(({ consumerGroup }) => consumerGroup === first?.consumerGroup));
	assert.ok(elsewhere >= 1);
});
