import { compatible, folded, renamed, told } from './renamed.ts';

/** One process of it watches one cluster, which its series tell by nothing but `instance`. */
const topic = { instance: 'target', topic_name: 'stream' };
const partition = { ...topic, partition_id: 'partition' };
const group = { instance: 'target', group_id: 'consumer_group', topic_name: 'stream' };
const groupPartition = { ...group, partition_id: 'partition' };

const committed = told('stream_consumer_partition_offset', 'kafka', 'groupPartition');
const start = told('stream_partition_start_offset', 'kafka', 'streamPartition');
const end = told('stream_partition_end_offset', 'kafka', 'streamPartition');

/** States in our words and in Kafka's. */
const states = [
	['stable', 'Stable'],
	['empty', 'Empty'],
	['dead', 'Dead'],
	['preparing_rebalance', 'PreparingRebalance'],
	['completing_rebalance', 'CompletingRebalance'],
] as const;

/** A group has one state on all of its topics. */
const byState = 'target, consumer_group, state';

/** 1 for groups that are stable, 0 for others. */
const groupInfo = states
	.map(([ours, theirs]) => {
		const inState = `max by (${byState}) (stream_consumer_state{platform="kafka",state="${ours}"})`;
		return `label_replace(${ours === 'stable' ? 1 : 0} * ${inState}, "state", "${theirs}", "", "")`;
	})
	.join('\nor\n');

/** Names of redpanda-data/kminion 2.3. */
export const kminion = compatible(
	'kminion',
	{ job: 'kminion' },
	{
		kminion_kafka_topic_partition_low_water_mark: renamed(start, partition),
		kminion_kafka_topic_low_water_mark_sum: folded('sum', start, topic),
		kminion_kafka_topic_partition_high_water_mark: renamed(end, partition),
		kminion_kafka_topic_high_water_mark_sum: folded('sum', end, topic),
		kminion_kafka_consumer_group_info: folded('max', groupInfo, {
			instance: 'target',
			group_id: 'consumer_group',
			state: 'state',
		}),
		kminion_kafka_consumer_group_topic_members: renamed(
			told('stream_consumer_members', 'kafka', 'group'),
			group,
		),
		kminion_kafka_consumer_group_topic_offset_sum: folded('sum', committed, group),
		kminion_kafka_consumer_group_topic_partition_lag: renamed(
			told('stream_consumer_partition_lag', 'kafka', 'groupPartition'),
			groupPartition,
		),
		kminion_kafka_consumer_group_topic_lag: renamed(
			told('stream_consumer_lag', 'kafka', 'group'),
			group,
		),
	},
);
