import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encoded } from '../../../../src/targets/redis/protocol/encode.ts';

/** The bytes as the protocol's description has them. */
const expected = (words: readonly (string | Buffer)[]) =>
	Buffer.concat([
		Buffer.from(`*${words.length}\r\n`),
		...words.flatMap((word) => [
			Buffer.from(`$${Buffer.byteLength(word)}\r\n`),
			Buffer.from(word),
			Buffer.from('\r\n'),
		]),
	]);

test('commands are arrays of bulk strings, one after the other', () => {
	assert.equal(
		encoded([{ words: ['XLEN', Buffer.from('orders')] }, { words: ['TIME'] }]).toString(),
		'*2\r\n$4\r\nXLEN\r\n$6\r\norders\r\n*1\r\n$4\r\nTIME\r\n',
	);
});

test('words may be of any bytes and of any length', () => {
	const words = [
		'',
		'größe',
		'列'.repeat(30),
		Buffer.from([0x00, 0xff, 0x0d, 0x0a]),
		...[9, 10, 63, 64, 65, 99, 100, 999, 1000, 70_000].flatMap((length) => [
			'x'.repeat(length),
			Buffer.alloc(length, 0xfe),
		]),
	];
	for (const word of words) {
		assert.deepEqual(encoded([{ words: ['ECHO', word] }]), expected(['ECHO', word]));
	}
	assert.deepEqual(encoded([{ words: ['ECHO', ...words] }]), expected(['ECHO', ...words]));
});

test('of no commands there are no bytes', () => {
	assert.equal(encoded([]).length, 0);
});
