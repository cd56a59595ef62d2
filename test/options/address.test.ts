import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, parseServerUrl } from '../../src/options/address.ts';

for (const [text, parts] of [
	['redis://redis', { host: 'redis', path: '' }],
	['redis://redis_1.local:6379/0', { host: 'redis_1.local', port: 6379, path: '/0' }],
	['redis://[::1]:6379', { host: '::1', port: 6379, path: '' }],
	[
		'redis://u:p%40s%3As@10.0.0.1',
		{ host: '10.0.0.1', path: '', username: 'u', password: 'p@s:s' },
	],
	['redis://:p@h:1', { host: 'h', port: 1, path: '', password: 'p' }],
	['redis://u@h', { host: 'h', path: '', username: 'u' }],
] as const) {
	test(`${text} is taken apart`, () => assert.deepEqual(parseServerUrl(text, 'redis'), parts));
}

for (const text of [
	'',
	'redis',
	'redis:6379',
	'redis://',
	'redis://:6379',
	'http://redis:6379',
	'REDIS://redis',
	'redis://a b',
	'redis://redis:6379\n',
	'\tredis://redis',
	'redis://redis:0',
	'redis://redis:65536',
	'redis://redis:x',
	'redis://redis:-1',
	'redis://::1',
	'redis://[::1',
	'redis://h?x=1',
	'redis://h?',
	'redis://h#x',
	'redis://a,b',
	'redis://u:%zz@h',
	'redis://höst',
	'redis://a:1,b:2',
]) {
	test(`${JSON.stringify(text)} is no URL of a server`, () => {
		assert.equal(parseServerUrl(text, 'redis'), undefined);
	});
}

test('an IPv6 address is written in brackets', () => {
	assert.equal(addressText({ host: '::1', port: 9092 }), '[::1]:9092');
	assert.equal(addressText({ host: 'kafka-1', port: 9092 }), 'kafka-1:9092');
});
