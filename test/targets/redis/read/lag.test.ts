import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type GroupFacts,
	resolveLag,
	type StreamFacts,
} from '../../../../src/targets/redis/read/lag.ts';

const id = (major: number, minor = 0) => ({ major, minor });

/** Ten entries, 11-0 to 20-0, of which nothing was ever removed. */
const ten: StreamFacts = {
	length: 10,
	first: id(11),
	last: id(20),
	entriesAdded: 10,
	nothingDeleted: true,
};
const deletedIn: StreamFacts = { ...ten, entriesAdded: 12, nothingDeleted: false };
const trimmed: StreamFacts = { ...ten, entriesAdded: 13 };
const empty: StreamFacts = { length: 0, entriesAdded: 5, nothingDeleted: false };
/** As Redis 6.2 answers. */
const uncounted: StreamFacts = { length: 10, first: id(11), last: id(20) };

const exactly = (messages: number) => ({ messages, uncertainty: 0 });
const notCounted = { unknown: 'not_counted' };

interface Case {
	readonly that: string;
	readonly stream: StreamFacts;
	readonly group: GroupFacts;
	/** On a server without the fixes, and on one with them where that differs. */
	readonly lag: object;
	readonly lagFixed?: object;
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
		that: '5: the server knows, and nothing was ever removed',
		stream: ten,
		group: { delivered: id(14), lag: 6 },
		lag: exactly(6),
	},
	{
		that: '5: the least and the most that it can be',
		stream: ten,
		group: { delivered: id(12), lag: 9 },
		lag: exactly(9),
	},
	{
		that: '5: one less than nothing is not believed',
		stream: ten,
		group: { delivered: id(14), lag: -99 },
		lag: notCounted,
	},
	{
		that: '5: none is not believed, for the last entry was not delivered',
		stream: ten,
		group: { delivered: id(14), lag: 0 },
		lag: notCounted,
	},
	{
		that: '5: all is not believed, for the first entry was delivered',
		stream: ten,
		group: { delivered: id(14), lag: 10 },
		lag: notCounted,
	},
	{
		that: '5: nil is unknown and never 0',
		stream: ten,
		group: { delivered: id(14) },
		lag: notCounted,
	},
	{
		that: '5: where entries were trimmed, the server may say as many too many',
		stream: trimmed,
		group: { delivered: id(14), lag: 6 },
		lag: { messages: 6, uncertainty: 3 },
		lagFixed: exactly(6),
	},
	{
		that: '5: but there is at least the last entry',
		stream: trimmed,
		group: { delivered: id(19), lag: 2 },
		lag: { messages: 2, uncertainty: 1 },
		lagFixed: exactly(2),
	},
	{
		that: '5: where entries were deleted, it may say anything',
		stream: deletedIn,
		group: { delivered: id(14), lag: 6 },
		lag: notCounted,
		lagFixed: exactly(6),
	},
	{
		that: '5: counters that contradict each other prove nothing',
		stream: { ...ten, entriesAdded: 9 },
		group: { delivered: id(14), lag: 6 },
		lag: notCounted,
		lagFixed: exactly(6),
	},
	{
		that: '5: a server before 7.0 does not count',
		stream: uncounted,
		group: { delivered: id(14) },
		lag: notCounted,
	},
	{
		that: 'an id of the group that cannot be read',
		stream: ten,
		group: { lag: 6 },
		lag: notCounted,
	},
	{
		that: 'an id of the stream that cannot be read',
		stream: { length: 10, last: id(20), entriesAdded: 10, nothingDeleted: true },
		group: { delivered: id(14), lag: 6 },
		lag: notCounted,
	},
];

for (const { that, stream, group, lag, lagFixed = lag } of cases) {
	test(that, () => {
		assert.deepEqual(resolveLag(stream, group, false), lag);
		assert.deepEqual(resolveLag(stream, group, true), lagFixed);
	});
}
