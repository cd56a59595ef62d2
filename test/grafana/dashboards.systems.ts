import { after, test } from 'node:test';
import { startPrometheus } from '../brokers/index.ts';
import { askingPanels, dashboards, filledIn } from './model.ts';

const prometheus = await startPrometheus({ scrape: [] });
after(() => prometheus.stop());

for (const [file, dashboard] of dashboards) {
	test(`Prometheus understands every query of ${file}`, async () => {
		const variables = dashboard.templating.list;
		for (const { targets = [] } of askingPanels(dashboard)) {
			for (const { expr } of targets) {
				// Rejects with Prometheus' own words.
				await prometheus.query(filledIn(expr, { variables, range: '5m' }));
			}
		}
	});
}
