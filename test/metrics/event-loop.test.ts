import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { LoopWatch } from '../../src/loop-watch.ts';
import { loopMetrics } from '../../src/metrics/event-loop.ts';
import { until } from '../brokers/index.ts';

const names = ['', 'min_', 'max_', 'mean_', 'stddev_', 'p50_', 'p90_', 'p99_'].map(
	(part) => `nodejs_eventloop_lag_${part}seconds`,
);

function watched() {
	const registry = new Registry();
	const watch = new LoopWatch();
	loopMetrics(registry, watch);
	const read = async () => {
		const text = await registry.metrics();
		const values: Record<string, number> = {};
		for (const [, name = '', value] of text.matchAll(/^(\w+) (\S+)$/gm))
			values[name] = Number(value);
		return values;
	};
	return { watch, read };
}

test('every value is a number of less than a second at once, and when many scrape at the same time', async () => {
	const { watch, read } = watched();
	const readAll = async () => [
		...(await Promise.all([read(), read(), read()])),
		await read(),
		await read(),
	];
	const before = await readAll();
	const end = watch.begin();
	await until('it is watched', () => watch.delays.count > 5);
	end();
	for (const values of [...before, ...(await readAll())]) {
		assert.deepEqual(Object.keys(values).sort(), [...names].sort());
		for (const [name, value] of Object.entries(values)) {
			assert.ok(value >= 0 && value < 1, `${name} ${value}`);
		}
	}
});

test('a delay is told in seconds, and the same to everyone who scrapes', async () => {
	const { watch, read } = watched();
	const beganMs = performance.now();
	await watch.during(async () => {
		while (performance.now() < beganMs + 200);
	});
	await until('it is seen', () => watch.delays.count > 0);
	const most = (await read()).nodejs_eventloop_lag_max_seconds ?? Number.NaN;
	assert.ok(most > 0.18 && most < 0.4, `${most} s`);
	const latest = (await read()).nodejs_eventloop_lag_seconds ?? Number.NaN;
	assert.ok(Math.abs(latest - most) < 0.005, `${latest} s`);
	const { nodejs_eventloop_lag_max_seconds: again, nodejs_eventloop_lag_p99_seconds: p99 } =
		await read();
	assert.equal(again, most);
	assert.ok(Math.abs((p99 ?? 0) - most) < 0.005, `${p99} s`);
});
