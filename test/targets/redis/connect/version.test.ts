import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCounterOf, readServer } from '../../../../src/targets/redis/connect/version.ts';

const counters = {
	plain: [
		...['6.2.14', '7.0.15', '7.2.0', '7.2.6', '7.4.0', '7.4.1'],
		...['valkey 7.2.8', 'valkey 8.0.1', 'valkey 8.0.2', 'valkey 8.1.0'],
	],
	mended: [
		...['7.4.4', '7.4.9', '8.0.0', '8.2.1', '10.0.0'],
		...['valkey 8.0.3', 'valkey 8.1.1', 'valkey 9.0.0', 'valkey 9.1.2', 'valkey 10.0.0'],
	],
	untold: ['7.2.7', '7.2.12', '7.4.2', '7.4.3', '7.9.227', 'valkey 7.2.9', 'valkey', '8', ''],
} as const;

for (const counter of ['plain', 'mended', 'untold'] as const) {
	test(`what becomes of the counter is known by the version: ${counter}`, () => {
		for (const version of counters[counter]) {
			assert.equal(readCounterOf(version), counter, version);
		}
	});
}

test('a Redis tells its version', () => {
	const info = '# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n';
	assert.deepEqual(readServer(info), { version: '7.0.15', readCounter: 'plain' });
	assert.deepEqual(readServer(info.replace('7.0.15', '8.2.1')), {
		version: '8.2.1',
		readCounter: 'mended',
	});
});

test('a Valkey is told apart, though it says that it is a Redis', () => {
	const info = '# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\n';
	assert.deepEqual(readServer(info), { version: 'valkey 9.1.2', readCounter: 'mended' });
});

test('a server that does not tell is trusted with nothing', () => {
	assert.deepEqual(readServer(undefined), { readCounter: 'untold' });
	assert.deepEqual(readServer('# Server\r\nos:Linux\r\n'), { readCounter: 'untold' });
});
