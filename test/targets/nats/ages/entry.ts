import { type ConsumerEntry, readEntry } from '../../../../src/targets/nats/reading/entry.ts';

/** A consumer that has read five messages of its stream, two of which are not acknowledged. */
export function entry(
	facts: Record<string, unknown> = {},
	config: Record<string, unknown> = {},
): ConsumerEntry {
	return readEntry({
		created: '2026-11-21T13:00:00Z',
		config: { durable_name: 'c', deliver_policy: 'all', ack_policy: 'explicit', ...config },
		delivered: { consumer_seq: 5, stream_seq: 5 },
		ack_floor: { consumer_seq: 3, stream_seq: 3 },
		num_pending: 4,
		num_ack_pending: 2,
		num_redelivered: 0,
		num_waiting: 0,
		ts: '2026-11-21T13:10:00Z',
		...facts,
	});
}
