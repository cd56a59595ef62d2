import type { GroupFamily } from './family.ts';
import { word } from './word.ts';

/** How far a group is behind, and for how long. */
export const lagFamilies: readonly GroupFamily[] = [
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
		meaning: { redis: 'the larger distance to a bound where the lag is interpolated, else 0' },
		value: (consumer) => consumer.lagUncertainty,
	},
	{
		name: 'stream_consumer_lag_unknown',
		help: 'Always 1, and only there while the lag cannot be told: the label says why.',
		type: 'gauge',
		label: 'reason',
		meaning: {
			kafka: '`not_read`, `commit_beyond_end`, `no_commit`, `not_authorized`',
			redis: '`not_read`, `not_counted`, `group_missing` (on a key of a logical stream)',
			nats: '`not_read`, `no_leader`, `missing`, `malformed_answer`, `value_out_of_range`',
		},
		samples: (consumer) => word(consumer.lagUnknown),
	},
	{
		name: 'stream_consumer_lag_seconds',
		help: 'Age of the oldest message that the group has not consumed, of its worst partition; 0 without lag.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			kafka:
				'from the history of the head; beyond it the age of the oldest known point, a lower bound; absent with `time_lag: none`',
			redis:
				"from the id of the oldest undelivered entry and the server's time; absent where ids are the producer's own",
			nats: 'timestamp of the oldest undelivered message; absent with `time_lag: none`',
		},
		value: (consumer) => consumer.lagSeconds,
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
		name: 'stream_consumer_partitions_stalled',
		help: 'Partitions with lag whose position has not moved for as long as the objective says; those that could not be read are not among them.',
		type: 'gauge',
		meaning: {
			kafka: 'by the committed offset',
		},
		value: (consumer) => consumer.partitionsStalled,
	},
	{
		name: 'stream_consumer_stalled_seconds',
		help: 'How long the group has had lag and not moved: since its last move, since its lag rose above what the objective ignores, or since it was first seen, whichever is latest. 0 while it moves, has no lag that counts, or is paused.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			kafka: 'any of the committed offsets moving',
			redis: 'last-delivered-id',
			nats: 'delivered or ack floor, either moving',
		},
		value: (consumer) => consumer.stalledSeconds,
	},
	{
		name: 'stream_consumer_stopped_seconds',
		help: 'The same, running only while nobody is seen who could read.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			kafka: 'no member and no rebalance; absent for groups without a group protocol',
			redis: 'no consumer, or none that has tried to read since the standstill began',
			nats: 'pull: no waiting request and nothing unacknowledged; push: not bound',
		},
		value: (consumer) => consumer.stoppedSeconds,
	},
];
