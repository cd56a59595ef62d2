import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { loopMetrics, watchLoop } from '../../src/metrics/event-loop.ts';
import { until } from '../brokers/index.ts';

const names = ['', 'min_', 'max_', 'mean_', 'stddev_', 'p50_', 'p90_', 'p99_'].map(
	(part) => `nodejs_eventloop_lag_${part}seconds`,
);

function watched(everyMs?: number) {
	const registry = new Registry();
	const loop = watchLoop(everyMs);
	loopMetrics(registry, loop);
	const read = async () => {
		const text = await registry.metrics();
		const values: Record<string, number> = {};
		for (const [, name = '', value] of text.matchAll(/^(\w+) (\S+)$/gm))
			values[name] = Number(value);
		return values;
	};
	return { loop, read };
}

function block(forMs: number): void {
	const until = performance.now() + forMs;
	while (performance.now() < until);
}

test('every value is a number of less than a second at once, and when many scrape at the same time', async () => {
	const { loop, read } = watched();
	try {
		const all = [...(await Promise.all([read(), read(), read()])), await read(), await read()];
		for (const values of all) {
			assert.deepEqual(Object.keys(values).sort(), [...names].sort());
			for (const [name, value] of Object.entries(values)) {
				assert.ok(value >= 0 && value < 1, `${name} ${value}`);
			}
		}
	} finally {
		loop.stop();
	}
});

test('a loop that is held up for 200 ms shows 200 ms to everyone who scrapes then, and no more after two windows', async () => {
	const everyMs = 500;
	const { loop, read } = watched(everyMs);
	const max = async () => (await read()).nodejs_eventloop_lag_max_seconds ?? Number.NaN;
	try {
		await until('it is watched', () => loop.current().count > 5);
		block(200);
		const seen = await until('it shows', async () => {
			const value = await max();
			return value > 0.18 && value;
		});
		assert.ok(seen < 0.4, `${seen} s`);
		assert.equal(await max(), seen);
		await until('it is over', async () => (await max()) < 0.15);
	} finally {
		loop.stop();
	}
});

test('what holds the loop up while a window begins is seen', async () => {
	const { loop, read } = watched(300);
	try {
		await until('it is watched', () => loop.current().count > 5);
		const { current } = loop;
		const before = current();
		await until('a window begins', () => current() !== before, { everyMs: 1 });
		block(200);
		await until(
			'it shows',
			async () => ((await read()).nodejs_eventloop_lag_max_seconds ?? 0) > 0.15,
			{ everyMs: 5 },
		);
	} finally {
		loop.stop();
	}
});

test('the pause between two looks is no delay', async () => {
	const { loop, read } = watched();
	try {
		await until('it is watched', () => loop.current().count > 50);
		const { nodejs_eventloop_lag_min_seconds: min, nodejs_eventloop_lag_p50_seconds: median } =
			await read();
		assert.ok((min ?? 1) < 0.005, `the minimum is ${min}`);
		assert.ok((median ?? 1) < 0.01, `the median is ${median}`);
	} finally {
		loop.stop();
	}
});
