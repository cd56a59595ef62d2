import type { GroupFamily } from './family.ts';

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
		meaning: {
			redis:
				"0 where ids, counters or counting up to `count_cap` entries prove the lag; else the lag is an estimate (the server's number where that can be right, or by the times of the ids), and this is its distance to the farther of the bounds that are proven; logical streams: the sum over the keys",
		},
		value: (consumer) => consumer.lagUncertainty,
	},
	{
		name: 'stream_consumer_lag_unknown',
		help: 'Always 1, and only there while the lag cannot be told: the label says why.',
		type: 'gauge',
		label: 'reason',
		meaning: {
			kafka:
				'`no_commit` (it has members and no commit on the topic), `commit_beyond_end`, `share_lag_not_told` (brokers before 4.2), `share_not_initialised`, `rebalancing` (who reads the topic is not told meanwhile); what could not be read: `not_authorized`, `no_leader`, `coordinator_unavailable`, `topic_gone`, `broker_error`, `not_read`',
			redis:
				'`not_counted` (the server does not tell what counting needs); what could not be read: the code of the problem, as in `stream_target_problems_total`, or `not_read`; logical streams: `group_missing` where the group does not exist on a key',
			nats: '`no_leader`, `missing` (its leader did not answer), `malformed_answer`, `value_out_of_range` (not a whole number below 2^53), `not_read`',
		},
		word: (consumer) => consumer.lagUnknown,
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
		meaning: {
			kafka: 'over the partitions that the group has committed',
			redis: 'over the keys of a logical stream (`partitioned`)',
		},
		value: (consumer) => consumer.partitionLagMax,
	},
	{
		name: 'stream_consumer_partitions_unknown',
		help: 'Partitions that could not be read; they keep their last value for `poll.keep_failed`, after that the lag is absent.',
		type: 'gauge',
		meaning: {
			kafka: 'also partitions whose commit lies beyond the end',
			redis: 'keys of a logical stream, also those on which the group does not exist',
		},
		value: (consumer) => consumer.partitionsUnknown,
	},
	{
		name: 'stream_consumer_partitions_stalled',
		help: 'Partitions with lag whose position has not moved for as long as the objective says; those that could not be read are not among them.',
		type: 'gauge',
		meaning: {
			kafka: 'by the committed offset',
			redis: 'keys of a logical stream',
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
