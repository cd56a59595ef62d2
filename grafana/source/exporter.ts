import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../../deploy/prometheus/source/links.ts';
import { topLinks } from './links.ts';
import { lines, states, table } from './panels.ts';
import { byTarget, legendOf, ofTarget, targetGauge, targetSum, targetWorst } from './select.ts';
import { yesOrNo } from './status.ts';
import { withVariables } from './variables.ts';

/** The process has no target: its metrics are found by the job that the rules go by as well. */
const job = 'job="stream-lag-exporter"';

/** The exporter itself: whether it reads what it should, and what that costs. */
export function exporter(): DashboardBuilder {
	const dashboard = new DashboardBuilder('Stream lag: exporter')
		.uid(dashboardUids.exporter)
		.description('Polls, problems and series of stream-lag-exporter, and its process.')
		.tags(['stream-lag-exporter'])
		.time({ from: 'now-3h', to: 'now' })
		.refresh('30s')
		.links(topLinks('exporter'));
	withVariables(dashboard, ['platform', 'target']);
	for (const addRow of [pollsRow, seriesRow, processRow]) addRow(dashboard);
	return dashboard;
}

function pollsRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Polls'));
	dashboard.withPanel(
		states(
			{
				title: 'Could be read',
				description:
					'Whether the last poll read the target, wholly or in part; of several shards, whether all could.',
				unit: 'short',
				mappings: yesOrNo('up', 'down'),
			},
			{ expr: targetWorst('stream_target_up'), legend: legendOf.target },
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Since the last poll that read something',
				description: 'Above the dashed line StreamTargetPollStale is pending.',
				unit: 's',
			},
			[
				{
					expr: `time() - ${targetWorst('stream_target_last_success_timestamp_seconds')}`,
					legend: legendOf.target,
				},
				{
					expr: `3 * ${targetGauge('stream_target_poll_interval_seconds')} + 30`,
					legend: `stale: ${legendOf.target}`,
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Polls by result',
				description: 'ok, partial (something could not be read), failed (nothing could).',
				unit: 'ops',
				width: 8,
			},
			[
				{
					expr: `sum by (target, result) (rate(stream_target_polls_total{${ofTarget}}[$__rate_interval]))`,
					legend: '{{target}} {{result}}',
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Duration of polls',
				description: 'The median and the slowest hundredth. At the timeout a poll fails.',
				unit: 's',
				width: 8,
			},
			[0.5, 0.99].map((quantile) => ({
				expr: `histogram_quantile(${quantile}, sum by (${byTarget}, le) (rate(stream_target_poll_duration_seconds_bucket{${ofTarget}}[$__rate_interval])))`,
				legend: `p${quantile * 100} ${legendOf.target}`,
			})),
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Problems',
				description:
					'By kind, where there are any. The log of the exporter has the words and what to do.',
				unit: 'ops',
				width: 8,
			},
			[
				{
					expr: `sum by (target, problem) (rate(stream_target_problems_total{${ofTarget}}[$__rate_interval])) > 0`,
					legend: '{{target}} {{problem}}',
				},
			],
		),
	);
}

function seriesRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Load'));
	dashboard.withPanel(
		lines(
			{
				title: 'Series',
				description: 'Of each target, with its limit. Over it, partitions go first.',
				unit: 'short',
				width: 8,
			},
			[
				{ expr: targetSum('stream_target_series'), legend: legendOf.target },
				{ expr: targetSum('stream_target_series_dropped'), legend: `dropped ${legendOf.target}` },
				{
					expr: targetSum('stream_target_series_limit'),
					legend: `limit of ${legendOf.target}`,
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Requests to brokers',
				description: 'By operation: what the exporter costs them.',
				unit: 'reqps',
				width: 8,
			},
			[
				{
					expr: `sum by (target, operation) (rate(stream_target_requests_total{${ofTarget}}[$__rate_interval]))`,
					legend: '{{target}} {{operation}}',
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Groups and streams',
				description: 'That are exported.',
				unit: 'short',
				width: 8,
			},
			[
				{ expr: targetSum('stream_target_groups'), legend: `groups of ${legendOf.target}` },
				{ expr: targetSum('stream_target_streams'), legend: `streams of ${legendOf.target}` },
			],
		),
	);
}

function processRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Process'));
	dashboard.withPanel(
		table(
			{
				title: 'Replicas',
				description: 'Each exporter with its version, and whether its configuration was valid.',
				unit: 'short',
				width: 6,
			},
			['instance', 'version'],
			[
				{
					name: 'Configuration valid',
					unit: 'short',
					mappings: yesOrNo('yes', 'no'),
					expr: `max by (instance, version) (stream_lag_exporter_build_info{${job}}) * on (instance) group_left () max by (instance) (stream_lag_exporter_config_last_reload_successful{${job}})`,
				},
			],
		),
	);
	const graphs = [
		[
			'Event loop',
			'How late timers run while the exporter reads or answers: the slowest hundredth. Polls and scrapes wait that long.',
			's',
			`max by (instance) (nodejs_eventloop_lag_p99_seconds{${job}})`,
		],
		[
			'Memory',
			'Of the process.',
			'bytes',
			`max by (instance) (process_resident_memory_bytes{${job}})`,
		],
		[
			'CPU',
			'Cores in use.',
			'percentunit',
			`max by (instance) (rate(process_cpu_seconds_total{${job}}[$__rate_interval]))`,
		],
	] as const;
	for (const [title, description, unit, expr] of graphs) {
		dashboard.withPanel(
			lines({ title, description, unit, width: 6 }, [{ expr, legend: legendOf.instance }]),
		);
	}
}
