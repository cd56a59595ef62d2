import type { StreamState } from '../../model.ts';
import type { StreamFamily } from './family.ts';

/** One series for each stream (and partition). */
export const streamFamilies: readonly StreamFamily[] = [
	{
		name: 'stream_length',
		help: 'Messages kept in the stream.',
		type: 'gauge',
		unit: 'messages',
		meaning: {
			kafka:
				'sum over the partitions of end - start; offsets that compaction or transaction markers took count too',
			redis: 'XLEN',
			nats: 'messages of the state',
		},
		value: (stream) => stream.length,
	},
	{
		name: 'stream_produced_total',
		help: 'Messages produced since the exporter first saw the stream.',
		type: 'counter',
		unit: 'messages',
		meaning: {
			kafka: 'advance of the end offsets',
			redis: 'advance of entries-added (Redis 7.0 and later)',
			nats: 'advance of the last sequence',
		},
		value: (stream) => stream.producedTotal,
	},
	{
		name: 'stream_bytes',
		help: 'Bytes kept in the stream.',
		type: 'gauge',
		unit: 'bytes',
		meaning: { nats: 'bytes of the state' },
		value: (stream) => stream.bytes,
	},
	{
		name: 'stream_oldest_message_age_seconds',
		help: 'Age of the oldest message kept.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			redis: "from the first id and the server's time; absent where ids are the producer's own",
			nats: '`first_ts` of the state',
		},
		value: (stream) => stream.oldestMessageAgeSeconds,
	},
	{
		name: 'stream_newest_message_age_seconds',
		help: 'Age of the newest message kept.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			redis: "from the last id and the server's time; absent where ids are the producer's own",
			nats: '`last_ts` of the state',
		},
		value: (stream) => stream.newestMessageAgeSeconds,
	},
	{
		name: 'stream_partitions',
		help: 'Partitions of the stream.',
		type: 'gauge',
		meaning: { kafka: 'partitions of the topic', redis: 'keys of a logical stream' },
		value: (stream) => stream.partitionCount,
	},
	{
		name: 'stream_retention_seconds',
		help: 'How long the stream keeps messages.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			kafka: 'retention.ms of topics with the delete policy, where it may be read',
			nats: '`max_age`, where set',
		},
		value: (stream) => stream.retentionSeconds,
	},
	{
		name: 'stream_length_limit',
		help: 'Most messages that the stream keeps.',
		type: 'gauge',
		unit: 'messages',
		meaning: { nats: '`max_msgs`, where set' },
		value: (stream) => stream.lengthLimit,
	},
	{
		name: 'stream_consumers',
		help: 'Consumer groups seen on the stream.',
		type: 'gauge',
		meaning: {
			kafka:
				'groups with a committed offset on the topic, or with a member that is assigned to it; absent with `--shard.count`, for each shard sees its own groups alone',
			redis: 'groups of the stream',
			nats: 'consumers of the stream, ephemerals counted as one',
		},
		value: (stream) => stream.consumers,
	},
	{
		name: 'stream_partition_start_offset',
		help: 'Offset of the first message kept in one partition.',
		type: 'gauge',
		meaning: { kafka: 'with `detail: partition`' },
		column: ({ partitions }: StreamState) =>
			partitions && { ids: partitions.ids, values: partitions.start, from: 0 },
	},
	{
		name: 'stream_partition_end_offset',
		help: 'Offset that the next message of one partition will get.',
		type: 'gauge',
		meaning: {
			kafka:
				'with `detail: partition`: the high watermark; with `isolation: read_committed` the last stable offset',
		},
		column: ({ partitions }: StreamState) =>
			partitions && { ids: partitions.ids, values: partitions.end, from: 0 },
	},
];
