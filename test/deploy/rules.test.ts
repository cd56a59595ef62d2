import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { compatibilityRules } from '../../deploy/prometheus/source/compat/index.ts';
import { recordingRules } from '../../deploy/prometheus/source/recording.ts';
import { asShipped } from '../../deploy/prometheus/source/rule.ts';
import { alertRules } from '../../deploy/prometheus/source/rules.ts';
import { ruleFilesByPath } from '../../scripts/rules.ts';
import { catalogueNames, ofPrometheus } from './metric-names.ts';
import { metricsIn } from './promql.ts';
import { read, root } from './read.ts';

const recordings = recordingRules(asShipped).flatMap(({ rules }) => rules);
const compatibility = compatibilityRules.flatMap(({ rules }) => rules);
const alerts = alertRules(asShipped).flatMap(({ rules }) => rules);
const names = alerts.map(({ alert }) => alert);

for (const [path, text] of Object.entries(ruleFilesByPath())) {
	test(`${path} is what its source says; npm run docs writes it`, () => {
		assert.equal(read(path), text);
	});
}

test('the Kubernetes PrometheusRule holds the rules of both files and nothing else', () => {
	const groups = (path: string): unknown[] => parse(read(path)).groups;
	assert.deepEqual(parse(read('deploy/kubernetes/prometheus-rule.yaml')).spec.groups, [
		...groups('deploy/prometheus/rules/recording.yaml'),
		...groups('deploy/prometheus/rules/alerts.yaml'),
	]);
});

test('every metric in a rule is exported, or recorded by another', () => {
	const recorded = new Set(recordings.map(({ record }) => record));
	for (const { expr } of [...recordings, ...compatibility, ...alerts]) {
		for (const name of metricsIn(expr)) {
			const known = [catalogueNames, recorded, ofPrometheus];
			assert.ok(
				known.some((set) => set.has(name)),
				`${name} in ${expr}`,
			);
		}
	}
});

for (const { alert, expr, labels, annotations, keep_firing_for } of alerts) {
	test(`${alert} says what, how bad, what is at stake and where to look`, () => {
		const { summary = '', description = '', runbook_url, dashboard_url } = annotations;
		assert.match(summary, /^\S.{20,}/);
		assert.doesNotMatch(summary, /\$value|query/, 'a summary that changes is another alert');
		assert.match(description, /\b[Ll]ook\b/);
		assert.match(runbook_url ?? '', new RegExp(`/docs/runbooks/${alert}\\.md$`));
		assert.match(dashboard_url ?? '', /\/d\/stream-lag-/);
		assert.match(keep_firing_for, /^\d+m$/);
		assert.ok(
			labels?.severity !== undefined ||
				expr.includes('stream_consumer_objective_info{severity!="none"}'),
			'a severity of its own, or that of the objective',
		);
	});
}

test('no name of another exporter is one of ours, and one group has it once', () => {
	for (const { rules } of compatibilityRules) {
		const own = rules.map(({ record }) => record);
		assert.deepEqual(own, [...new Set(own)]);
		for (const record of own) assert.ok(!catalogueNames.has(record), record);
	}
});

test('what is recorded under the names of another exporter is of one platform, over all replicas', () => {
	const platforms = { redis: 'redis', jetstream: 'nats', nats: 'nats' } as const;
	for (const { record, expr } of compatibility) {
		const [first = ''] = record.split('_', 1);
		const platform = platforms[first as keyof typeof platforms] ?? 'kafka';
		const bare = expr.replace(/by \([^)]*\)/g, 'by');
		const selectors = [...bare.matchAll(/(?<!")\bstream_\w+(?:\{([^}]*)\})?/g)];
		assert.ok(selectors.length > 0, expr);
		for (const [selector, matchers = ''] of selectors) {
			assert.ok(matchers.split(',').includes(`platform="${platform}"`), `${record}: ${selector}`);
		}
		assert.equal(bare.match(/max by \(stream_/g)?.length, selectors.length, record);
	}
});

test('no alert stands on the status, which flips', () => {
	for (const { expr } of [...recordings, ...alerts]) {
		assert.ok(!metricsIn(expr).includes('stream_consumer_status'), expr);
	}
});

test('for every alert promtool is told when it fires, and when it does not before and after', () => {
	const tests = readdirSync(new URL('deploy/prometheus/tests', root)).flatMap(
		(file) => parse(read(`deploy/prometheus/tests/${file}`)).tests as PromtoolTest[],
	);
	for (const alert of names) {
		const own = tests.find(({ name }) => name === alert);
		assert.ok(own, `a test with the name ${alert}`);
		const story = own.promql_expr_test
			.map(({ exp_samples }) => exp_samples.some(({ labels }) => labels.includes(`"${alert}"`)))
			.map((fires) => (fires ? 'fires' : 'quiet'))
			.filter((word, index, words) => word !== words[index - 1]);
		assert.deepEqual(story, ['quiet', 'fires', 'quiet'], alert);
	}
});

test('the example of Alertmanager speaks of alerts that exist', () => {
	const { inhibit_rules } = parse(read('deploy/alertmanager/example.yaml'));
	for (const { source_matchers, target_matchers } of inhibit_rules as InhibitRule[]) {
		for (const matcher of [...source_matchers, ...target_matchers]) {
			const [, pattern = ''] = /^alertname!?=~?"(.+)"$/.exec(matcher) ?? [];
			assert.ok(
				names.some((alert) => new RegExp(`^(?:${pattern})$`).test(alert)),
				matcher,
			);
			for (const word of /\((.+)\)/.exec(pattern)?.[1]?.split('|') ?? []) {
				assert.ok(names.includes(`StreamConsumer${word}`), word);
			}
		}
	}
});

test('the example of Prometheus scrapes under the job that the rules go by', () => {
	const [scrape] = parse(read('deploy/prometheus/prometheus.yaml')).scrape_configs;
	const jobs = alerts.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)]);
	assert.ok(jobs.length > 0);
	for (const [, job] of jobs) assert.equal(job, scrape.job_name);
});

interface PromtoolTest {
	readonly name: string;
	readonly promql_expr_test: readonly {
		readonly exp_samples: readonly { readonly labels: string }[];
	}[];
}

interface InhibitRule {
	readonly source_matchers: readonly string[];
	readonly target_matchers: readonly string[];
}
