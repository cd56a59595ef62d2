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

/** Measures what follows a reading, stage by stage: CPU of the process, and what is served then. */
export async function benchScale(print: (line: string) => void): Promise<void> {
	const rows: (readonly string[])[] = [];
	for (const [topics, partitions, groups] of shapes) {
		rows.push(await measure(topics, partitions, groups));
	}
	const sizes = ['series', 'plain MB', 'gzip MB', 'RSS MiB', 'longest step ms (most)'];
	print(table([['topics × partitions × groups', 'all', ...stages, ...sizes], ...rows]));
	print(
		'CPU ms a poll: median of nine. Limit: half of the series of groups would be left out. RSS: of the whole process, with the brokers’ side of it.',
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
	for (let round = 0; round < warmUpRounds + measuredRounds; round++) {
		const reading = world.read();
		const times = [cpuMs()];
		const steps: number[] = [];
		carried = inMeasuredSteps(carryInSteps(carried, reading, world.atMs, 300_000), steps);
		times.push(cpuMs());
		const derived = inMeasuredSteps(deriveInSteps(history, carried, plan), steps);
		times.push(cpuMs());
		const counts = inMeasuredSteps(countSeries('kafka', derived), steps);
		times.push(cpuMs());
		const half = limiter.limit('bench', derived, counts, {
			total: counts.streams + sum(counts.groups) / 2,
		});
		inMeasuredSteps(half, steps);
		times.push(cpuMs());
		const lines = inMeasuredSteps(renderer.inSteps(state, derived, counts.values), steps);
		times.push(cpuMs());
		const retired = exposition.parts.map(({ plain }) => plain);
		exposition = await compressor.compress(join([lines]));
		times.push(cpuMs());
		const { parts } = exposition;
		pool.hold(parts.map(({ plain }) => plain));
		pool.retire(retired);
		if (round >= warmUpRounds) {
			rounds.push(times);
			longest.push(Math.max(...steps));
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
		`${median(longest).toFixed(1)} (${Math.max(...longest).toFixed(1)})`,
	];
}

/** Goes through all steps, and adds how long each of them held the event loop up, in milliseconds. */
function inMeasuredSteps<Result>(steps: Generator<void, Result>, tookMs: number[]): Result {
	for (;;) {
		const beganMs = performance.now();
		const { done, value } = steps.next();
		tookMs.push(performance.now() - beganMs);
		if (done) return value;
	}
}

function sum(counts: Uint32Array): number {
	return counts.reduce((total, count) => total + count, 0);
}

function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}
