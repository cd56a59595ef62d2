import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { dashboardFilesByPath } from '../../scripts/dashboards.ts';
import { catalogueNames, processNames } from '../deploy/metric-names.ts';
import { metricsIn } from '../deploy/promql.ts';
import { read, root } from '../deploy/read.ts';
import { askingPanels, dashboards, filledIn } from './model.ts';

const uids = [...dashboards.values()].map(({ uid }) => uid);
const ofProcess = await processNames();

for (const [path, text] of Object.entries(dashboardFilesByPath())) {
	test(`${path} is what its source says; npm run docs writes it`, () => {
		assert.equal(read(path), text);
	});
}

test('the ConfigMaps hold each dashboard, under the label that the sidecar of Grafana looks for', () => {
	const maps = parseAllDocuments(read('deploy/kubernetes/grafana-dashboards.yaml')).map(
		(document) => document.toJS() as ConfigMap,
	);
	assert.equal(maps.length, dashboards.size);
	for (const { metadata, data } of maps) {
		assert.equal(metadata.labels.grafana_dashboard, '1');
		const [text = ''] = Object.values(data);
		assert.ok(uids.includes(JSON.parse(text).uid));
	}
});

test('provisioning has files of dashboards and of data sources', () => {
	for (const kind of ['dashboards', 'datasources']) {
		const folder = `grafana/provisioning/${kind}`;
		for (const file of readdirSync(new URL(folder, root))) {
			assert.equal(parse(read(`${folder}/${file}`)).apiVersion, 1);
		}
	}
});

for (const [file, dashboard] of dashboards) {
	const variables = dashboard.templating.list;
	const panels = askingPanels(dashboard);

	test(`${file}: the source of data is chosen, all others may be several or all`, () => {
		const [source, ...others] = variables;
		assert.deepEqual([source?.name, source?.type], ['datasource', 'datasource']);
		assert.ok(others.length >= 2);
		for (const { name, multi, includeAll, allValue } of others) {
			assert.deepEqual([name, multi, includeAll, allValue], [name, true, true, '.*']);
		}
	});

	test(`${file}: every panel says what it shows, in which unit, under which names`, () => {
		for (const { title, description, fieldConfig, targets = [], datasource } of panels) {
			assert.ok(title !== '' && description !== undefined, title);
			assert.ok(fieldConfig?.defaults.unit, title);
			assert.equal(datasource?.uid, '${datasource}', title);
			assert.ok(targets.length > 0, title);
			for (const { legendFormat, format, datasource } of targets) {
				assert.ok(format === 'table' || legendFormat, title);
				assert.equal(datasource.uid, '${datasource}', title);
			}
		}
	});

	test(`${file}: every metric is exported, and rates go by $__rate_interval`, () => {
		for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
			for (const name of metricsIn(expr)) {
				const known = [catalogueNames, ofProcess];
				assert.ok(
					known.some((set) => set.has(name)),
					`${name} in ${expr}`,
				);
			}
			for (const [, range] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g)) {
				assert.equal(range, '$__rate_interval', expr);
			}
			// Throws where a variable is used that the dashboard does not have.
			filledIn(expr, { variables, range: '5m' });
		}
	});

	test(`${file}: every variable that a metric has is used to select by`, () => {
		const names = variables.slice(1).map(({ name }) => name);
		for (const name of names) {
			assert.ok(
				panels.some(({ targets = [] }) => targets.some(({ expr }) => expr.includes(`$${name}"`))),
				name,
			);
		}
	});

	test(`${file}: links lead to dashboards that are there, with variables that they have`, () => {
		const urls = [
			...dashboard.links.map(({ url }) => url),
			...panels
				.flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? [])
				.flatMap(({ properties }) => properties)
				.filter(({ id }) => id === 'links')
				.flatMap(({ value }) => (value as { url: string }[]).map(({ url }) => url)),
		].filter((url) => url.startsWith('/d/'));
		assert.ok(urls.length >= 2);
		for (const url of urls) {
			const uid = /^\/d\/([\w-]+)/.exec(url)?.[1];
			const to = [...dashboards.values()].find((other) => other.uid === uid);
			assert.ok(to, url);
			for (const [, name] of url.matchAll(/[?&]var-(\w+)=/g)) {
				assert.ok(
					to.templating.list.some((variable) => variable.name === name),
					url,
				);
			}
		}
	});

	test(`${file}: panels have numbers and places of their own`, () => {
		const ids = dashboard.panels.map(({ id }) => id);
		assert.equal(new Set(ids).size, ids.length);
		const taken = new Set<string>();
		for (const { title, gridPos } of dashboard.panels) {
			assert.ok(gridPos.x + gridPos.w <= 24, title);
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
					assert.ok(!taken.has(`${x} ${y}`), title);
					taken.add(`${x} ${y}`);
				}
			}
		}
	});
}

interface ConfigMap {
	readonly metadata: { readonly labels: Readonly<Record<string, string>> };
	readonly data: Readonly<Record<string, string>>;
}
