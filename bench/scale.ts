import { deriveInSteps } from '../src/derive/derive.ts';
import { History } from '../src/derive/history.ts';
import { planOf } from '../src/derive/plan.ts';
import { SeriesLimiter } from '../src/derive/series-limits.ts';
import { BufferPool } from '../src/metrics/buffer-pool.ts';
import { Compressor, join } from '../src/metrics/exposition.ts';
import { LineWriter } from '../src/metrics/line-writer.ts';
import { countSeries } from '../src/metrics/series.ts';
import { TargetRenderer } from '../src/metrics/target-renderer.ts';
import type { Carried, Exposition } from '../src/model.ts';
import { carryInSteps } from '../src/poll/carry.ts';
import { initialState } from '../src/poll/target-state.ts';
import { inTurns } from '../src/steps.ts';
import { median } from './numbers.ts';
import { table } from './table.ts';
import { intervalSeconds, World } from './world.ts';

/** Topics, partitions of each, groups on each. */
const shapes = [
	[100, 10, 5],
	[500, 10, 10],
	[1000, 10, 10],
	[1000, 100, 10],
	[10_000, 1, 1],
	[100_000, 1, 1],
] as const;

const stages = ['carry', 'derive', 'count', 'limit', 'render', 'compress'];
const warmUpRounds = 12;
const measuredRounds = 9;
/** After these, in each of which everything comes in another order than in the round before. */
const turnedRounds = 9;

/** Measures what follows a reading, stage by stage: CPU of the process, and what is served then. */
export async function benchScale(print: (line: string) => void): Promise<void> {
	const rows: (readonly string[])[] = [];
	for (const [topics, partitions, groups] of shapes) {
		rows.push(await measure(topics, partitions, groups));
	}
	const sizes = ['series', 'plain MB', 'gzip MB', 'RSS MiB', 'loop held up ms', 'other order'];
	print(table([['topics × partitions × groups', 'all', ...stages, ...sizes], ...rows]));
	print(
		'CPU ms a poll: median of nine. Limit: half of the series of groups would be left out. RSS: of the whole process, with the brokers’ side of it. Loop held up: longest turn of the event loop in a poll, median of nine (most); other order: in nine polls that tell everything in another order than the one before.',
	);
}

async function measure(topics: number, partitions: number, groups: number) {
	const world = new World(topics, partitions, groups);
	const plan = planOf({ target: 'bench', platform: 'kafka', intervalSeconds });
	const state = initialState('bench', { name: 'kafka', problems: [], operations: [] }, 15);
	const history = new History(intervalSeconds);
	const pool = new BufferPool();
	const limiter = new SeriesLimiter();
	const renderer = new TargetRenderer(new LineWriter(pool));
	const compressor = new Compressor();
	let carried: Carried | undefined;
	let exposition: Exposition = { parts: [], crc32: 0 };
	let served = { series: 0, plain: 0, gzip: 0 };
	const rounds: number[][] = [];
	const longest: number[] = [];
	const longestTurned: number[] = [];
	for (let round = 0; round < warmUpRounds + measuredRounds + turnedRounds; round++) {
		const isTurned = round >= warmUpRounds + measuredRounds;
		if (isTurned) world.turnRound();
		const reading = world.read();
		const times = [cpuMs()];
		const turns = new Turns();
		carried = await inTurns(carryInSteps(carried, reading, world.atMs, 300_000));
		times.push(cpuMs());
		const derived = await inTurns(deriveInSteps(history, carried, plan));
		times.push(cpuMs());
		const counts = await inTurns(countSeries('kafka', derived));
		times.push(cpuMs());
		const half = limiter.limit('bench', derived, counts, {
			total: counts.streams + sum(counts.groups) / 2,
		});
		await inTurns(half);
		times.push(cpuMs());
		const lines = await inTurns(renderer.inSteps(state, derived, counts.values));
		times.push(cpuMs());
		const longestMs = turns.end();
		const retired = exposition.parts.map(({ plain }) => plain);
		exposition = await compressor.compress(join([lines]));
		times.push(cpuMs());
		const { parts } = exposition;
		pool.hold(parts.map(({ plain }) => plain));
		pool.retire(retired);
		if (isTurned) {
			longestTurned.push(longestMs);
			continue;
		}
		if (round >= warmUpRounds) {
			rounds.push(times);
			longest.push(longestMs);
		}
		served = {
			series: counts.streams + counts.partitions + sum(counts.groups),
			plain: parts.reduce((sum, part) => sum + part.plain.length, 0),
			gzip: parts.reduce((sum, part) => sum + part.deflated.length, 0),
		};
	}
	const stage = (from: number, to: number) =>
		median(rounds.map((times) => (times[to] ?? 0) - (times[from] ?? 0))).toFixed(0);
	return [
		`${topics.toLocaleString('en-US')} × ${partitions} × ${groups}`,
		stage(0, 6),
		...stages.map((_, index) => stage(index, index + 1)),
		served.series.toLocaleString('en-US'),
		(served.plain / 1e6).toFixed(1),
		(served.gzip / 1e6).toFixed(1),
		(process.memoryUsage.rss() / 2 ** 20).toFixed(0),
		medianAndMost(longest),
		medianAndMost(longestTurned),
	];
}

/** The turns of the event loop, from now on: nobody else is served within one. */
class Turns {
	#beganMs = performance.now();
	#longestMs = 0;
	#next = setImmediate(() => this.#look());

	/** @returns how long the longest one took, in milliseconds */
	end(): number {
		clearImmediate(this.#next);
		return Math.max(this.#longestMs, performance.now() - this.#beganMs);
	}

	#look(): void {
		const nowMs = performance.now();
		this.#longestMs = Math.max(this.#longestMs, nowMs - this.#beganMs);
		this.#beganMs = nowMs;
		this.#next = setImmediate(() => this.#look());
	}
}

function medianAndMost(values: readonly number[]): string {
	return `${median(values).toFixed(1)} (${Math.max(...values).toFixed(1)})`;
}

function sum(counts: Uint32Array): number {
	return counts.reduce((total, count) => total + count, 0);
}

function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}
