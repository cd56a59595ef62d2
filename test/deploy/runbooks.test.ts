import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { recordingRules } from '../../deploy/prometheus/source/recording.ts';
import { asShipped } from '../../deploy/prometheus/source/rule.ts';
import { alertRules } from '../../deploy/prometheus/source/rules.ts';
import { askingPanels, dashboards } from '../grafana/model.ts';
import { catalogueNames, ofPrometheus, processNames } from './metric-names.ts';
import { read, root } from './read.ts';

const alerts = alertRules(asShipped).flatMap(({ rules }) => rules.map(({ alert }) => alert));
const files = readdirSync(new URL('docs/runbooks', root));
const known = [
	catalogueNames,
	ofPrometheus,
	await processNames(),
	new Set(recordingRules(asShipped).flatMap(({ rules }) => rules.map(({ record }) => record))),
];

/** Titles of panels. */
const panels = new Set(
	[...dashboards.values()].flatMap((dashboard) =>
		askingPanels(dashboard).map(({ title }) => title),
	),
);

test('every alert has a runbook, and every runbook an alert', () => {
	assert.deepEqual(files.sort(), alerts.map((alert) => `${alert}.md`).sort());
});

test('the overview lists every alert with a link to its runbook', () => {
	const linked = [...read('docs/alerting.md').matchAll(/^\| \[(\w+)\]\(runbooks\/\1\.md\)/gm)];
	assert.deepEqual(linked.map(([, alert]) => alert).sort(), [...alerts].sort());
});

for (const file of files) {
	const text = read(`docs/runbooks/${file}`);

	test(`${file} says what it means, what is at stake, what to check and do, when to silence`, () => {
		assert.equal(text.split('\n')[0], `# ${file.replace('.md', '')}`);
		const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
		assert.deepEqual(headings, [
			'What it means',
			'What is at stake',
			'What to check',
			'What to do',
			'When to silence',
		]);
		for (const platform of ['Kafka', 'Redis', 'NATS']) assert.match(text, new RegExp(platform));
		assert.match(text, /```sh\n/);
	});
}

for (const path of ['docs/alerting.md', ...files.map((file) => `docs/runbooks/${file}`)]) {
	const text = read(path);

	test(`${path}: every metric is exported`, () => {
		const spans = [...text.matchAll(/`((?:group:|stream:)?stream_[a-z_]+(?::\w+)?)[`{]/g)];
		for (const [, name = ''] of spans) {
			assert.ok(
				known.some((names) => names.has(name)),
				name,
			);
		}
	});

	test(`${path}: what is said to be on the dashboard is there`, () => {
		const said = text.matchAll(/((?:"[^"]+"(?:,|\s+and)?\s+)+)on\s+the\s+dashboard/g);
		for (const [, names = ''] of said) {
			for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) assert.ok(panels.has(name), name);
		}
	});

	test(`${path}: every link leads somewhere`, () => {
		for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
			assert.ok(existsSync(new URL(link, new URL(path, root))), link);
		}
	});
}
