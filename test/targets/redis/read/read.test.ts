import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from '../../../../src/options/pattern.ts';
import { atOnce } from '../../../../src/steps.ts';
import type { KeyFacts } from '../../../../src/targets/redis/facts.ts';
import {
	detailsOf,
	readReplies,
	withDetails,
} from '../../../../src/targets/redis/fetch/by-commands.ts';
import type { Key } from '../../../../src/targets/redis/fetch/discovery.ts';
import type { Scope } from '../../../../src/targets/redis/fetch/way.ts';
import type { Reply } from '../../../../src/targets/redis/protocol/reply.ts';
import type { Counts } from '../../../../src/targets/redis/read/group.ts';
import { KeyTables, readKey } from '../../../../src/targets/redis/read/key.ts';
import type { Circumstances } from '../../../../src/targets/redis/read/lag.ts';
import { Memory, MemoryTable, recall } from '../../../../src/targets/redis/read/memory.ts';
import {
	isEmptyHanded,
	type NodeAnswers,
	readAnswers,
} from '../../../../src/targets/redis/read/read.ts';
import { plain } from '../../../plain-reading.ts';
import {
	bulk,
	loading,
	noEntries,
	noSuchGroup,
	noSuchKey,
	notPermitted,
	oldestPending,
	threeEntries,
	twoConsumers,
	twoGroups,
	wrongType,
} from './recorded.ts';

const endpoint = { host: 'redis', port: 6379, connectTimeoutMs: 1000 };
const everything: Scope = {
	groups: { include: [compilePattern('*')], exclude: [] },
	consumersAtMost: 1000,
	fewPending: 8,
	abandonedAfterMs: 4000,
};
/** A minute after the first of the recorded entries. */
const nowMs = 1725000060001;
const circumstances: Circumstances = {
	readCounter: 'plain',
	nowMs,
	poll: { connectionId: 1, untilMs: nowMs + 5 },
};

const found = (name: string): Key => ({ bytes: Buffer.from(name), name, isNamed: false });
const named = (name: string): Key => ({ ...found(name), isNamed: true });

const orders = (groups: Reply, stream: Reply, scope = everything) =>
	readReplies(found('orders'), groups, stream, scope);

interface More extends Partial<NodeAnswers> {
	readonly circumstances?: Circumstances;
	readonly counts?: Counts;
	readonly memory?: Memory;
	readonly isSearched?: boolean;
}

/** What is made of keys; `counts` are those of each group. */
const read = (keys: readonly KeyFacts[], more: More = {}) => {
	const { counts = {}, memory = new Memory(), isSearched = true, ...rest } = more;
	const { circumstances: of = circumstances, ...node } = rest;
	const memories = new MemoryTable();
	const tables = new KeyTables(keys.length, memories);
	const told = keys.map((facts) => {
		const { key, groups = [] } = facts;
		const counted = groups.map(() => counts);
		const known = recall(memory.table, memory.rowOf(key.name), groups);
		return readKey(facts, counted, known, memory, of, tables);
	});
	const answered = {
		endpoint,
		version: '7.0.15',
		keys: told,
		tables,
		failures: [],
		...node,
	};
	const searched = { isSearched, wasSearched: isSearched };
	const answers = { nodes: [answered], ...searched, problems: [], orphans: [] };
	const made = atOnce(readAnswers(answers, memory, memories));
	const next = new Memory();
	atOnce(next.replace(memories, made.remembered));
	return { reading: plain(made.reading), memory: next };
};
const reading = (keys: readonly KeyFacts[], more: More = {}) => read(keys, more).reading;

/** Answers what is asked about groups besides. */
const detailed = (facts: KeyFacts, replies: Partial<Record<string, Reply>>, scope = everything) => {
	const details = detailsOf(facts, scope);
	return withDetails(
		facts,
		details,
		details.map(({ about }) => replies[about] ?? null),
		scope,
	);
};
const all = {
	consumers: twoConsumers,
	pending: oldestPending,
	undelivered: [[bulk('1725000000003-0'), [bulk('total'), bulk('3')]]],
} as const;

/** One entry was counted after the last one delivered. */
const oneLeft: Counts = {
	entries: {
		range: { side: 'after', id: { major: 1725000000002, minor: 0 }, atMost: 1000 },
		entries: 1,
	},
};

test('a stream and its groups are read', () => {
	const facts = detailed(orders(twoGroups, threeEntries), all);
	assert.deepEqual(reading([facts], { counts: { ...oneLeft, abandoned: 1 } }), {
		version: '7.0.15',
		streams: [
			{
				name: 'orders',
				length: 3,
				producedCount: 3,
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
				line: { start: 0, position: 2, end: 3 },
				consumedCount: 2,
				readers: { present: true, idleSeconds: 2.5 },
				lagSeconds: 59.998,
				pending: 2,
				pendingAgeSeconds: 60,
				pendingIdleSeconds: 4,
				oldestPendingDeliveries: 3,
				pendingAbandoned: 1,
				pendingLostCount: 0,
				members: 1,
				idleSeconds: 2.5,
			},
			{
				stream: 'orders',
				consumerGroup: 'g\\xff',
				kind: 'group',
				lag: { messages: 1, uncertainty: 0 },
				position: { major: 1725000000002, minor: 0 },
				line: { start: 0, position: 2, end: 3 },
				readers: { present: false },
				lagSeconds: 59.998,
				pending: 0,
				pendingAbandoned: 1,
				pendingLostCount: 0,
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
	assert.deepEqual(streams, [{ name: 'orders', length: 0, producedCount: 3 }]);
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

test('a server before 7.0 has no counters: there is nothing to count from, and lag all the same', () => {
	const stream = withoutFields(
		threeEntries,
		'max-deleted-entry-id',
		'entries-added',
		'recorded-first-entry-id',
	);
	assert.ok(Array.isArray(twoGroups));
	const groups = twoGroups.map((group) => withoutFields(group, 'entries-read', 'lag'));
	const atFirst = withField(groups[1] ?? null, 'last-delivered-id', bulk('1725000000001-0'));
	const {
		groups: seen,
		streams,
		problems,
	} = reading([orders([groups[0] ?? null, atFirst], stream)], { counts: oneLeft });
	assert.deepEqual(
		seen.map(({ lag, line, consumedCount }) => [lag, line, consumedCount]),
		[
			[{ messages: 1, uncertainty: 0 }, undefined, undefined],
			[{ messages: 2, uncertainty: 0 }, undefined, undefined],
		],
	);
	assert.equal(streams[0]?.producedCount, undefined);
	assert.deepEqual(problems, []);
});

test('only groups in scope are read, by their names as shown', () => {
	const groups_ = { include: [compilePattern('*')], exclude: [compilePattern('g\\\\xff')] };
	const scope = { ...everything, groups: groups_ };
	const { groups } = reading([orders(twoGroups, threeEntries, scope)]);
	assert.deepEqual(
		groups.map(({ consumerGroup }) => consumerGroup),
		['billing'],
	);
});

test('where few entries are pending, those that nobody has claimed for too long are counted at once', () => {
	const entry = (idleMs: number) => [bulk('1725000000001-0'), bulk('one'), String(idleMs), '1'];
	const abandoned = (entries: Reply, pending = '2') => {
		assert.ok(Array.isArray(twoGroups));
		const some = withField(twoGroups[0] ?? null, 'pending', pending);
		const facts = detailed(orders([some], threeEntries), { ...all, pending: entries });
		return facts.groups?.[0]?.abandoned;
	};
	assert.equal(abandoned([entry(4000), entry(3999)]), 1);
	assert.equal(abandoned([]), 0, 'all were acknowledged meanwhile');
	assert.equal(abandoned([entry(4000), entry(1), entry(1)]), undefined, 'more came meanwhile');
	assert.equal(abandoned([entry(4000)], '9'), undefined, 'there are more');
	assert.equal(abandoned(notPermitted), undefined);
});

test('that nothing is abandoned is known of a group without lag, too', () => {
	assert.ok(Array.isArray(twoGroups));
	const some = withField(twoGroups[0] ?? null, 'last-delivered-id', bulk('1725000000003-0'));
	const facts = detailed(orders([some], threeEntries), { ...all, pending: [] });
	assert.equal(facts.groups?.[0]?.abandoned, 0);
});

test('of a group that is gone when more is asked about it nothing is said', () => {
	for (const gone of [noSuchGroup, noSuchKey]) {
		const facts = detailed(orders(twoGroups, threeEntries), { ...all, consumers: gone });
		const { groups, problems } = reading([facts]);
		assert.deepEqual(
			groups.map(({ consumerGroup }) => consumerGroup),
			['g\\xff'],
		);
		assert.deepEqual(problems, []);
	}
});

test('where more is refused, what XINFO GROUPS says stands, and the refusal is told', () => {
	const refused = { consumers: notPermitted, pending: notPermitted, undelivered: notPermitted };
	const facts = detailed(orders(twoGroups, threeEntries), refused);
	const { groups, problems, complete } = reading([facts]);
	assert.deepEqual(
		groups.map(({ pending, members, lagSeconds, idleSeconds }) => [
			pending,
			members,
			lagSeconds,
			idleSeconds,
		]),
		[
			[2, 1, undefined, undefined],
			[0, 0, undefined, undefined],
		],
	);
	assert.deepEqual(
		problems.map(({ code, operation, subject }) => [code, operation, subject]),
		[
			['not_authorized', 'xinfo_consumers', 'orders'],
			['not_authorized', 'xpending', 'orders'],
			['not_authorized', 'xrange', 'orders'],
		],
	);
	assert.ok(complete);
});

test('nothing is asked that is known already, nor who of too many consumers is idle', () => {
	const asked = (facts: KeyFacts, scope = everything) =>
		detailsOf(facts, scope).map(({ group, about }) => `${group.name} ${about}`);
	const facts = orders(twoGroups, threeEntries);
	assert.deepEqual(asked(facts), [
		'billing consumers',
		'billing pending',
		'billing undelivered',
		'g\\xff undelivered',
	]);
	assert.deepEqual(asked(orders(twoGroups, noEntries)), ['billing consumers', 'billing pending']);
	assert.deepEqual(asked(facts, { ...everything, consumersAtMost: 0 }), [
		'billing pending',
		'billing undelivered',
		'g\\xff undelivered',
	]);
});

test('pending entries that were trimmed away are added up from poll to poll', () => {
	const facts = orders(twoGroups, threeEntries);
	const first = read([facts]);
	const second = read([facts], { counts: { pendingLost: 2 }, memory: first.memory });
	const third = read([facts], { counts: { pendingLost: 1 }, memory: second.memory });
	// What could not be read in between is not forgotten.
	const by = { code: 'connection_lost', operation: 'xinfo_groups', message: 'it was lost' };
	const fourth = read([], { memory: third.memory, broken: { by, unasked: [found('orders')] } });
	const refused = read([orders(notPermitted, threeEntries)], { memory: fourth.memory });
	const fifth = read([facts], { memory: refused.memory });
	// Another server told of it, too.
	const sixth = read([facts], {
		counts: { pendingLost: 4 },
		memory: fifth.memory,
		broken: { by, unasked: [found('orders'), found('orders')] },
	});
	const seventh = read([facts], { memory: sixth.memory });
	assert.deepEqual(
		[first, second, third, fifth, seventh].map(
			({ reading }) => reading.groups[0]?.pendingLostCount,
		),
		[0, 2, 3, 3, 7],
	);
	for (const { memory } of [first, second, refused, seventh]) {
		assert.equal(memory.table.groupCount(memory.rowOf('orders') ?? Number.NaN), 2);
	}
});

test('what was trimmed before it was delivered shows between start and position', () => {
	const groupsAt = (id: string, entriesRead: string): Reply => {
		assert.ok(Array.isArray(twoGroups));
		const group = withField(twoGroups[0] ?? null, 'last-delivered-id', bulk(id));
		return [withField(group, 'entries-read', entriesRead)];
	};
	const streamOf = (length: number, first: number, last: number, added: number): Reply =>
		[
			['length', String(length)],
			['first-entry', [bulk(`172500000000${first}-0`), []]],
			['last-entry', [bulk(`172500000000${last}-0`), []]],
			['entries-added', String(added)],
		].reduce<Reply>(
			(reply, [name, value]) => withField(reply, String(name), value as Reply),
			threeEntries,
		);
	const at = '1725000000002-0';
	const before = read([orders(groupsAt(at, '2'), streamOf(3, 1, 3, 3))], { counts: oneLeft });
	const after = read([orders(groupsAt(at, '2'), streamOf(2, 6, 7, 7))], { memory: before.memory });
	assert.deepEqual(after.reading.groups[0]?.line, { start: 5, position: 2, end: 7 });
	// Told once: from then on the group stands where the stream begins.
	const later = read([orders(groupsAt(at, '2'), streamOf(2, 6, 7, 7))], { memory: after.memory });
	assert.deepEqual(later.reading.groups[0]?.line, { start: 5, position: 5, end: 7 });
	// Where something was deleted in the middle, counters do not tell what was trimmed.
	const holes = withField(streamOf(2, 6, 8, 8), 'max-deleted-entry-id', bulk('1725000000007-0'));
	const told = read([orders(groupsAt(at, '2'), holes)], { memory: before.memory });
	assert.equal(told.reading.groups[0]?.line, undefined);
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
		readReplies(named('missing'), noSuchKey, noSuchKey, everything),
		readReplies(named('text'), wrongType, wrongType, everything),
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
		readReplies(found(name), notPermitted, threeEntries, everything),
	);
	const { problems } = reading(keys);
	assert.deepEqual(problems, [
		{
			code: 'not_authorized',
			operation: 'xinfo_groups',
			message:
				'redis at redis:6379 refused XINFO GROUPS of "a", "b", "c" and 2 more: NOPERM this user has no ' +
				"permissions to run the 'xinfo|stream' command; allow the user the command and the keys (ACL SETUSER), or do without groups",
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
			readReplies(found('other'), twoGroups, threeEntries, everything),
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
	const ages = (stream: Reply, more: More = {}) => {
		const [read] = reading([orders(twoGroups, stream)], more).streams;
		return [read?.oldestMessageAgeSeconds, read?.newestMessageAgeSeconds];
	};
	assert.deepEqual(ages(threeEntries), [60, 59.998]);
	assert.deepEqual(ages(first('1-0')), [undefined, undefined]);
	assert.deepEqual(ages(first('1420070399999-0')), [undefined, undefined]);
	assert.deepEqual(ages(first('1420070400000-0'))[0], (nowMs - 1420070400000) / 1000);
	// Clocks differ: an entry of a moment to come is new.
	assert.deepEqual(
		ages(threeEntries, { circumstances: { ...circumstances, nowMs: 1725000000002 } }),
		[0.001, 0],
	);
	const dayMs = 24 * 60 * 60 * 1000;
	assert.deepEqual(
		ages(threeEntries, { circumstances: { ...circumstances, nowMs: 1725000000003 - dayMs } }),
		[0, 0],
	);
	assert.deepEqual(
		ages(threeEntries, { circumstances: { ...circumstances, nowMs: 1725000000002 - dayMs } }),
		[undefined, undefined],
	);
	const untold = reading([orders(twoGroups, threeEntries)], {
		circumstances: { readCounter: 'plain', poll: { connectionId: 1 } },
		failures: [{ operation: 'time', error: notPermitted }],
	});
	assert.deepEqual(untold.streams, [{ name: 'orders', length: 3, producedCount: 3 }]);
	assert.deepEqual(
		untold.problems.map(({ code, operation }) => [code, operation]),
		[['not_authorized', 'time']],
	);
	assert.ok(untold.complete);
});

test('an id that is no time tells no age of a pending entry, but how long nobody has claimed it', () => {
	const pending = (id: string) => {
		const facts = detailed(orders(twoGroups, threeEntries), {
			...all,
			pending: [[bulk(id), bulk('one'), '4000', '3']],
		});
		const [group] = reading([facts], { counts: oneLeft }).groups;
		return [group?.pendingAgeSeconds, group?.pendingIdleSeconds];
	};
	assert.deepEqual(pending('1725000000001-0'), [60, 4]);
	assert.deepEqual(pending('1-0'), [undefined, 4]);
});

test('an estimate is one again at the next poll, until it is counted', () => {
	const keys = [orders(twoGroups, threeEntries)];
	const lags = (more: More) => {
		const { reading, memory } = read(keys, more);
		return { memory, lag: reading.groups[0]?.lag };
	};
	const first = lags({});
	assert.deepEqual(first.lag, { messages: 1, uncertainty: 1 });
	const second = lags({ memory: first.memory });
	assert.deepEqual(second.lag, first.lag);
	const counted = lags({ memory: second.memory, counts: oneLeft });
	assert.deepEqual(counted.lag, { messages: 1, uncertainty: 0 });
	assert.deepEqual(lags({ memory: counted.memory }).lag, counted.lag, 'what was counted is kept');
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
