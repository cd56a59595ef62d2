import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMetrics } from '../../demo/metrics.ts';
import { tableLines } from '../../demo/table.ts';

const labels = 'target="t",platform="kafka",stream="orders",consumer_group="billing"';
const metrics = (lag: number): string => `# TYPE stream_consumer_lag gauge
stream_consumer_lag{${labels}} ${lag}
stream_consumer_lag_uncertainty{${labels}} 7
stream_consumer_pending{${labels}} 3
`;
const row = { platform: 'kafka', stream: 'orders', group: 'billing', does: 'keeps up' };

test('a group has its lag, how it changed, and its pending messages', () => {
	assert.deepEqual(tableLines([row], readMetrics(metrics(12)), readMetrics(metrics(10))), [
		'PLATFORM  STREAM  GROUP    LAG  CHANGE  PENDING  WHAT IT DOES',
		'kafka     orders  billing   12      +2        3  keeps up',
	]);
});

test('a lag that the exporter does not tell is a question mark, never 0', () => {
	assert.equal(
		tableLines([row], readMetrics(''), readMetrics(metrics(10)))[1],
		'kafka     orders  billing    ?                   keeps up',
	);
});
