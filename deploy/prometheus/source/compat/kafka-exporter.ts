import { compatible, folded, renamed, told } from './renamed.ts';

/** One process of it watches one cluster, which its series tell by nothing but `instance`. */
const topic = { instance: 'target', topic: 'stream' };
const partition = { ...topic, partition: 'partition' };
const group = { instance: 'target', consumergroup: 'consumer_group', topic: 'stream' };
const groupPartition = { ...group, partition: 'partition' };

const committed = told('stream_consumer_partition_offset', 'kafka', 'groupPartition');

/** Names of danielqsj/kafka_exporter 1.9. */
export const kafkaExporter = compatible(
	'kafka-exporter',
	{ job: 'kafka-exporter' },
	{
		kafka_topic_partitions: renamed(told('stream_partitions', 'kafka', 'stream'), topic),
		kafka_topic_partition_current_offset: renamed(
			told('stream_partition_end_offset', 'kafka', 'streamPartition'),
			partition,
		),
		kafka_topic_partition_oldest_offset: renamed(
			told('stream_partition_start_offset', 'kafka', 'streamPartition'),
			partition,
		),
		kafka_consumergroup_current_offset: renamed(committed, groupPartition),
		kafka_consumergroup_current_offset_sum: folded('sum', committed, group),
		kafka_consumergroup_lag: renamed(
			told('stream_consumer_partition_lag', 'kafka', 'groupPartition'),
			groupPartition,
		),
		kafka_consumergroup_lag_sum: renamed(told('stream_consumer_lag', 'kafka', 'group'), group),
	},
);
