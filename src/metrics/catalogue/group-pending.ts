import type { GroupFamily } from './family.ts';

/** Messages that were delivered and not acknowledged, or given up. */
export const pendingFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_pending',
		help: 'Messages delivered and not yet acknowledged.',
		type: 'gauge',
		unit: 'messages',
		meaning: { redis: 'entries in the PEL', nats: '`num_ack_pending`; absent for AckNone' },
		value: (consumer) => consumer.pending,
	},
	{
		name: 'stream_consumer_pending_age_seconds',
		help: 'Age of the oldest message delivered and not acknowledged.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			redis: 'from the id of the oldest pending entry',
			nats: 'timestamp of the oldest unacknowledged message',
		},
		value: (consumer) => consumer.pendingAgeSeconds,
	},
	{
		name: 'stream_consumer_pending_idle_seconds',
		help: 'Time since the oldest pending message was last delivered.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			redis: 'idle time of the oldest pending entry',
		},
		value: (consumer) => consumer.pendingIdleSeconds,
	},
	{
		name: 'stream_consumer_pending_abandoned',
		help: 'Pending messages that nobody has claimed for too long.',
		type: 'gauge',
		unit: 'messages',
		meaning: {
			redis: 'pending entries idle longer than `abandoned_after`, up to `count_cap`',
		},
		value: (consumer) => consumer.pendingAbandoned,
	},
	{
		name: 'stream_consumer_oldest_pending_deliveries',
		help: 'How often the oldest pending message was delivered.',
		type: 'gauge',
		meaning: {
			redis: 'deliveries of the oldest pending entry',
		},
		value: (consumer) => consumer.oldestPendingDeliveries,
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
		name: 'stream_consumer_exhausted_total',
		help: 'Messages given up after their last delivery, since the exporter first saw the group.',
		type: 'counter',
		unit: 'messages',
		meaning: {
			nats: 'by the advisories for `max_deliver`',
		},
		value: (consumer) => consumer.exhaustedTotal,
	},
];
