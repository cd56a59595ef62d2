import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../../deploy/prometheus/source/links.ts';
import { partitionsRow, pendingRow, readersRow, retentionRow } from './group-details.ts';
import { topLinks } from './links.ts';
import { lines, number, states } from './panels.ts';
import { byGroup, byStream, groupGauge, groupRate, legendOf, ofGroup, ofStream } from './select.ts';
import { statusAsNumber, statusWords } from './status.ts';
import { withVariables } from './variables.ts';

/** One consumer group, or those that are chosen: how far behind, why, and what is at stake. */
export function group(): DashboardBuilder {
	const dashboard = new DashboardBuilder('Stream lag: consumer group')
		.uid(dashboardUids.group)
		.description('How far behind consumer groups are, whether they move, and what they may lose.')
		.tags(['stream-lag-exporter'])
		.time({ from: 'now-3h', to: 'now' })
		.refresh('30s')
		.links(topLinks('group'));
	withVariables(dashboard, ['platform', 'target', 'stream', 'consumer_group']);
	for (const addRow of [nowRow, lagRow, movementRow]) addRow(dashboard);
	for (const addRow of [pendingRow, partitionsRow, readersRow, retentionRow]) addRow(dashboard);
	return dashboard;
}

function nowRow(dashboard: DashboardBuilder): void {
	const numbers = [
		[
			'Lag',
			'Messages that wait, of all groups chosen.',
			'short',
			`sum(${groupGauge('stream_consumer_lag')})`,
		],
		[
			'Oldest message',
			'Age of the oldest message that waits.',
			's',
			`max(${groupGauge('stream_consumer_lag_seconds')})`,
		],
		[
			'Pending',
			'Messages delivered and not acknowledged (Redis, NATS).',
			'short',
			`sum(${groupGauge('stream_consumer_pending')})`,
		],
		[
			'Time to drain',
			'Until nothing waits, at the present rate; nothing where lag does not shrink.',
			's',
			`max(${groupGauge('stream_consumer_drain_seconds')})`,
		],
		[
			'Headroom',
			'Until the oldest unread message is deleted.',
			's',
			`min(stream_consumer_retention_headroom_seconds{${ofGroup}})`,
		],
		['Members', 'Readers that are seen.', 'short', `sum(${groupGauge('stream_consumer_members')})`],
	] as const;
	dashboard.withRow(new RowBuilder('Now'));
	for (const [title, description, unit, expr] of numbers) {
		dashboard.withPanel(number({ title, description, unit, width: 4 }, expr));
	}
	dashboard.withPanel(
		states(
			{
				title: 'Status',
				description: 'The one word for how a group fares; the page of the exporter says why.',
				unit: 'short',
				width: 24,
				mappings: statusWords,
			},
			{ expr: statusAsNumber, legend: legendOf.group },
		),
	);
}

function lagRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Behind'));
	const graphs = [
		[
			'Lag',
			'Messages that wait, and the most that the objective allows.',
			'short',
			'stream_consumer_lag',
			'stream_consumer_objective_lag',
		],
		[
			'Age',
			'Age of the oldest message that waits, and the most that the objective allows.',
			's',
			'stream_consumer_lag_seconds',
			'stream_consumer_objective_lag_seconds',
		],
	] as const;
	for (const [title, description, unit, metric, objective] of graphs) {
		dashboard.withPanel(
			lines({ title, description, unit }, [
				{ expr: groupGauge(metric), legend: legendOf.group },
				{ expr: groupGauge(objective), legend: `objective of ${legendOf.group}`, threshold: true },
			]),
		);
	}
}

function movementRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Movement'));
	dashboard.withPanel(
		lines(
			{
				title: 'Produced and consumed',
				description:
					'A group falls behind while less is consumed than is produced. NATS counts what is delivered, redeliveries too.',
				unit: 'mps',
			},
			[
				{ expr: groupRate('stream_consumer_consumed_total'), legend: legendOf.group },
				{
					expr: `max by (${byStream}) (rate(stream_produced_total{${ofStream}}[$__rate_interval]))`,
					legend: `produced on ${legendOf.stream}`,
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Standing still',
				description:
					'How long messages have waited while the position did not move (stalled), and while nobody was there to read (stopped).',
				unit: 's',
			},
			[
				{
					expr: groupGauge('stream_consumer_stalled_seconds'),
					legend: `stalled ${legendOf.group}`,
				},
				{
					expr: groupGauge('stream_consumer_stopped_seconds'),
					legend: `stopped ${legendOf.group}`,
				},
				{
					expr: groupGauge('stream_consumer_objective_stalled_seconds'),
					legend: `objective of ${legendOf.group}`,
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Time to drain',
				description:
					'Until nothing waits, at the present rate. Nothing is shown while lag does not shrink.',
				unit: 's',
			},
			[{ expr: groupGauge('stream_consumer_drain_seconds'), legend: legendOf.group }],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Objective breached',
				description: 'The part of an hour in which the objective was breached; 1 % is what it may.',
				unit: 'percentunit',
			},
			[
				{
					expr: `max by (${byGroup}, objective_kind) (avg_over_time(stream_consumer_objective_breached{${ofGroup}}[1h]))`,
					legend: `{{objective_kind}} ${legendOf.group}`,
				},
			],
		),
	);
}
