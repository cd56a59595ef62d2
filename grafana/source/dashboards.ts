import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { exporter } from './exporter.ts';
import { group } from './group.ts';
import { overview } from './overview.ts';

/** Every dashboard as Grafana's JSON model: the texts of its files by their names. */
export function dashboardFiles(): Readonly<Record<string, string>> {
	return {
		'overview.json': json(overview()),
		'consumer-group.json': json(group()),
		'exporter.json': json(exporter()),
	};
}

/** With the numbers that Grafana would give the panels, so that links to a panel stay. */
function json(dashboard: DashboardBuilder): string {
	const { panels = [], ...rest } = dashboard.editable().build();
	const numbered = panels.map((panel, index) => ({ ...panel, id: index + 1 }));
	return `${JSON.stringify({ ...rest, panels: numbered }, undefined, 2)}\n`;
}
