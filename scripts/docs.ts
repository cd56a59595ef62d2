/** `npm run docs`: writes what is generated from the code. A test compares it with what is committed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartFilesByPath } from './chart.ts';
import { cliPage } from './cli-page.ts';
import { dashboardFilesByPath } from './dashboards.ts';
import { metricsPage } from './metrics-page.ts';
import { ruleFilesByPath } from './rules.ts';
import { writeSchema } from './schema.ts';

const files = {
	'docs/cli.md': cliPage(),
	'docs/metrics.md': metricsPage(),
	...ruleFilesByPath(),
	...dashboardFilesByPath(),
	...chartFilesByPath(),
};
for (const [path, text] of Object.entries(files)) {
	const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
writeSchema();
