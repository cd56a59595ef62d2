import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsIn } from './promql.ts';

const cases: readonly (readonly [string, readonly string[]])[] = [
	['up == 0', ['up']],
	['sum by (job, le) (rate(a_bucket{x="b_total"}[5m])) > 3 * inf', ['a_bucket']],
	['a:b:rate5m offset 11m and on (c) d unless e', ['a:b:rate5m', 'd', 'e']],
	['min_over_time(a[10m]) > max_over_time(b[$__range] @ end())', ['a', 'b']],
	['a * on (x) group_left (y) label_replace(b, "s", "c", "s", "d")', ['a', 'b']],
	['absent(up{job="a"}) or vector(0)', ['up']],
];
for (const [expression, names] of cases) {
	test(`the metrics of ${expression}`, () => {
		assert.deepEqual(metricsIn(expression), names);
	});
}
