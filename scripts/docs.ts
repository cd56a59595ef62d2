/** `npm run docs`: writes what is generated from the code. A test compares it with what is committed. */
import { writeFileSync } from 'node:fs';
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
};
for (const [path, text] of Object.entries(files)) {
	writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
writeSchema();
