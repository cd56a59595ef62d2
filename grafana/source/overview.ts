import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../../deploy/prometheus/source/links.ts';
import { linkOfLine, linkOfRow, topLinks } from './links.ts';
import { lines, number, states, table } from './panels.ts';
import { byGroup, groupGauge, legendOf, ofGroup, targetSum, targetWorst } from './select.ts';
import { statusColors, yesOrNo } from './status.ts';
import { withVariables } from './variables.ts';

const group = ['target', 'platform', 'stream', 'consumer_group'] as const;
const target = ['target', 'platform'] as const;

/** What to look at first: who is in trouble, and whether everything can be read at all. */
export function overview(): DashboardBuilder {
	const dashboard = new DashboardBuilder('Stream lag: overview')
		.uid(dashboardUids.overview)
		.description('Consumer groups of Kafka, Redis Streams and NATS JetStream: who is behind.')
		.tags(['stream-lag-exporter'])
		.time({ from: 'now-3h', to: 'now' })
		.refresh('30s')
		.links(topLinks('overview'));
	withVariables(dashboard, ['platform', 'target', 'stream', 'consumer_group']);
	for (const addRow of [now, worst, targets, overTime]) addRow(dashboard);
	return dashboard;
}

function now(dashboard: DashboardBuilder): void {
	const numbers = [
		[
			'Groups',
			'Consumer groups that are seen.',
			`count(${groupGauge('stream_consumer_objective_info')}) or vector(0)`,
		],
		[
			'Objectives breached',
			'Groups above a threshold of their objective.',
			`count(${groupGauge('stream_consumer_objective_breached')} == 1) or vector(0)`,
		],
		[
			'Lag unknown',
			'Groups whose lag cannot be told. They raise no alert on lag.',
			`count(${groupGauge('stream_consumer_lag_unknown')}) or vector(0)`,
		],
		[
			'Groups missing',
			'Groups that the configuration expects and that do not exist.',
			`count(${groupGauge('stream_consumer_missing')} == 1) or vector(0)`,
		],
		[
			'Targets down',
			'Targets that no exporter could read at its last poll, or none of those that read a part of it.',
			`count(${targetWorst('stream_target_up')} == 0) or vector(0)`,
		],
		[
			'Messages lost',
			'Messages deleted before they were read, in the time that is shown.',
			`sum(max by (${byGroup}) (increase(stream_consumer_lost_total{${ofGroup}}[$__range]))) or vector(0)`,
		],
	] as const;
	dashboard.withRow(new RowBuilder('Now'));
	for (const [title, description, expr] of numbers) {
		dashboard.withPanel(number({ title, description, unit: 'short', width: 4 }, expr));
	}
	const byStatus = lines(
		{
			title: 'Groups in each status',
			description: 'Every consumer group has one status; the page of the exporter says why.',
			unit: 'short',
			width: 24,
		},
		[
			{
				expr: `count by (status) (max by (${byGroup}, status) (stream_consumer_status{${ofGroup}}))`,
				legend: '{{status}}',
			},
		],
	);
	for (const { status, properties } of statusColors) byStatus.overrideByName(status, properties);
	dashboard.withPanel(byStatus);
}

function worst(dashboard: DashboardBuilder): void {
	const tables = [
		[
			'Most messages waiting',
			'Messages that a group has yet to consume.',
			{
				name: 'Lag',
				unit: 'short',
				expr: `topk(20, ${groupGauge('stream_consumer_lag')})`,
			},
		],
		[
			'Oldest message waiting',
			'Age of the oldest message that a group has not consumed.',
			{
				name: 'Age',
				unit: 's',
				expr: `topk(20, ${groupGauge('stream_consumer_lag_seconds')})`,
			},
		],
		[
			'Closest to losing messages',
			'Time until the oldest unread message is deleted.',
			{
				name: 'Headroom',
				unit: 's',
				expr: `bottomk(20, min by (${byGroup}) (stream_consumer_retention_headroom_seconds{${ofGroup}}))`,
			},
		],
	] as const;
	dashboard.withRow(new RowBuilder('Worst groups'));
	for (const [title, description, column] of tables) {
		const about = { title, description, unit: column.unit, width: 8 };
		dashboard.withPanel(table(about, group, [column], linkOfRow('group', group)));
	}
}

function targets(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Targets'));
	dashboard.withPanel(
		table(
			{
				title: 'Health',
				description: 'What each target is, and how old what is known of it is.',
				unit: 'short',
			},
			['platform', 'target'],
			[
				{
					name: 'Up',
					unit: 'short',
					mappings: yesOrNo('yes', 'no'),
					expr: targetWorst('stream_target_up'),
				},
				{
					name: 'Last read',
					unit: 's',
					expr: `time() - ${targetWorst('stream_target_last_success_timestamp_seconds')}`,
				},
				{ name: 'Groups', unit: 'short', expr: targetSum('stream_target_groups') },
				{ name: 'Streams', unit: 'short', expr: targetSum('stream_target_streams') },
			],
			linkOfRow('exporter', target),
		),
	);
	dashboard.withPanel(
		states(
			{
				title: 'Could be read',
				description:
					'Whether the last poll of any exporter read the target; of several shards, whether all could.',
				unit: 'short',
				mappings: yesOrNo('up', 'down'),
			},
			{ expr: targetWorst('stream_target_up'), legend: legendOf.target },
		),
	);
}

function overTime(dashboard: DashboardBuilder): void {
	const graphs = [
		['Lag, top ten', 'stream_consumer_lag', 'short', 'Messages that wait'],
		['Age, top ten', 'stream_consumer_lag_seconds', 's', 'Age of the oldest message that waits'],
	] as const;
	dashboard.withRow(new RowBuilder('Over time'));
	for (const [title, metric, unit, description] of graphs) {
		dashboard.withPanel(
			lines(
				{
					title,
					description: `${description}: the ten groups that were highest in the time shown.`,
					unit,
				},
				[{ expr: topTen(metric), legend: legendOf.group }],
				linkOfLine('group', group),
			),
		);
	}
}

/** Chosen once for the whole graph: a plain topk chooses anew at every point, and lines come and go. */
function topTen(metric: string): string {
	const highest = `max by (${byGroup}) (max_over_time(${metric}{${ofGroup}}[$__range] @ end()))`;
	return `${groupGauge(metric)}\nand on (${byGroup})\ntopk(10, ${highest})`;
}
