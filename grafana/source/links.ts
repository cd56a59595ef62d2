import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import {
	type DashboardName,
	dashboardUids,
	runbooksUrl,
} from '../../deploy/prometheus/source/links.ts';

const titles = {
	overview: 'Overview',
	group: 'Consumer group',
	exporter: 'Exporter',
} as const satisfies Record<DashboardName, string>;

/** Links at the top of a dashboard: to the others, with what is selected, and to the runbooks. */
export function topLinks(here: DashboardName): DashboardLinkBuilder[] {
	const others = (Object.keys(titles) as DashboardName[]).filter((name) => name !== here);
	return [
		...others.map((name) =>
			new DashboardLinkBuilder(titles[name])
				.type(DashboardLinkType.Link)
				.icon('dashboard')
				.url(`/d/${dashboardUids[name]}`)
				.includeVars(true)
				.keepTime(true),
		),
		new DashboardLinkBuilder('Runbooks')
			.type(DashboardLinkType.Link)
			.icon('doc')
			.url(runbooksUrl)
			.targetBlank(true),
	];
}

/** From a line of a graph to the dashboard of what it shows. */
export function linkOfLine(to: DashboardName, labels: readonly string[]) {
	return link(to, labels, (label) => `\${__field.labels.${label}}`);
}

/** The same from a row of a table. */
export function linkOfRow(to: DashboardName, labels: readonly string[]) {
	return link(to, labels, (label) => `\${__data.fields.${label}}`);
}

function link(to: DashboardName, labels: readonly string[], value: (label: string) => string) {
	const variables = labels.map((label) => `&var-${label}=${value(label)}`).join('');
	return {
		title: `Open in ${titles[to]}`,
		// The colon keeps Grafana from escaping what is a query already.
		url: `/d/${dashboardUids[to]}?\${__url_time_range}&\${datasource:queryparam}${variables}`,
	};
}
