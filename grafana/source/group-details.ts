import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { heat, type Line, lines, table } from './panels.ts';
import { byGroup, groupGauge, legendOf, ofGroup, streamGauge } from './select.ts';

/** Messages delivered and not acknowledged: Redis and NATS. */
export function pendingRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Pending (Redis, NATS)'));
	dashboard.withPanel(
		lines(
			{
				title: 'Pending',
				description:
					'Messages delivered and not acknowledged; at the limit the server delivers no more.',
				unit: 'short',
			},
			[
				gauge('stream_consumer_pending'),
				gauge('stream_consumer_pending_abandoned', 'abandoned '),
				gauge('stream_consumer_redelivered', 'redelivered '),
				{ ...gauge('stream_consumer_pending_limit', 'limit of '), threshold: true },
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Age of pending',
				description:
					'Age of the oldest unacknowledged message, the time since it was last delivered, and the most that the objective allows.',
				unit: 's',
			},
			[
				gauge('stream_consumer_pending_age_seconds'),
				gauge('stream_consumer_pending_idle_seconds', 'idle '),
				{
					...gauge('stream_consumer_objective_pending_age_seconds', 'objective of '),
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Deliveries of the oldest',
				description:
					'How often the oldest pending message was delivered: a message that always fails.',
				unit: 'short',
			},
			[gauge('stream_consumer_oldest_pending_deliveries')],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Given up',
				description:
					'Messages that the server gave up after as many deliveries as are allowed, in an hour.',
				unit: 'short',
			},
			[hourly('stream_consumer_exhausted_total')],
		),
	);
}

/** Partitions of Kafka, keys of a logical stream in Redis. */
export function partitionsRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Partitions'));
	dashboard.withPanel(
		heat(
			{
				title: 'Lag of each partition',
				description: 'A row for each partition. One bright row is one slow or stuck partition.',
				unit: 'short',
			},
			{
				expr: `max by (stream, consumer_group, partition) (stream_consumer_partition_lag{${ofGroup}})`,
				legend: '{{stream}} {{consumer_group}} {{partition}}',
			},
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Partitions in trouble',
				description:
					'Partitions that stand still with messages, and partitions that cannot be read.',
				unit: 'short',
			},
			[
				gauge('stream_consumer_partitions_stalled', 'stalled '),
				gauge('stream_consumer_partitions_unknown', 'unknown '),
			],
		),
	);
}

/** Who reads. */
export function readersRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Readers'));
	dashboard.withPanel(
		lines(
			{
				title: 'Readers',
				description: 'Members of the group; pull requests that wait (NATS).',
				unit: 'short',
				width: 8,
			},
			[gauge('stream_consumer_members'), gauge('stream_consumer_waiting_pulls', 'waiting pulls ')],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Since the last attempt to read',
				description: 'Redis: of any consumer. NATS: the last delivery or acknowledgement.',
				unit: 's',
				width: 8,
			},
			[gauge('stream_consumer_idle_seconds')],
		),
	);
	dashboard.withPanel(
		table(
			{
				title: 'Kind and state',
				description: 'In the words of the broker.',
				unit: 'short',
				width: 8,
			},
			['stream', 'consumer_group', 'kind', 'state'],
			[
				{
					name: 'Seen',
					unit: 'short',
					expr: `max by (${byGroup}, kind) (stream_consumer_info{${ofGroup}}) * on (${byGroup}) group_left (state) max by (${byGroup}, state) (stream_consumer_state{${ofGroup}})`,
				},
			],
		),
	);
}

/** What may be lost. */
export function retentionRow(dashboard: DashboardBuilder): void {
	dashboard.withRow(new RowBuilder('Retention'));
	dashboard.withPanel(
		lines(
			{
				title: 'Headroom to data loss',
				description: 'Until the oldest unread message is deleted.',
				unit: 's',
				width: 8,
			},
			[
				{
					expr: `min by (${byGroup}) (stream_consumer_retention_headroom_seconds{${ofGroup}})`,
					legend: legendOf.group,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Retention used',
				description:
					'How much of its retention the oldest unread message has used; at 100 % it is deleted.',
				unit: 'percentunit',
				width: 8,
			},
			[gauge('stream_consumer_retention_used_ratio')],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Lost',
				description: 'Messages deleted before they were read, in an hour.',
				unit: 'short',
				width: 8,
			},
			[hourly('stream_consumer_lost_total')],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Length of the stream',
				description: 'Messages kept, and the most that are kept where there is a limit.',
				unit: 'short',
			},
			[
				{ expr: streamGauge('stream_length'), legend: legendOf.stream },
				{
					expr: streamGauge('stream_length_limit'),
					legend: `limit of ${legendOf.stream}`,
					threshold: true,
				},
			],
		),
	);
	dashboard.withPanel(
		lines(
			{
				title: 'Age of the oldest message kept',
				description: 'And how long messages are kept, where that is limited.',
				unit: 's',
			},
			[
				{ expr: streamGauge('stream_oldest_message_age_seconds'), legend: legendOf.stream },
				{
					expr: streamGauge('stream_retention_seconds'),
					legend: `retention of ${legendOf.stream}`,
					threshold: true,
				},
			],
		),
	);
}

function gauge(metric: string, before = ''): Line {
	return { expr: groupGauge(metric), legend: `${before}${legendOf.group}` };
}

/** An hour whatever the zoom: single events must stay visible. */
function hourly(counter: string): Line {
	return {
		expr: `max by (${byGroup}) (increase(${counter}{${ofGroup}}[1h]))`,
		legend: legendOf.group,
	};
}
