import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { joinCrc32 } from '../../src/metrics/crc32.ts';

test('the CRC of two texts follows from their own', () => {
	for (const [first, second] of [
		['', ''],
		['a', ''],
		['', 'b'],
		['stream_consumer_lag', '{} 5\n'],
		['x'.repeat(1000), 'y'.repeat(70_001)],
	] as const) {
		const joined = joinCrc32(crc32(first), crc32(second), second.length);
		assert.equal(joined, crc32(first + second));
	}
});
