import type { GroupFamily } from './family.ts';

/** What a group consumed, lost, and is about to lose or to finish. */
export const flowFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_consumed_total',
		help: 'Messages consumed since the exporter first saw the group.',
		type: 'counter',
		unit: 'messages',
		meaning: {
			kafka: 'advance of the committed offsets',
			redis: 'advance of entries-read, where it is valid',
			nats: 'advance of delivered.consumer_seq, which counts redeliveries too',
		},
		value: (consumer) => consumer.consumedTotal,
	},
	{
		name: 'stream_consumer_lost_total',
		help: 'Messages that were deleted before the group read them, since the exporter first saw the group. A loss that a group skips between two polls is not seen.',
		type: 'counter',
		unit: 'messages',
		meaning: {
			kafka: 'what retention deleted beyond the committed offsets',
			redis:
				'what was trimmed before it was delivered, where the counts tell; and pending entries trimmed away',
			nats: 'what limits removed before it was acknowledged; an upper bound with filters',
		},
		value: (consumer) => consumer.lostTotal,
	},
	{
		name: 'stream_consumer_retention_used_ratio',
		help: 'How much of the retention the oldest unread message has used, of the worst partition. Where both tell it, the larger of its age by the time limit and, while the start moves, the lag by the messages kept.',
		type: 'gauge',
		unit: 'ratio',
		meaning: {
			kafka: 'retention.ms; start offsets moving, but for moves to where the group had read',
			redis: 'lag by length, where the stream was seen to be trimmed',
			nats: '`max_age`; the first sequence moving, while the stream is at a limit of its size',
		},
		value: (consumer) => consumer.retentionUsedRatio,
	},
	{
		name: 'stream_consumer_retention_headroom_seconds',
		help: 'Time until the oldest unread message is deleted, of the worst partition: by the time limit, or at the rate of the last hour at which the start moves, whichever is sooner. Absent without lag, and where nothing deletes.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			kafka: 'retention.ms; start offsets moving, but for moves to where the group had read',
			redis: 'the start moving by trimming',
			nats: '`max_age`; the first sequence moving, while the stream is at a limit of its size',
		},
		value: (consumer) => consumer.retentionHeadroomSeconds,
	},
	{
		name: 'stream_consumer_drain_seconds',
		help: 'Time to lag 0 at the net rate of the last ten polls; 0 without lag, absent while the lag does not shrink.',
		type: 'gauge',
		unit: 'seconds',
		value: (consumer) => consumer.drainSeconds,
	},
];
