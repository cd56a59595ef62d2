import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { catalogueNames } from '../deploy/metric-names.ts';
import { read, root } from '../deploy/read.ts';

const page = read('docs/migrating.md');
const files = readdirSync(new URL('deploy/prometheus/rules', root)).filter((file) =>
	file.startsWith('compat-'),
);

/** The part of the page on each exporter. */
const sections = page.split(/^## /m).filter((section) => section.includes('| recorded |'));

/** Names of metrics in a cell, with those that are shortened to the end of the one before. */
function namesIn(cell: string): string[] {
	const names: string[] = [];
	for (const [, name = ''] of cell.matchAll(/`([^`]+)`/g)) {
		const [, ending] = /^…(_\w+)$/.exec(name) ?? [];
		const before = names.at(-1) ?? '';
		// The same beginning, with an ending of as many words.
		const words = ending === undefined ? 0 : ending.split('_').length - 1;
		names.push(ending === undefined ? name : before.split('_').slice(0, -words).join('_') + ending);
	}
	return names;
}

function rows(section: string): { theirs: string; ours: string; recorded: string }[] {
	return [...section.matchAll(/^\| (`.*?) +\| (.*?) +\| (yes|no) +\| .*\|$/gm)].map(
		([, theirs = '', ours = '', recorded = '']) => ({ theirs, ours, recorded }),
	);
}

test('every file of rules belongs to an exporter of the page, and records what its table says', () => {
	const linked = sections.flatMap((section) =>
		[...section.matchAll(/\(\.\.\/deploy\/prometheus\/rules\/(compat-[\w-]+\.yaml)\)/g)].map(
			([, file = '']) => file,
		),
	);
	assert.deepEqual([...linked].sort(), [...files].sort());
	for (const section of sections) {
		const own = linked.filter((file) => section.includes(`rules/${file})`));
		const recorded = own.flatMap((file) =>
			parse(read(`deploy/prometheus/rules/${file}`)).groups[0].rules.map(
				({ record }: { record: string }) => record,
			),
		);
		const said = rows(section).flatMap(({ theirs, recorded }) =>
			recorded === 'yes' ? namesIn(theirs) : [],
		);
		assert.deepEqual(said.sort(), recorded.sort(), section.split('\n', 1)[0]);
	}
});

/** Of other exporters. */
const labels: ReadonlySet<string> = new Set(['stream_name', 'stream_leader']);

test('every metric of ours that the page names is exported', () => {
	const ours = [...page.matchAll(/(?<![\w])stream_[a-z_]+[a-z](?!\w)/g)].map(([name]) => name);
	assert.ok(ours.length > 50);
	for (const name of ours) assert.ok(catalogueNames.has(name) || labels.has(name), name);
});

test('what has no rule says what to look at instead, or that there is nothing', () => {
	for (const section of sections) {
		for (const { theirs, ours, recorded } of rows(section)) {
			if (recorded === 'no') assert.match(ours, /^(none|`stream_)/, theirs);
		}
	}
});

test('the commands of the page make files that Prometheus and its operator take', () => {
	const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-migrating-'));
	try {
		cpSync(
			fileURLToPath(new URL('deploy/prometheus/rules', root)),
			join(folder, 'deploy/prometheus/rules'),
			{
				recursive: true,
			},
		);
		const commands = [...page.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(
			([, , text]) => text ?? '',
		);
		assert.equal(commands.length, 2);
		for (const command of commands) execFileSync('bash', ['-ec', command], { cwd: folder });
		const made = (file: string) => parse(readFileSync(join(folder, file), 'utf8'));
		const { groups } = parse(read('deploy/prometheus/rules/compat-kafka-exporter.yaml'));
		for (const { labels } of made('compare.yaml').groups[0].rules) {
			assert.equal(labels.job, 'compare');
		}
		const { kind, spec } = made('compat.yaml');
		assert.equal(kind, 'PrometheusRule');
		assert.deepEqual(spec.groups, groups);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

test('what the page points to within itself is there', () => {
	const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
		heading.toLowerCase().replaceAll(' ', '-'),
	);
	for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]*)\)/g)) {
		assert.ok(headings.includes(anchor), anchor);
	}
});
