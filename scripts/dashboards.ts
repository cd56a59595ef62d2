import { stringify } from 'yaml';
import { dashboardFiles } from '../grafana/source/dashboards.ts';

/** The generated files of dashboards: their texts by their paths from the root. */
export function dashboardFilesByPath(): Readonly<Record<string, string>> {
	const dashboards = Object.entries(dashboardFiles());
	return {
		...Object.fromEntries(dashboards.map(([name, text]) => [`grafana/dashboards/${name}`, text])),
		'deploy/kubernetes/grafana-dashboards.yaml': configMaps(dashboards),
	};
}

/** One ConfigMap for each, with the label by which Grafana's sidecar finds it. */
function configMaps(dashboards: readonly (readonly [name: string, text: string])[]): string {
	const note = '# Generated from grafana/source by `npm run docs`; do not edit.\n';
	const documents = dashboards.map(([name, text]) =>
		stringify(
			{
				apiVersion: 'v1',
				kind: 'ConfigMap',
				metadata: {
					name: `stream-lag-${name.replace('.json', '')}`,
					labels: {
						'app.kubernetes.io/name': 'stream-lag-exporter',
						grafana_dashboard: '1',
					},
				},
				data: { [`stream-lag-${name}`]: text },
			},
			{ lineWidth: 0 },
		),
	);
	return note + documents.join('---\n');
}
