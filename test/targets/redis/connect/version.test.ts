import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFixedCounters, readServer } from '../../../../src/targets/redis/connect/version.ts';

test('the counters are right from 7.4.4 and from 8.0 on', () => {
	for (const version of ['7.4.4', '7.4.9', '8.0.0', '8.2.1', '10.0.0']) {
		assert.equal(hasFixedCounters(version), true, version);
	}
	for (const version of ['6.2.14', '7.0.15', '7.2.12', '7.4.0', '7.4.2', '7.4.3', '7.9.227', '']) {
		assert.equal(hasFixedCounters(version), false, version);
	}
});

test('a Redis tells its version', () => {
	const info = '# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n';
	assert.deepEqual(readServer(info), { version: '7.0.15', countersAreFixed: false });
	assert.deepEqual(readServer(info.replace('7.0.15', '8.2.1')), {
		version: '8.2.1',
		countersAreFixed: true,
	});
});

test('a Valkey is told apart, though it says that it is a Redis', () => {
	const info = '# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n';
	assert.deepEqual(readServer(info), { version: 'valkey 8.0.1', countersAreFixed: false });
});

test('a server that does not tell is trusted with nothing', () => {
	assert.deepEqual(readServer(undefined), { countersAreFixed: false });
	assert.deepEqual(readServer('# Server\r\nos:Linux\r\n'), { countersAreFixed: false });
});
