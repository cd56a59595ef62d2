import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareIds, parseId as parseBytes } from '../../../../src/targets/redis/protocol/id.ts';

const parseId = (text: string) => parseBytes(Buffer.from(text));

test('an id is its milliseconds and its sequence', () => {
	assert.deepEqual(parseId('1725000000003-12'), { major: 1725000000003, minor: 12 });
	assert.deepEqual(parseId('0-0'), { major: 0, minor: 0 });
	assert.deepEqual(parseId('9007199254740991-9007199254740991'), {
		major: 9007199254740991,
		minor: 9007199254740991,
	});
});

test('what is no id, or cannot be held without rounding, is none', () => {
	for (const text of [
		'',
		'-',
		'5',
		'5-',
		'-5',
		'5-1-1',
		' 5-1',
		'5-1\n',
		'+5-1',
		'5.0-1',
		'1e3-1',
		'0x5-1',
		'9007199254740992-0',
		'0-9007199254740992',
		'18446744073709551615-18446744073709551615',
	]) {
		assert.equal(parseId(text), undefined, JSON.stringify(text));
	}
});

test('ids compare by milliseconds, then by sequence', () => {
	const sorted = ['0-0', '0-1', '0-10', '1-0', '2-9007199254740991', '10-0'];
	const ids = sorted.map((text) => parseId(text) ?? { major: -1, minor: -1 });
	for (const [at, a] of ids.entries()) {
		for (const [other, b] of ids.entries()) {
			assert.equal(Math.sign(compareIds(a, b)), Math.sign(at - other));
		}
	}
});
