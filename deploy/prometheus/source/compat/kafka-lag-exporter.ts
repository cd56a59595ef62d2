import { indented } from '../conditions.ts';
import { compatible, folded, identity, renamed, told } from './renamed.ts';

const partition = { cluster_name: 'target', topic: 'stream', partition: 'partition' };
const group = { cluster_name: 'target', group: 'consumer_group' };
const groupTopic = { ...group, topic: 'stream' };
const groupPartition = { ...groupTopic, partition: 'partition' };

const committed = told('stream_consumer_partition_offset', 'kafka', 'groupPartition');
const start = told('stream_partition_start_offset', 'kafka', 'streamPartition');
const end = told('stream_partition_end_offset', 'kafka', 'streamPartition');
const lag = told('stream_consumer_lag', 'kafka', 'group');

/** What both have. */
const common = {
	kafka_partition_latest_offset: renamed(end, partition),
	kafka_partition_earliest_offset: renamed(start, partition),
	kafka_consumergroup_group_offset: renamed(committed, groupPartition),
	kafka_consumergroup_group_lag: renamed(
		told('stream_consumer_partition_lag', 'kafka', 'groupPartition'),
		groupPartition,
	),
	kafka_consumergroup_group_topic_sum_lag: renamed(lag, groupTopic),
	kafka_consumergroup_group_sum_lag: folded('sum', lag, group),
	kafka_consumergroup_group_max_lag: folded(
		'max',
		told('stream_consumer_partition_lag_max', 'kafka', 'group'),
		group,
	),
	kafka_consumergroup_group_max_lag_seconds: folded(
		'max',
		told('stream_consumer_lag_seconds', 'kafka', 'group'),
		group,
	),
};

/** Names of seglo/kafka-lag-exporter 0.8. */
export const kafkaLagExporter = compatible(
	'kafka-lag-exporter',
	{ job: 'kafka-lag-exporter' },
	common,
);

/** How far commits lie behind or before an offset of their partition; many groups, one partition. */
function between(left: string, right: string): string {
	return `${left}\n- on (${identity.streamPartition}) group_left ()\n${right}`;
}

/** klag-exporter's numbers for states of a group, by ours. */
const states = [
	[1, 'preparing_rebalance'],
	[2, 'completing_rebalance'],
	[3, 'stable'],
	[4, 'dead'],
	[5, 'empty'],
	[6, 'assigning'],
	[7, 'reconciling'],
] as const;

const stateNumbers = states
	.map(
		([number, state]) =>
			`${number} * max by (${identity.group}, state) (stream_consumer_state{platform="kafka",state="${state}"})`,
	)
	.join('\nor\n');

const margin = between(committed, start);

/** An empty partition has no ratio; there klag-exporter tells 0. */
const ofRetention = `-100 * (\n${indented(between(committed, end))}\n)
/ on (${identity.streamPartition}) group_left ()
(${end} - ${start} > 0)`;

/** Names of softwaremill/klag-exporter 0.1. */
export const klagExporter = compatible(
	'klag-exporter',
	{ job: 'klag-exporter' },
	{
		...common,
		kafka_consumergroup_group_state: folded('max', stateNumbers, group),
		kafka_consumergroup_group_retention_margin: renamed(margin, groupPartition),
		kafka_consumergroup_group_messages_lost: renamed(
			`clamp_min(\n  -1 * (\n${indented(indented(margin))}\n  ), 0\n)`,
			groupPartition,
		),
		kafka_consumergroup_group_lag_retention_ratio: renamed(ofRetention, groupPartition),
	},
);
