import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { duration, durationText, period } from '../../src/options/duration.ts';

const good: readonly (readonly [text: string, ms: number, shortest: string])[] = [
	['0s', 0, '0s'],
	['0ms', 0, '0s'],
	['1ms', 1, '1ms'],
	['500ms', 500, '500ms'],
	['1500ms', 1500, '1s500ms'],
	['15s', 15_000, '15s'],
	['90s', 90_000, '1m30s'],
	['5m', 300_000, '5m'],
	['1h30m', 5_400_000, '1h30m'],
	['90m', 5_400_000, '1h30m'],
	['24h', 86_400_000, '1d'],
	['7d', 604_800_000, '7d'],
	['1d2h3m4s5ms', 93_784_005, '1d2h3m4s5ms'],
	['05s', 5000, '5s'],
];

for (const [text, ms, shortest] of good) {
	test(`${text} is ${ms} ms and is written ${shortest}`, () => {
		assert.equal(duration.parse(text), ms);
		assert.equal(z.encode(duration, ms), shortest);
		assert.equal(duration.parse(shortest), ms);
	});
}

const bad: readonly unknown[] = [
	'',
	'0',
	'15',
	' 15s',
	'15s ',
	'15 s',
	'-5s',
	'+5s',
	'1.5h',
	'1,5h',
	'15S',
	'15sec',
	'1w',
	'1y',
	'5',
	's',
	'1h1h',
	'30m1h',
	'500ms1s',
	'1e3s',
	'٣s',
	'15s\n',
	'99999999999999d',
	15,
	0,
	null,
	true,
	['15s'],
];

for (const value of bad) {
	test(`${JSON.stringify(value)} is no duration, and the mistake says what one looks like`, () => {
		const { success, error } = duration.safeParse(value);
		assert.equal(success, false);
		assert.match(
			error?.issues[0]?.message ?? '',
			/^expected a duration such as 15s, 5m or 1h30m, got /,
		);
	});
}

test('a period is more than nothing and at most what a timer can wait', () => {
	assert.equal(period.parse('1ms'), 1);
	assert.equal(period.parse('24d'), 2_073_600_000);
	assert.equal(period.safeParse('0s').success, false);
	assert.equal(period.safeParse('24d1ms').success, false);
});

test('the text of a duration has no unit that is zero', () => {
	assert.equal(durationText(3_600_001), '1h1ms');
});
