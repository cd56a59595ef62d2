import type { Consumer } from '../../model.ts';
import type { GroupFamily } from './family.ts';

/** A fact in words: the sample is 1 and the label holds the word. */
function word(text: string | undefined): [string, number][] {
	return text === undefined ? [] : [[text, 1]];
}

/** One series for each consumer group on each stream (and partition). */
export const groupFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_lag',
		help: 'Messages that the consumer group has yet to consume. Absent where it cannot be told.',
		type: 'gauge',
		unit: 'messages',
		meaning: {
			kafka:
				'sum over the partitions that the group has committed of end - max(committed, start); a commit beyond the end makes it unknown',
			redis: 'entries not yet delivered to the group',
			nats: '`num_pending` of the consumer leader',
		},
		value: (consumer) => consumer.lag,
	},
	{
		name: 'stream_consumer_lag_uncertainty',
		help: 'Largest possible error of the lag: 0 when it is exact or counted.',
		type: 'gauge',
		unit: 'messages',
		meaning: { redis: '0: only exact lags are told' },
		value: (consumer) => consumer.lagUncertainty,
	},
	{
		name: 'stream_consumer_lag_unknown',
		help: 'Always 1, and only there while the lag cannot be told: the label says why.',
		type: 'gauge',
		label: 'reason',
		meaning: {
			kafka: '`not_read`, `commit_beyond_end`, `not_authorized`',
			redis: '`not_read`, `not_counted`',
			nats: '`not_read`, `no_leader`',
		},
		samples: (consumer) => word(consumer.lagUnknown),
	},
	{
		name: 'stream_consumer_partition_lag_max',
		help: 'Largest lag of a single partition.',
		type: 'gauge',
		unit: 'messages',
		meaning: { kafka: 'over the partitions that the group has committed' },
		value: (consumer) => consumer.partitionLagMax,
	},
	{
		name: 'stream_consumer_partitions_unknown',
		help: 'Partitions that could not be read; they keep their last value for `poll.keep_failed`, after that the lag is absent.',
		type: 'gauge',
		meaning: { kafka: 'also partitions whose commit lies beyond the end' },
		value: (consumer) => consumer.partitionsUnknown,
	},
	{
		name: 'stream_consumer_pending',
		help: 'Messages delivered and not yet acknowledged.',
		type: 'gauge',
		unit: 'messages',
		meaning: { redis: 'entries in the PEL', nats: '`num_ack_pending`; absent for AckNone' },
		value: (consumer) => consumer.pending,
	},
	{
		name: 'stream_consumer_pending_limit',
		help: 'Most messages that may be delivered and unacknowledged at a time.',
		type: 'gauge',
		unit: 'messages',
		meaning: { nats: '`max_ack_pending`, where set' },
		value: (consumer) => consumer.pendingLimit,
	},
	{
		name: 'stream_consumer_redelivered',
		help: 'Messages delivered more than once and still not acknowledged.',
		type: 'gauge',
		unit: 'messages',
		meaning: { nats: '`num_redelivered`' },
		value: (consumer) => consumer.redelivered,
	},
	{
		name: 'stream_consumer_members',
		help: 'Readers of the group.',
		type: 'gauge',
		meaning: {
			redis: 'consumers of the group; they never disappear by themselves',
			nats: 'push: 1 bound, 0 not; rolled-up ephemerals: their number',
		},
		value: (consumer) => consumer.members,
	},
	{
		name: 'stream_consumer_waiting_pulls',
		help: 'Pull requests that wait for messages.',
		type: 'gauge',
		meaning: { nats: '`num_waiting` (pull)' },
		value: (consumer) => consumer.waitingPulls,
	},
	{
		name: 'stream_consumer_info',
		help: 'Always 1: the kind of the consumer group.',
		type: 'gauge',
		label: 'kind',
		meaning: {
			kafka: 'classic, consumer (KIP-848), share, streams; absent where the broker does not tell',
			redis: 'group',
			nats: 'push, pull',
		},
		samples: (consumer) => word(consumer.kind),
	},
	{
		name: 'stream_consumer_state',
		help: "Always 1: the broker's word for the state of the group.",
		type: 'gauge',
		label: 'state',
		meaning: {
			kafka: 'stable, empty, preparing_rebalance, completing_rebalance, dead, …',
			nats: 'active, paused',
		},
		samples: (consumer) => word(consumer.state),
	},
	{
		name: 'stream_consumer_partition_lag',
		help: 'Messages of one partition that the group has yet to consume.',
		type: 'gauge',
		unit: 'messages',
		meaning: { kafka: 'with `detail: partition`' },
		column: ({ partitions }: Consumer) =>
			partitions && { ids: partitions.ids, values: partitions.lag },
	},
	{
		name: 'stream_consumer_partition_offset',
		help: 'Committed offset of the group on one partition.',
		type: 'gauge',
		meaning: { kafka: 'with `detail: partition`' },
		column: ({ partitions }: Consumer) =>
			partitions && { ids: partitions.ids, values: partitions.committed },
	},
];
