import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoopWatch } from '../src/loop-watch.ts';
import { until } from './brokers/index.ts';

function block(forMs: number): void {
	const until = performance.now() + forMs;
	while (performance.now() < until);
}

const mostMs = ({ delays }: LoopWatch) => delays.max / 1000;

test('work that holds the loop up for 200 ms shows, first thing in it or last, and no more after two windows', async () => {
	const watch = new LoopWatch(500);
	for (const work of [
		async () => block(200),
		async () => {
			await until('it is watched', () => watch.delays.count > 5);
			block(200);
		},
	]) {
		await watch.during(work);
		const seen = await until('it shows', () => mostMs(watch) > 180 && mostMs(watch));
		assert.ok(seen < 400, `${seen} ms`);
		await until('it is over', () => watch.delays.count === 0);
	}
});

test('what holds the loop up for longer than a window is seen', async () => {
	const watch = new LoopWatch(300);
	const end = watch.begin();
	await until('it is watched', () => watch.delays.count > 5);
	const before = watch.delays;
	await until('a window begins', () => watch.delays !== before, { everyMs: 1 });
	block(400);
	await until('it shows', () => mostMs(watch) > 350, { everyMs: 5 });
	end();
});

test('the pause between two looks is no delay', async () => {
	const watch = new LoopWatch();
	const end = watch.begin();
	await until('it is watched', () => watch.delays.count > 50);
	end();
	const { delays } = watch;
	assert.ok(delays.min < 5000, `the minimum is ${delays.min} µs`);
	const median = delays.percentile(50);
	assert.ok(median < 10_000, `the median is ${median} µs`);
});

test('at rest nothing is looked at, and what failed is over', async () => {
	const watch = new LoopWatch();
	await assert.rejects(
		watch.during(async () => {
			assert.ok(watch.isWatching);
			throw new Error('a failure');
		}),
		/a failure/,
	);
	const ends = [watch.begin(), watch.begin()];
	ends[0]?.();
	assert.ok(watch.isWatching, 'another work goes on');
	ends[1]?.();
	assert.equal(watch.isWatching, false);
	const other = new LoopWatch();
	const end = other.begin();
	await until('another one has looked ten times', () => other.delays.count >= 10);
	end();
	assert.equal(watch.delays.count, 1);
});
