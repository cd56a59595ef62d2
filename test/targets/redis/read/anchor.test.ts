import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadCounter } from '../../../../src/targets/redis/connect/version.ts';
import { type Anchor, advanced, anchorOf } from '../../../../src/targets/redis/read/anchor.ts';

const id = (major: number) => ({ major, minor: 0 });

/** Ten were added, four trimmed, and two of those were read: 15-0 to 20-0 are left, and all are unread. */
const stream = {
	length: 6,
	first: id(15),
	last: id(20),
	lastGenerated: id(20),
	entriesAdded: 10,
	maxDeleted: id(0),
	entryBytes: 10,
};
const behind: Anchor = {
	delivered: id(12),
	entriesRead: 2,
	entriesAdded: 10,
	length: 6,
	firstUndelivered: id(15),
	index: 4,
	seenIn: { connectionId: 1, untilMs: 4000 },
};
const group = { name: 'g', consumers: 1, pending: 0 };

test('where a group stands that has read on, and was trimmed past again', () => {
	// 15-0 was read, and then trimmed with 16-0.
	const now = { ...stream, length: 4, first: id(17) };
	const at = (entriesRead: number, readCounter: ReadCounter) =>
		advanced(
			behind,
			behind.index ?? Number.NaN,
			now,
			{ ...group, delivered: id(15), entriesRead },
			readCounter,
		);
	assert.equal(at(3, 'plain'), 5);
	assert.equal(at(5, 'mended'), 5);
	assert.equal(at(3, 'untold'), undefined);
	assert.equal(at(5, 'untold'), undefined);
});

test('a group that was not moved stands where it stood, whatever was removed', () => {
	const same = { ...group, delivered: id(12), entriesRead: 2 };
	for (const counter of ['plain', 'mended', 'untold'] as const) {
		assert.equal(advanced(behind, 4, { ...stream, length: 1, first: id(20) }, same, counter), 4);
	}
});

test('of a group beyond the last entry it is not remembered how many come before it', () => {
	const circumstances = {
		readCounter: 'plain',
		nowMs: 3000,
		poll: { connectionId: 1 },
	} as const;
	const indexAt = (delivered: number) =>
		anchorOf(stream, { ...group, delivered: id(delivered) }, 0, undefined, circumstances)?.index;
	assert.equal(indexAt(20), 10);
	assert.equal(indexAt(21), undefined);
});
