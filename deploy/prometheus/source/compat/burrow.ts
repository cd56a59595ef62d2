import { compatible, folded, renamed, told } from './renamed.ts';

const partition = { cluster: 'target', topic: 'stream', partition: 'partition' };

/** The endpoint of linkedin/Burrow itself, and jirwin/burrow_exporter: the same under other names. */
function burrowOf(groupLabel: string) {
	const group = { cluster: 'target', [groupLabel]: 'consumer_group' };
	const groupPartition = { ...group, topic: 'stream', partition: 'partition' };
	return {
		totalLag: folded('sum', told('stream_consumer_lag', 'kafka', 'group'), group),
		partitionLag: renamed(
			told('stream_consumer_partition_lag', 'kafka', 'groupPartition'),
			groupPartition,
		),
		currentOffset: renamed(
			told('stream_consumer_partition_offset', 'kafka', 'groupPartition'),
			groupPartition,
		),
		topicOffset: renamed(
			told('stream_partition_end_offset', 'kafka', 'streamPartition'),
			partition,
		),
	};
}

const own = burrowOf('consumer_group');

/** Names of linkedin/Burrow 1.9. */
export const burrow = compatible(
	'burrow',
	{ job: 'burrow' },
	{
		burrow_kafka_consumer_lag_total: own.totalLag,
		burrow_kafka_consumer_partition_lag: own.partitionLag,
		burrow_kafka_consumer_current_offset: own.currentOffset,
		burrow_kafka_topic_partition_offset: own.topicOffset,
	},
);

const ofExporter = burrowOf('group');

/** Names of jirwin/burrow_exporter 0.0.6. */
export const burrowExporter = compatible(
	'burrow-exporter',
	{ job: 'burrow-exporter' },
	{
		kafka_burrow_total_lag: ofExporter.totalLag,
		kafka_burrow_partition_lag: ofExporter.partitionLag,
		kafka_burrow_partition_current_offset: ofExporter.currentOffset,
		kafka_burrow_topic_partition_offset: ofExporter.topicOffset,
	},
);
