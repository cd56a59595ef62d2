import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayName } from '../../../../src/targets/name.ts';
import { groupWord } from '../../../../src/targets/redis/protocol/commands.ts';
import { shownName } from '../../../../src/targets/redis/protocol/shown-name.ts';

/** Every byte alone and between letters, and names of more than one byte a character. */
const names = [
	...Array.from({ length: 256 }, (_, byte) => Buffer.from([byte])),
	...Array.from({ length: 256 }, (_, byte) => Buffer.from([0x61, byte, 0x78])),
	...['', 'billing', 'größe', '列', 'a\\xff', 'a\\x5cxff', '\\\\x41', '\\'].map((text) =>
		Buffer.from(text),
	),
];

test('a name is shown as everywhere', () => {
	for (const name of names) assert.equal(shownName(name), displayName(name));
	const between = Buffer.from('xbillingx');
	assert.equal(shownName(between, 1, 8), 'billing');
});

test('a name is sent as it came', () => {
	for (const name of names) assert.deepEqual(Buffer.from(groupWord(shownName(name))), name);
});
