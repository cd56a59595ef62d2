import type { Consumer } from '../../model.ts';
import type { GroupFamily } from './family.ts';

/** Single partitions of a group. */
export const groupPartitionFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_partition_lag',
		help: 'Messages of one partition that the group has yet to consume.',
		type: 'gauge',
		unit: 'messages',
		meaning: { kafka: 'with `detail: partition`', redis: 'one key of a logical stream' },
		column: ({ partitions }: Consumer) =>
			partitions && {
				ids: partitions.ids,
				values: partitions.lags,
				from: partitions.lagsFrom,
			},
	},
	{
		name: 'stream_consumer_partition_offset',
		help: 'Committed offset of the group on one partition.',
		type: 'gauge',
		meaning: { kafka: 'with `detail: partition`' },
		column: ({ partitions }: Consumer) =>
			partitions?.committed && { ids: partitions.ids, values: partitions.committed, from: 0 },
	},
];
