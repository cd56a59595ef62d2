import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from '../../../src/http/page/sparkline.ts';
import { withRecentLags } from '../snapshots.ts';

const drawn = (...lags: number[]) => sparkline(withRecentLags({}, lags))?.text;

test('two lags make a line, from 0 to the largest', () => {
	assert.match(drawn(0, 1000) ?? '', /<path d="M69.6 18h0L78 2"\/>/);
	assert.match(
		drawn(0, 1000) ?? '',
		/aria-label="Lag of the last 2 polls: from 0 to 1,000, at most 1,000"/,
	);
});

test('what was not read is a gap', () => {
	assert.match(drawn(5, Number.NaN, 5, 5) ?? '', /<path d="M52.7 2h0M69.6 2h0L78 2"\/>/);
});

test('a lag of 0 all the time is a line at the bottom', () => {
	assert.match(drawn(0, 0) ?? '', /d="M69.6 18h0L78 18"/);
});

test('one lag alone is no line', () => {
	assert.equal(drawn(5), undefined);
	assert.equal(drawn(), undefined);
});
