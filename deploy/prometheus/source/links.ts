/**
 * Where runbooks and Grafana are: placeholders, which a site replaces in the files that are shipped
 * (docs/alerting.md has the command).
 */
const runbooks = 'https://example.com/stream-lag-exporter/docs/runbooks';
const grafana = 'https://grafana.example.com';

/** The uids of the dashboards, by which they are linked. */
export const dashboardUids = {
	overview: 'stream-lag-overview',
	group: 'stream-lag-group',
	exporter: 'stream-lag-exporter',
} as const;

/** A dashboard of ours. */
export type DashboardName = keyof typeof dashboardUids;

/** The address of an alert's runbook. */
export function runbookUrl(alert: string): string {
	return `${runbooks}/${alert}.md`;
}

/** The address of the folder of all runbooks. */
export const runbooksUrl = runbooks;

/**
 * The address of a dashboard as a template of Prometheus, which puts the alert's labels in.
 *
 * @param labels - those to hand on as variables
 */
export function dashboardUrl(name: DashboardName, labels: readonly string[]): string {
	const variables = labels.map((label) => `var-${label}={{ $labels.${label} | urlquery }}`);
	const query = variables.length > 0 ? `?${variables.join('&')}` : '';
	return `${grafana}/d/${dashboardUids[name]}${query}`;
}
