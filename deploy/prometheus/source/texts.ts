import { type DashboardName, dashboardUrl, runbookUrl } from './links.ts';

/** What an alert is about, as templates of Prometheus; `summary` must not change while it fires. */
export const subjects = {
	group:
		'{{ $labels.consumer_group }} on {{ $labels.stream }} ({{ $labels.platform }} {{ $labels.target }})',
	stream: '{{ $labels.stream }} ({{ $labels.platform }} {{ $labels.target }})',
	target: '{{ $labels.target }} ({{ $labels.platform }})',
} as const;

const groupLabels = ['target', 'platform', 'stream', 'consumer_group'] as const;
const streamLabels = ['target', 'platform', 'stream'] as const;

const views = {
	group: { dashboard: 'group', labels: groupLabels },
	stream: { dashboard: 'group', labels: streamLabels },
	target: { dashboard: 'exporter', labels: ['target', 'platform'] },
	exporter: { dashboard: 'exporter', labels: [] },
} as const satisfies Record<string, { dashboard: DashboardName; labels: readonly string[] }>;

/** The annotations of an alert on something of a kind. */
export function annotations(
	alert: string,
	about: keyof typeof views,
	summary: string,
	description: string,
): Record<string, string> {
	const { dashboard, labels } = views[about];
	return {
		summary,
		description,
		runbook_url: runbookUrl(alert),
		dashboard_url: dashboardUrl(dashboard, labels),
	};
}

/**
 * A sentence with another value of the alert's group, as a template; left out where there is no such
 * value.
 *
 * @param format - a function of Prometheus' templates: humanize, humanizeDuration
 */
export function sentence(
	before: string,
	metric: string,
	format: 'humanize' | 'humanizeDuration',
	after: string,
): string {
	const matchers = groupLabels.map((label) => `${label}=%q`).join(',');
	const values = groupLabels.map((label) => `$labels.${label}`).join(' ');
	const query = `printf "${metric}{${matchers}}" ${values} | query`;
	return `{{ with ${query} }}${before}{{ . | first | value | ${format} }}${after} {{ end }}`;
}

/** How much waits, and since when. */
export const backlog =
	sentence('', 'group:stream_consumer_lag:max', 'humanize', ' messages wait.') +
	sentence(
		'The oldest of them is ',
		'group:stream_consumer_lag_seconds:max',
		'humanizeDuration',
		' old.',
	);
