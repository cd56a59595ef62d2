import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, type Filter } from '../../../../src/options/pattern.ts';
import type { Key } from '../../../../src/targets/redis/fetch/discovery.ts';
import type { Reply } from '../../../../src/targets/redis/protocol/reply.ts';
import {
	type Answers,
	isEmptyHanded,
	readAnswers,
} from '../../../../src/targets/redis/read/read.ts';
import {
	type KeyFacts,
	readKey,
	readPending,
} from '../../../../src/targets/redis/read/read-key.ts';
import {
	bulk,
	loading,
	noEntries,
	noSuchGroup,
	noSuchKey,
	notPermitted,
	threeEntries,
	twoGroups,
	twoPending,
	wrongType,
} from './recorded.ts';

const endpoint = { host: 'redis', port: 6379, connectTimeoutMs: 1000 };
const everyGroup: Filter = { include: [compilePattern('*')], exclude: [] };
/** A minute after the first of the recorded entries. */
const nowMs = 1725000060001;

const found = (name: string): Key => ({ bytes: Buffer.from(name), name, isNamed: false });
const named = (name: string): Key => ({ ...found(name), isNamed: true });

const orders = (groups: Reply, stream: Reply, scope = everyGroup) =>
	readKey(found('orders'), groups, stream, scope);

const reading = (keys: readonly KeyFacts[], more: Partial<Answers> = {}) =>
	readAnswers(endpoint, {
		server: { version: '7.0.15', countersAreFixed: false },
		nowMs,
		isSearched: true,
		keys,
		failures: [],
		...more,
	});

test('a stream and its groups are read', () => {
	assert.deepEqual(reading([orders(twoGroups, threeEntries)]), {
		version: '7.0.15',
		streams: [
			{
				name: 'orders',
				length: 3,
				oldestMessageAgeSeconds: 60,
				newestMessageAgeSeconds: 59.998,
			},
		],
		groups: [
			{
				stream: 'orders',
				consumerGroup: 'billing',
				kind: 'group',
				lag: { messages: 1, uncertainty: 0 },
				position: { major: 1725000000002, minor: 0 },
				pending: 2,
				members: 1,
			},
			{
				stream: 'orders',
				consumerGroup: 'g\\xff',
				kind: 'group',
				lag: { unknown: 'not_counted' },
				position: { major: 1725000000002, minor: 0 },
				pending: 0,
				members: 0,
			},
		],
		unread: [],
		complete: true,
		problems: [],
		partitionDetail: false,
	});
});

test('an empty stream has a length of 0 and no ages, and no group on it has lag', () => {
	const { streams, groups, problems } = reading([orders(twoGroups, noEntries)]);
	assert.deepEqual(streams, [{ name: 'orders', length: 0 }]);
	assert.deepEqual(
		groups.map(({ lag }) => lag),
		[
			{ messages: 0, uncertainty: 0 },
			{ messages: 0, uncertainty: 0 },
		],
	);
	assert.deepEqual(problems, []);
});

/** A recorded answer with one field more, or another value in it. */
function withField(reply: Reply, name: string, value: Reply): Reply {
	assert.ok(Array.isArray(reply));
	const at = reply.findIndex((part) => Buffer.isBuffer(part) && part.toString() === name);
	return at < 0 ? [...reply, bulk(name), value] : reply.with(at + 1, value);
}

function withoutFields(reply: Reply, ...names: string[]): Reply {
	assert.ok(Array.isArray(reply));
	return reply.filter((_, at) => !names.includes(String(reply[at - (at % 2)])));
}

test('fields of later versions are passed over', () => {
	const later = withField(threeEntries, 'idmp-duration', '100');
	assert.deepEqual(reading([orders(twoGroups, later)]), reading([orders(twoGroups, threeEntries)]));
});

test('a server before 7.0 has no counters: what the ids do not tell is unknown', () => {
	const stream = withoutFields(
		threeEntries,
		'max-deleted-entry-id',
		'entries-added',
		'recorded-first-entry-id',
	);
	assert.ok(Array.isArray(twoGroups));
	const groups = twoGroups.map((group) => withoutFields(group, 'entries-read', 'lag'));
	const atFirst = withField(groups[1] ?? null, 'last-delivered-id', bulk('1725000000001-0'));
	const read = reading([orders([groups[0] ?? null, atFirst], stream)]);
	assert.deepEqual(
		read.groups.map(({ lag }) => lag),
		[{ unknown: 'not_counted' }, { messages: 2, uncertainty: 0 }],
	);
	assert.deepEqual(read.problems, []);
});

test('only groups in scope are read, by their names as shown', () => {
	const scope = { include: [compilePattern('*')], exclude: [compilePattern('g\\\\xff')] };
	const { groups } = reading([orders(twoGroups, threeEntries, scope)]);
	assert.deepEqual(
		groups.map(({ consumerGroup }) => consumerGroup),
		['billing'],
	);
});

test('XPENDING tells what is pending, and of a group that is gone by then nothing is said', () => {
	const facts = orders(twoGroups, threeEntries);
	const [billing] = facts.groups ?? [];
	assert.ok(billing);
	assert.equal(billing.pending, 2);
	const later = readPending(facts, new Map([[billing, ['1', null, null, null]]]));
	assert.deepEqual(
		reading([later]).groups.map(({ pending }) => pending),
		[1, 0],
	);
	assert.deepEqual(
		reading([readPending(facts, new Map([[billing, twoPending]]))]),
		reading([facts]),
	);
	const gone = reading([readPending(facts, new Map([[billing, noSuchGroup]]))]);
	assert.deepEqual(
		gone.groups.map(({ consumerGroup }) => consumerGroup),
		['g\\xff'],
	);
	assert.deepEqual(gone.problems, []);
});

test('where XPENDING is refused, XINFO GROUPS stands and the refusal is told', () => {
	const facts = orders(twoGroups, threeEntries);
	const [billing] = facts.groups ?? [];
	assert.ok(billing);
	const { groups, problems, complete } = reading([
		readPending(facts, new Map([[billing, notPermitted]])),
	]);
	assert.equal(groups[0]?.pending, 2);
	assert.deepEqual(
		problems.map(({ code, operation, subject }) => [code, operation, subject]),
		[['not_authorized', 'xpending', 'orders']],
	);
	assert.ok(complete);
});

test('a key that a pattern found and that vanished is gone, also between two commands', () => {
	for (const [groups, stream] of [
		[noSuchKey, noSuchKey],
		[twoGroups, noSuchKey],
		[wrongType, wrongType],
	] as const) {
		const read = reading([orders(groups, stream)]);
		assert.deepEqual([read.streams, read.groups, read.unread, read.problems], [[], [], [], []]);
		assert.ok(read.complete);
	}
});

test('a name of the configuration that is no stream is a problem, and the rest is right', () => {
	const read = reading([
		readKey(named('missing'), noSuchKey, noSuchKey, everyGroup),
		readKey(named('text'), wrongType, wrongType, everyGroup),
		orders(twoGroups, threeEntries),
	]);
	assert.deepEqual(
		read.problems.map(({ code, subject }) => [code, subject]),
		[
			['stream_missing', 'missing'],
			['not_a_stream', 'text'],
		],
	);
	assert.match(read.problems[0]?.message ?? '', /"missing" does not exist on redis at redis:6379/);
	assert.match(read.problems[1]?.message ?? '', /"text" holds no stream on redis at redis:6379/);
	assert.equal(read.groups.length, 2);
	assert.ok(read.complete);
	assert.deepEqual(read.unread, []);
});

test('a stream whose groups cannot be listed is read, and its groups may exist', () => {
	const read = reading([orders(notPermitted, threeEntries)]);
	assert.equal(read.streams.length, 1);
	assert.deepEqual(read.unread, [{ stream: 'orders', reason: 'not_authorized' }]);
	assert.equal(read.complete, false);
});

test('groups whose stream cannot be read are listed and not read', () => {
	const read = reading([orders(twoGroups, notPermitted)]);
	assert.deepEqual([read.streams, read.groups], [[], []]);
	assert.deepEqual(read.unread, [
		{ stream: 'orders', reason: 'not_authorized' },
		{ stream: 'orders', consumerGroup: 'billing', reason: 'not_authorized' },
		{ stream: 'orders', consumerGroup: 'g\\xff', reason: 'not_authorized' },
	]);
	assert.ok(read.complete);
});

test('the same refusal of many streams is one problem that names a few', () => {
	const keys = ['a', 'b', 'c', 'd', 'e'].map((name) =>
		readKey(found(name), notPermitted, threeEntries, everyGroup),
	);
	const { problems } = reading(keys);
	assert.deepEqual(problems, [
		{
			code: 'not_authorized',
			operation: 'xinfo_groups',
			message:
				'redis at redis:6379 refused XINFO GROUPS of "a", "b", "c" and 2 more: NOPERM this user has no ' +
				"permissions to run the 'xinfo|stream' command; allow the user the command and the keys (ACL SETUSER)",
		},
	]);
});

test('an answer of an unknown shape is a problem with its stream, and the rest is right', () => {
	const odd: readonly Reply[] = [
		null,
		'3',
		bulk('OK'),
		[],
		[bulk('length')],
		[bulk('length'), '-1'],
		withField(threeEntries, 'length', '9007199254740993'),
		withField(threeEntries, 'length', bulk('3')),
	];
	for (const answer of odd) {
		const read = reading([
			orders(twoGroups, answer),
			readKey(found('other'), twoGroups, threeEntries, everyGroup),
		]);
		assert.deepEqual(
			read.problems.map(({ code, operation, subject }) => [code, operation, subject]),
			[['protocol_error', 'xinfo_stream', 'orders']],
		);
		assert.deepEqual(
			read.streams.map(({ name }) => name),
			['other'],
		);
		assert.equal(read.groups.length, 2);
	}
	const oddGroups: readonly Reply[] = [null, [bulk('name')], [[]], [[bulk('name'), '5']]];
	for (const answer of oddGroups) {
		const read = reading([orders(answer, threeEntries)]);
		assert.deepEqual(
			read.problems.map(({ code, operation }) => [code, operation]),
			[['protocol_error', 'xinfo_groups']],
		);
		assert.equal(read.streams.length, 1);
		assert.equal(read.complete, false);
	}
});

test('an id that cannot be held is told, and makes lag unknown and never wrong', () => {
	assert.ok(Array.isArray(twoGroups));
	const [billing = null] = twoGroups;
	const beyond = withField(billing, 'last-delivered-id', bulk('18446744073709551615-0'));
	const read = reading([orders([beyond], threeEntries)]);
	assert.deepEqual(
		read.groups.map(({ lag, position }) => [lag, position]),
		[[{ unknown: 'not_counted' }, undefined]],
	);
	assert.deepEqual(
		read.problems.map(({ code, subject }) => [code, subject]),
		[['protocol_error', 'orders']],
	);
});

test('ages are told by the server clock, and left out where ids are no times', () => {
	const first = (id: string) => withField(threeEntries, 'first-entry', [bulk(id), []]);
	const ages = (stream: Reply, more: Partial<Answers> = {}) => {
		const [read] = reading([orders(twoGroups, stream)], more).streams;
		return [read?.oldestMessageAgeSeconds, read?.newestMessageAgeSeconds];
	};
	assert.deepEqual(ages(threeEntries), [60, 59.998]);
	assert.deepEqual(ages(first('1-0')), [undefined, undefined]);
	assert.deepEqual(ages(first('1420070399999-0')), [undefined, undefined]);
	assert.deepEqual(ages(first('1420070400000-0'))[0], (nowMs - 1420070400000) / 1000);
	// Clocks differ: an entry of a moment to come is new.
	assert.deepEqual(ages(threeEntries, { nowMs: 1725000000002 }), [0.001, 0]);
	const dayMs = 24 * 60 * 60 * 1000;
	assert.deepEqual(ages(threeEntries, { nowMs: 1725000000003 - dayMs }), [0, 0]);
	assert.deepEqual(ages(threeEntries, { nowMs: 1725000000002 - dayMs }), [undefined, undefined]);
	const facts = orders(twoGroups, threeEntries);
	const untold = readAnswers(endpoint, {
		server: { countersAreFixed: false },
		isSearched: true,
		keys: [facts],
		failures: [{ operation: 'time', error: notPermitted }],
	});
	assert.deepEqual(untold.streams, [{ name: 'orders', length: 3 }]);
	assert.deepEqual(
		untold.problems.map(({ code, operation }) => [code, operation]),
		[['not_authorized', 'time']],
	);
	assert.ok(untold.complete);
});

test('what a lost connection left unasked is unread, beside what was read', () => {
	const by = { code: 'connection_lost', operation: 'xinfo_groups', message: 'it was lost' };
	const read = reading([orders(twoGroups, threeEntries)], {
		broken: { by, unasked: [found('later')] },
	});
	assert.equal(read.groups.length, 2);
	assert.deepEqual(read.unread, [{ stream: 'later', reason: 'connection_lost' }]);
	assert.deepEqual(read.problems, [by]);
	assert.equal(read.complete, false);
	assert.equal(isEmptyHanded(read), false);
});

test('a reading without anything is empty-handed, unless there is nothing to be read', () => {
	const failures = [{ operation: 'scan', error: loading }] as const;
	assert.ok(isEmptyHanded(reading([orders(loading, loading)])));
	assert.ok(isEmptyHanded(reading([], { isSearched: false, failures })));
	assert.equal(isEmptyHanded(reading([])), false);
	assert.equal(isEmptyHanded(reading([orders(noSuchKey, noSuchKey)])), false);
	assert.equal(isEmptyHanded(reading([orders([], threeEntries)])), false);
});
