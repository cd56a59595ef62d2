import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadCounter } from '../../../../src/targets/redis/connect/version.ts';
import type { GroupFacts, StreamFacts } from '../../../../src/targets/redis/facts.ts';
import type { Anchor } from '../../../../src/targets/redis/read/anchor.ts';
import {
	type Circumstances,
	type Count,
	entriesToCount,
	resolveLag,
} from '../../../../src/targets/redis/read/lag.ts';

const id = (major: number, minor = 0) => ({ major, minor });

/** Ten entries, 11-0 to 20-0, of which nothing was ever removed. */
const ten: StreamFacts = {
	length: 10,
	first: id(11),
	last: id(20),
	entriesAdded: 10,
	maxDeleted: id(0),
	entryBytes: 10,
};
const deletedIn: StreamFacts = { ...ten, entriesAdded: 12, maxDeleted: id(15, 1) };
const trimmed: StreamFacts = { ...ten, entriesAdded: 13 };
const empty: StreamFacts = { length: 0, entriesAdded: 5, maxDeleted: id(5), entryBytes: 0 };
/** As Redis 6.2 answers. */
const uncounted: StreamFacts = { length: 10, first: id(11), last: id(20), entryBytes: 10 };

const exactly = (messages: number) => ({ messages, uncertainty: 0 });
const about = (messages: number, uncertainty: number) => ({ messages, uncertainty });
const notCounted = { unknown: 'not_counted' };

const circumstances: Circumstances = {
	readCounter: 'plain',
	nowMs: 5000,
	poll: { connectionId: 1 },
};
const untold: Circumstances = { ...circumstances, readCounter: 'untold' };
const mended: Circumstances = { ...circumstances, readCounter: 'mended' };

/** What is left out of a group is of no matter for its lag. */
const group = (facts: Partial<GroupFacts>): GroupFacts => ({
	name: 'g',
	consumers: 1,
	pending: 0,
	...facts,
});

const after = (delivered: number, entries: number, atMost = 1000): Count => ({
	range: { side: 'after', id: id(delivered), atMost },
	entries,
});
const upTo = (delivered: number, entries: number, atMost = 1000, length = 10): Count => ({
	range: { side: 'up to', id: id(delivered), atMost },
	entries,
	length,
});

/** The poll before: 14-0 was delivered, and six were to come. */
const known: Anchor = {
	delivered: id(14),
	entriesRead: 4,
	entriesAdded: 10,
	length: 10,
	firstUndelivered: id(15),
	index: 4,
	seenIn: { connectionId: 1, untilMs: 4000 },
};
/** Who has tried to read since then. */
const reading = { idleMs: 10 };

interface Case {
	readonly that: string;
	readonly stream: StreamFacts;
	readonly group: Partial<GroupFacts>;
	readonly before?: Anchor;
	readonly count?: Count;
	/** Whatever becomes of the counter, and on a server that mends it where that differs. */
	readonly lag: object;
	readonly lagMended?: object;
}

const cases: readonly Case[] = [
	{
		that: '1: an empty stream has no lag, whatever the server says',
		stream: empty,
		group: { delivered: id(3), lag: 2 },
		lag: exactly(0),
	},
	{
		that: '1: an empty stream has no lag, also where the id cannot be read',
		stream: empty,
		group: {},
		lag: exactly(0),
	},
	{
		that: '2: delivered up to the last entry',
		stream: ten,
		group: { delivered: id(20), lag: 0 },
		lag: exactly(0),
	},
	{
		that: '2: delivered up to the last entry, and the server is stuck at 3',
		stream: trimmed,
		group: { delivered: id(20), lag: 3 },
		lag: exactly(0),
	},
	{
		that: '2: delivered beyond the last entry, for that was deleted',
		stream: ten,
		group: { delivered: id(20, 1) },
		lag: exactly(0),
	},
	{
		that: '3: nothing was delivered yet',
		stream: ten,
		group: { delivered: id(0), lag: 10 },
		lag: exactly(10),
	},
	{
		that: '3: trimmed past what was delivered, where the server says more',
		stream: trimmed,
		group: { delivered: id(9), lag: 12 },
		lag: exactly(10),
	},
	{
		that: '3: without the server knowing',
		stream: uncounted,
		group: { delivered: id(10, 999) },
		lag: exactly(10),
	},
	{
		that: '4: delivered up to the first entry',
		stream: ten,
		group: { delivered: id(11), lag: 9 },
		lag: exactly(9),
	},
	{
		that: '4: without the server knowing',
		stream: deletedIn,
		group: { delivered: id(11) },
		lag: exactly(9),
	},
	{
		that: '4: the only entry was delivered, which is rule 2 already',
		stream: { ...uncounted, length: 1, last: id(11) },
		group: { delivered: id(11) },
		lag: exactly(0),
	},
	{
		that: '5: a group that stands where it stood has what was added since besides',
		stream: { ...ten, length: 13, entriesAdded: 13, last: id(23) },
		group: { delivered: id(14), entriesRead: 4, lag: 9 },
		before: known,
		lag: exactly(9),
	},
	{
		that: '5: also where the server never knew, once it was counted',
		stream: { ...ten, length: 13, entriesAdded: 13, last: id(23) },
		group: { delivered: id(14) },
		before: { ...without(known, 'entriesRead'), index: 4 },
		lag: exactly(9),
	},
	{
		that: '5: a group that has read on has less by what it has read',
		stream: ten,
		group: { delivered: id(16), entriesRead: 6, lag: 4, ...reading },
		before: known,
		lag: exactly(4),
	},
	{
		that: '5: a counter that was wrong by three is still wrong by three',
		stream: ten,
		group: { delivered: id(16), entriesRead: 3, lag: 7, ...reading },
		before: { ...known, entriesRead: 1 },
		lag: exactly(4),
	},
	{
		that: '5: what was trimmed behind the group does no harm',
		stream: { ...ten, length: 7, first: id(14) },
		group: { delivered: id(16), entriesRead: 6, lag: 4, ...reading },
		before: known,
		lag: exactly(4),
	},
	{
		that: '5: nor what was deleted there',
		stream: { ...ten, length: 9, maxDeleted: id(13) },
		group: { delivered: id(16), entriesRead: 6, lag: 4, ...reading },
		before: known,
		lag: exactly(4),
	},
	{
		that: '5: a group that moved while nobody read was set by hand',
		stream: ten,
		group: { delivered: id(16), entriesRead: 9, lag: 1, idleMs: 2000 },
		before: known,
		count: after(16, 4),
		lag: exactly(4),
	},
	{
		that: '5: so was one that moved back, or whose counter did not move with it',
		stream: ten,
		group: { delivered: id(13), entriesRead: 5, lag: 5, ...reading },
		before: known,
		count: upTo(13, 3),
		lag: exactly(7),
	},
	{
		that: '5: what was seen in a poll that did not come to its end is forgotten',
		stream: ten,
		group: { delivered: id(14), entriesRead: 4, lag: 6 },
		before: { ...known, index: 1, seenIn: { connectionId: known.seenIn.connectionId } },
		count: after(14, 6),
		lag: exactly(6),
	},
	{
		that: '5: what another connection told is forgotten',
		stream: ten,
		group: { delivered: id(14), entriesRead: 4, lag: 6 },
		before: { ...known, index: 1, seenIn: { ...known.seenIn, connectionId: 2 } },
		count: after(14, 6),
		lag: exactly(6),
	},
	{
		that: '5: trimmed past what was unread, and read on: only counting tells',
		stream: { ...ten, length: 4, first: id(17) },
		group: { delivered: id(18), entriesRead: 6, lag: 4, ...reading },
		before: known,
		count: after(18, 2),
		lag: exactly(2),
	},
	{
		that: '5: on a server with the fixes what was right stays right',
		stream: { ...ten, length: 4, first: id(17) },
		group: { delivered: id(18), entriesRead: 8, lag: 2, ...reading },
		before: known,
		lag: about(3, 2),
		lagMended: exactly(2),
	},
	{
		that: '5: what was deleted ahead of the group is missing, whatever the counters say',
		stream: { ...deletedIn, entriesAdded: 11 },
		group: { delivered: id(14), entriesRead: 4 },
		before: known,
		count: after(14, 5),
		lag: exactly(5),
	},
	{
		that: '5: a stream made anew has fewer entries added',
		stream: { ...ten, entriesAdded: 9, length: 9 },
		group: { delivered: id(14), entriesRead: 4, lag: 5 },
		before: known,
		count: after(14, 6),
		lag: exactly(6),
	},
	{
		that: '6: counted to the end',
		stream: uncounted,
		group: { delivered: id(14) },
		count: after(14, 6),
		lag: exactly(6),
	},
	{
		that: '6: counted from the beginning, the rest is what there was right then',
		stream: uncounted,
		group: { delivered: id(14) },
		count: upTo(14, 4, 1000, 12),
		lag: exactly(8),
	},
	{
		that: '6: counting proves the server wrong',
		stream: ten,
		group: { delivered: id(14), lag: 9 },
		count: after(14, 6),
		lag: exactly(6),
	},
	{
		that: '7: counted as far as one may, the server may be right beyond',
		stream: ten,
		group: { delivered: id(14), lag: 6 },
		count: after(14, 3, 3),
		lag: about(6, 3),
	},
	{
		that: '7: the same from the beginning',
		stream: ten,
		group: { delivered: id(17), lag: 3 },
		count: upTo(17, 3, 3),
		lag: about(3, 4),
	},
	{
		that: '7: a number out of range is not believed, and time tells about',
		stream: ten,
		group: { delivered: id(14), lag: -99 },
		lag: about(7, 6),
	},
	{
		that: '7: nor is 0, for the last entry was not delivered',
		stream: ten,
		group: { delivered: id(14), lag: 0 },
		count: after(14, 3, 3),
		lag: about(7, 4),
	},
	{
		that: '7: nor all, for the first entry was delivered',
		stream: ten,
		group: { delivered: id(14), lag: 10 },
		lag: about(7, 6),
	},
	{
		that: '7: where entries were trimmed the server may take them for still to come',
		stream: trimmed,
		group: { delivered: id(14), lag: 5 },
		lag: about(7, 6),
		lagMended: about(5, 4),
	},
	{
		that: '7: where the first entry was delivered and the last was not, two leave one',
		stream: { ...uncounted, length: 2 },
		group: { delivered: id(19) },
		lag: exactly(1),
	},
	{
		that: '7: in a single millisecond the sequence tells about',
		stream: { ...uncounted, length: 100, first: id(5, 0), last: id(5, 1000) },
		group: { delivered: id(5, 750) },
		lag: about(25, 74),
	},
	{
		that: 'an id of the group that cannot be read',
		stream: ten,
		group: { lag: 6 },
		lag: notCounted,
	},
	{
		that: 'an id of the stream that cannot be read',
		stream: without(ten, 'first'),
		group: { delivered: id(14), lag: 6 },
		lag: notCounted,
	},
];

for (const { that, stream, group: facts, before, count, lag, lagMended = lag } of cases) {
	test(that, () => {
		assert.deepEqual(resolveLag(stream, group(facts), before, count, circumstances), lag);
		assert.deepEqual(resolveLag(stream, group(facts), before, count, untold), lag);
		assert.deepEqual(resolveLag(stream, group(facts), before, count, mended), lagMended);
	});
}

/** What one kind of server tells, and another never would. */
interface CounterCase {
	readonly that: string;
	readonly servers: readonly ReadCounter[];
	readonly stream: StreamFacts;
	readonly group: Partial<GroupFacts>;
	readonly before: Anchor;
	/** What counting finds. Absent: nothing needs to be counted. */
	readonly counted?: Count;
	readonly lag: number;
}

/** Two were read and four trimmed: 15-0 to 20-0 are left, and none of them was read. */
const passed: Anchor = { ...known, delivered: id(12), entriesRead: 2, length: 6 };
const left: StreamFacts = { ...ten, length: 6, first: id(15) };

const counterCases: readonly CounterCase[] = [
	{
		that: 'behind the first entry the counter grows by what is read (Redis 7.0.15)',
		servers: ['plain'],
		stream: left,
		group: { delivered: id(17), entriesRead: 5, lag: 5, ...reading },
		before: passed,
		lag: 3,
	},
	{
		that: 'or is set right by reading (Valkey 9.1.2)',
		servers: ['mended'],
		stream: left,
		group: { delivered: id(17), entriesRead: 7, lag: 3, ...reading },
		before: passed,
		lag: 3,
	},
	{
		that: 'of a server that does not tell which, it is counted: it grew',
		servers: ['untold'],
		stream: left,
		group: { delivered: id(17), entriesRead: 5, lag: 5, ...reading },
		before: passed,
		counted: after(17, 3),
		lag: 3,
	},
	{
		that: 'of a server that does not tell which, it is counted: it was set right',
		servers: ['untold'],
		stream: left,
		group: { delivered: id(17), entriesRead: 7, lag: 3, ...reading },
		before: passed,
		counted: after(17, 3),
		lag: 3,
	},
	{
		that: 'a wrong counter is set right where what was read is trimmed before the next read',
		servers: ['mended', 'untold'],
		stream: left,
		group: { delivered: id(16), entriesRead: 6, lag: 4, ...reading },
		before: { ...known, entriesRead: 1 },
		counted: after(16, 4),
		lag: 4,
	},
	{
		that: 'or where the last entry read is deleted',
		servers: ['mended', 'untold'],
		stream: { ...ten, length: 9, maxDeleted: id(14) },
		group: { delivered: id(18), entriesRead: 8, lag: 2, ...reading },
		before: { ...known, entriesRead: 1 },
		counted: after(18, 2),
		lag: 2,
	},
	{
		that: 'a wrong counter stays wrong by as much where nothing gives cause to set it right',
		servers: ['plain', 'mended', 'untold'],
		stream: { ...ten, length: 8, first: id(13), maxDeleted: id(13, 1) },
		group: { delivered: id(16), entriesRead: 3, lag: 7, ...reading },
		before: { ...known, entriesRead: 1 },
		lag: 4,
	},
	{
		that: 'a right one stays right, whoever keeps it',
		servers: ['plain', 'mended', 'untold'],
		stream: left,
		group: { delivered: id(16), entriesRead: 6, lag: 4, ...reading },
		before: known,
		lag: 4,
	},
];

for (const { that, servers, stream, group: facts, before, counted, lag } of counterCases) {
	for (const readCounter of servers) {
		test(`5, ${readCounter}: ${that}`, () => {
			const on = { ...circumstances, readCounter };
			const range = entriesToCount(stream, group(facts), before, on, 1000);
			assert.equal(range !== undefined, counted !== undefined);
			assert.deepEqual(resolveLag(stream, group(facts), before, counted, on), exactly(lag));
		});
	}
}

test('what is known is not counted', () => {
	const wanted = (stream: StreamFacts, facts: Partial<GroupFacts>, before?: Anchor) =>
		entriesToCount(stream, group(facts), before, circumstances, 1000);
	assert.equal(wanted(empty, { delivered: id(3) }), undefined);
	assert.equal(wanted(ten, { delivered: id(20) }), undefined);
	assert.equal(wanted(ten, { delivered: id(0) }), undefined);
	assert.equal(wanted(ten, { delivered: id(11) }), undefined);
	assert.equal(wanted(ten, { delivered: id(14), entriesRead: 4, lag: 6 }, known), undefined);
	assert.equal(wanted(ten, {}), undefined);
});

test('it is counted from the end that is nearer by time, as far as one may', () => {
	const wanted = (delivered: number, countCap: number, entryBytes = 10) =>
		entriesToCount(
			{ ...ten, entryBytes },
			group({ delivered: id(delivered), lag: 5 }),
			undefined,
			circumstances,
			countCap,
		);
	assert.deepEqual(wanted(13, 1000), { side: 'up to', id: id(13), atMost: 1000 });
	assert.deepEqual(wanted(18, 7), { side: 'after', id: id(18), atMost: 7 });
	// Large entries are dear to go through.
	assert.deepEqual(wanted(18, 1000, 100_000), { side: 'after', id: id(18), atMost: 2 });
	assert.deepEqual(wanted(18, 1000, 1_000_000), { side: 'after', id: id(18), atMost: 1 });
});

test('a group out of reach of counting is counted again when something happened to it', () => {
	const long: StreamFacts = { ...ten, length: 100, entriesAdded: 100, last: id(110) };
	const before = { ...without(known, 'index'), entriesAdded: 100, length: 100 };
	const wanted = (facts: Partial<GroupFacts>, anchor?: Anchor) =>
		entriesToCount(long, group({ delivered: id(40), ...facts }), anchor, circumstances, 10);
	const readOn = { entriesRead: 30, lag: 70, ...reading };
	assert.ok(wanted(readOn));
	assert.equal(wanted(readOn, before), undefined);
	assert.ok(wanted({ ...readOn, idleMs: 2000 }, before));
	assert.ok(wanted({ ...readOn, lag: 10 }, before));
	assert.ok(wanted({ ...readOn, lag: -70 }, before));
});

function without<T extends object, Name extends keyof T>(thing: T, name: Name): Omit<T, Name> {
	const { [name]: _, ...rest } = thing;
	return rest;
}
