import { readFileSync } from 'node:fs';
import { valuesSchema } from '../deploy/helm/source/values-schema.ts';
import { valuesTable } from '../deploy/helm/source/values-table.ts';
import { ruleFiles } from '../deploy/prometheus/source/files.ts';
import { asShipped } from '../deploy/prometheus/source/rule.ts';
import { dashboardFiles } from '../grafana/source/dashboards.ts';
import { jsonSchema } from './schema.ts';

const chart = 'deploy/helm/stream-lag-exporter';

/**
 * The generated files of the chart: their texts by their paths from the root. A chart is packed as one
 * folder, so that it holds copies of rules and dashboards.
 */
export function chartFilesByPath(): Readonly<Record<string, string>> {
	const within = (folder: string, files: Readonly<Record<string, string>>) =>
		Object.fromEntries(
			Object.entries(files).map(([name, text]) => [`${chart}/${folder}${name}`, text]),
		);
	return {
		...within('files/rules/', ruleFiles(asShipped)),
		...within('files/dashboards/', dashboardFiles()),
		...within('', {
			'values.schema.json': `${JSON.stringify(valuesSchema({ ...jsonSchema() }), undefined, 2)}\n`,
			'README.md': readme(),
		}),
	};
}

/** The page as it is, with a new table of values at its end. */
function readme(): string {
	const read = (name: string) =>
		readFileSync(new URL(`../${chart}/${name}`, import.meta.url), 'utf8');
	const title = '## Values\n';
	const [before = ''] = read('README.md').split(title);
	return `${before}${title}\nFrom values.yaml, by \`npm run docs\`.\n\n${valuesTable(read('values.yaml'))}`;
}
