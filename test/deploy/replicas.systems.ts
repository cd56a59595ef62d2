import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runCommand } from '../brokers/command.ts';
import { findPromtool } from '../brokers/index.ts';
import { read, root } from './read.ts';
import {
	asTold,
	type Expectation,
	metricOf,
	minuteOf,
	type Sample,
	type Series,
	type Story,
	samples,
	storiesOf,
	valuesOf,
	withStories,
} from './story.ts';

/**
 * What holds for one exporter in front of brokers that are always there (deploy/prometheus/tests) must
 * hold for each alert in other circumstances too: its stories are told again by two replicas, by two of
 * which one is lost or starts anew, by one that starts anew, and of a target that comes and goes.
 */
const promtool = await findPromtool();
const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-stories-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const rules = ['recording.yaml', 'alerts.yaml'].map((name) =>
	fileURLToPath(new URL(`deploy/prometheus/rules/${name}`, root)),
);
const alerts: readonly string[] = parse(read('deploy/prometheus/rules/alerts.yaml')).groups.flatMap(
	({ rules }: { rules: readonly { alert: string }[] }) => rules.map(({ alert }) => alert),
);

/** Files of stories told by one exporter. */
const files = readdirSync(new URL('deploy/prometheus/tests', root)).filter(
	(file) => file !== 'replicas.yaml' && !file.startsWith('compat-'),
);

/** Of each replica there is one: it tells of the replica itself. */
const ofEachReplica = 'StreamLagExporterConfigReloadFailed';

const counters = /_total$/;
/** Clocks, which begin anew with the exporter. */
const clocks = /^stream_consumer_(stalled|stopped)_seconds$/;

/** Tells all stories again that a change applies to, and asks promtool. */
async function retold(what: string, change: (story: Story) => Story | undefined): Promise<number> {
	const told = await Promise.all(
		files.map(async (file) => {
			const text = read(`deploy/prometheus/tests/${file}`);
			const stories = storiesOf(text).flatMap((story) => change(story) ?? []);
			if (stories.length === 0) return 0;
			const path = join(folder, `${what}-${file}`);
			writeFileSync(path, withStories(text, stories, rules));
			const { stdout } = await runCommand(promtool.path, ['test', 'rules', path], {
				env: promtool.env ?? {},
				timeoutMs: 120_000,
			});
			assert.match(stdout, /SUCCESS/);
			return stories.length;
		}),
	);
	return told.reduce((sum, count) => sum + count, 0);
}

/** The series of a story by two replicas, of which the second tells them in its own way. */
function byTwo(story: Story, second: (series: Series) => Series): Story {
	const input = story.input_series ?? [];
	return {
		...story,
		input_series: [
			...input.map((series) => asTold('a:10977', series)),
			...input.map((series) => asTold('b:10977', second(series))),
		],
	};
}

function changed(series: Series, change: (sample: Sample, minute: number) => Sample): Series {
	return { ...series, values: valuesOf(samples(series.values).map(change)) };
}

/** The first minute at which a story has its alert firing; none for a story of a near miss. */
function firstFiring(story: Story): number | undefined {
	const firing = story.promql_expr_test.find(({ exp_samples }) => exp_samples.length > 0);
	return firing && minuteOf(firing);
}

test('two replicas of the exporter raise each alert once, when one raises it', async () => {
	const told = await retold('two', (story) => ({
		...byTwo(story, (series) => series),
		promql_expr_test: story.promql_expr_test.map((expectation) => ({
			...expectation,
			exp_samples: expectation.exp_samples.map(({ labels, value }) => ({
				labels,
				value: labels.includes(ofEachReplica) ? 2 * value : value,
			})),
		})),
	}));
	assert.ok(told > alerts.length);
});

test('one of two replicas is lost while an alert fires: nothing ends, nothing is new', async () => {
	const told = await retold('lost', (story) => {
		const lostAt = firstFiring(story);
		if (lostAt === undefined || story.name === ofEachReplica) return undefined;
		return byTwo(story, (series) =>
			changed(series, (sample, minute) => {
				if (minute <= lostAt) return sample;
				if (metricOf(series) === 'up') return 0;
				return minute === lostAt + 1 ? 'stale' : 'none';
			}),
		);
	});
	assert.ok(told >= alerts.length - 2, `${told} stories`);
});

/** A series of an exporter that starts anew: away for two minutes, then its counters and clocks begin at 0. */
function restarted(series: Series, at: number): Series {
	const all = samples(series.values);
	const metric = metricOf(series);
	const base = all.slice(0, at + 3).findLast((sample) => typeof sample === 'number') ?? 0;
	return changed(series, (sample, minute) => {
		if (minute <= at) return sample;
		if (minute <= at + 2) return metric === 'up' ? 0 : minute === at + 1 ? 'stale' : 'none';
		if (typeof sample !== 'number') return sample;
		if (counters.test(metric)) return sample - Number(base);
		return clocks.test(metric) ? Math.min(sample, (minute - at - 3) * 60) : sample;
	});
}

test('one of two replicas starts anew while an alert fires: nothing ends, nothing is new', async () => {
	const told = await retold('anew', (story) => {
		const at = firstFiring(story);
		if (at === undefined || story.name === ofEachReplica) return undefined;
		return byTwo(story, (series) => restarted(series, at));
	});
	assert.ok(told >= alerts.length - 2, `${told} stories`);
});

test('the only exporter starts anew while an alert fires: it goes on firing', async () => {
	const told = await retold('only', (story) => {
		const at = firstFiring(story);
		if (at === undefined) return undefined;
		const own = story.promql_expr_test.filter((one) => minuteOf(one) <= at);
		const firing = own.at(-1) as Expectation;
		return {
			...story,
			input_series: (story.input_series ?? []).map((series) => restarted(series, at)),
			promql_expr_test: [
				...own,
				...[1, 2, 3, 4].map((more) => ({ ...firing, eval_time: `${at + more}m` })),
			],
		};
	});
	assert.ok(told >= alerts.length - 1, `${told} stories`);
});

/** Of every six minutes the target is unreachable in two; what was known of it is kept meanwhile. */
function isAway(minute: number): boolean {
	return minute % 6 >= 4;
}

/** What the exporter tells of such a target itself. */
function comingAndGoing(minutes: number): readonly Series[] {
	const target = '{target="shop",platform="kafka"';
	const series = (metric: string, labels: string, value: (minute: number) => number) => ({
		series: `${metric}${target}${labels}}`,
		values: valuesOf(Array.from({ length: minutes }, (_, minute) => value(minute))),
	});
	const polls = (wanted: boolean) => (minute: number) =>
		4 *
		Array.from({ length: minute }, (_, at) => at + 1).filter((at) => isAway(at) === wanted).length;
	return [
		series('stream_target_up', '', (minute) => (isAway(minute) ? 0 : 1)),
		series('stream_target_polls_total', ',result="ok"', polls(false)),
		series('stream_target_polls_total', ',result="failed"', polls(true)),
		series('stream_target_poll_interval_seconds', '', () => 15),
		series(
			'stream_target_last_success_timestamp_seconds',
			'',
			(minute) => 60 * (isAway(minute) ? minute - (minute % 6) + 3 : minute),
		),
	];
}

test('an alert on a target that is unreachable two minutes of every six does not come and go with it', async () => {
	const told = await retold('away', (story) => {
		if (/^Stream(Target|LagExporter(Down|Config))/.test(story.name)) return undefined;
		if (!alerts.includes(story.name)) return undefined;
		const firing = story.promql_expr_test
			.filter(({ exp_samples }) => exp_samples.some(({ labels }) => labels.includes(story.name)))
			.map(minuteOf);
		const last = Math.max(...firing);
		const kept = (series: Series): Series => {
			const all = samples(series.values);
			return changed(series, (sample, minute) => {
				if (metricOf(series) === 'up' || !isAway(minute)) return sample;
				return all[minute - (minute % 6) + 3] ?? sample;
			});
		};
		const labels = `{alertname="${story.name}"}`;
		const between: Expectation[] = [];
		// A change is seen up to two minutes later, and in windows of ten minutes later still.
		for (let minute = Math.min(...firing) + 6; minute <= last; minute++) {
			between.push({
				expr: `count by (alertname) (ALERTS{alertstate="firing",alertname="${story.name}"})`,
				eval_time: `${minute}m`,
				exp_samples: [{ labels, value: 1 }],
			});
		}
		assert.ok(between.length > 0, `${story.name} fires for long enough to tell`);
		const quiet = {
			expr: 'ALERTS{alertstate="firing",alertname=~"StreamTarget.+"}',
			exp_samples: [],
		};
		return {
			...story,
			input_series: [...(story.input_series ?? []).map(kept), ...comingAndGoing(last + 1)],
			promql_expr_test: [...between, { ...quiet, eval_time: `${last}m` }],
		};
	});
	assert.equal(told, alerts.length - 6);
});
