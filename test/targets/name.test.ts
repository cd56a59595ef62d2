import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayName, displayText } from '../../src/targets/name.ts';

const cases: readonly (readonly [name: string, bytes: readonly number[], shown: string])[] = [
	['plain text', [...Buffer.from('orders')], 'orders'],
	['any valid UTF-8', [...Buffer.from('größe 😀\n"')], 'größe 😀\n"'],
	['a byte that is not UTF-8', [0x61, 0xff, 0x62], 'a\\xffb'],
	['a sequence that is cut short', [0x61, 0xe2, 0x82], 'a\\xe2\\x82'],
	['an overlong form', [0xc0, 0xaf], '\\xc0\\xaf'],
	['half a surrogate pair', [0xed, 0xa0, 0x80], '\\xed\\xa0\\x80'],
	['valid text around broken bytes', [...Buffer.from('é'), 0x80, ...Buffer.from('😀')], 'é\\x80😀'],
	['a byte order mark is part of the name', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
	['text that looks like an escape', [...Buffer.from('a\\xffb')], 'a\\x5cxffb'],
	['other backslashes', [...Buffer.from('a\\nb\\xzz')], 'a\\nb\\xzz'],
	['an empty name', [], ''],
];

for (const [name, bytes, shown] of cases) {
	test(`shows ${name}`, () => assert.equal(displayName(Uint8Array.from(bytes)), shown));
}

test('a name that was decoded already is shown as its bytes are', () => {
	for (const text of [
		'orders',
		'größe 😀\n"',
		'a\\xffb',
		'a\\nb',
		'',
		'\ufeffa',
		'half \ud800 a pair',
	]) {
		assert.equal(displayText(text), displayName(Buffer.from(text)));
	}
	assert.equal(displayText('half \ud800 a pair'), 'half \ufffd a pair');
});

test('different names stay different', () => {
	const names = [
		Buffer.from([0xff]),
		Buffer.from('\\xff'),
		Buffer.from('\\x5cxff'),
		Buffer.from('\\x5c\\xff'),
		Buffer.from([0x5c, 0xff]),
		Buffer.from('\\\\xff'),
	];
	assert.equal(new Set(names.map(displayName)).size, names.length);
});
