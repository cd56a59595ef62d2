import { z } from 'zod';
import type { Group } from '../../../model.ts';
import { cluster } from './leader.ts';
import { count, limit, type Refuse } from './numbers.ts';

/** The part of a consumer's entry that is read. */
export const consumerEntry = z.object({
	config: z.object({
		/** Absent or empty: ephemeral. A name alone does not make a consumer durable. */
		durable_name: z.string().optional(),
		/** Absent or empty: pull. */
		deliver_subject: z.string().optional(),
		ack_policy: z.string(),
		max_ack_pending: z.number().optional(),
	}),
	delivered: z.object({ stream_seq: z.number() }),
	num_pending: z.number(),
	num_ack_pending: z.number(),
	num_redelivered: z.number(),
	num_waiting: z.number(),
	push_bound: z.boolean().optional(),
	/** From nats-server 2.11 on. */
	paused: z.boolean().optional(),
	cluster,
});

export type ConsumerEntry = z.output<typeof consumerEntry>;

/** Whether no one has to acknowledge what is delivered, so that nothing can be pending. */
export function acknowledges({ config }: ConsumerEntry): boolean {
	return config.ack_policy !== 'none';
}

/**
 * Reads one consumer. Its lag is what the server counts for it: a difference of sequences would
 * count what its filter leaves out, and what was deleted.
 */
export function readConsumer(
	stream: string,
	consumerGroup: string,
	entry: ConsumerEntry,
	refuse: Refuse,
): Group {
	const push = (entry.config.deliver_subject ?? '') !== '';
	const lag = count(entry.num_pending, 'num_pending', refuse);
	const sequence = count(entry.delivered.stream_seq, 'delivered.stream_seq', refuse);
	const redelivered = count(entry.num_redelivered, 'num_redelivered', refuse);
	return {
		stream,
		consumerGroup,
		kind: push ? 'push' : 'pull',
		state: entry.paused ? 'paused' : 'active',
		lag: lag === undefined ? { unknown: 'value_out_of_range' } : { messages: lag },
		...(sequence !== undefined && { position: { major: sequence, minor: 0 } }),
		...(acknowledges(entry) && readPending(entry, refuse)),
		...(redelivered !== undefined && { redelivered }),
		...(push ? { members: entry.push_bound ? 1 : 0 } : readWaiting(entry, refuse)),
	};
}

function readPending(
	entry: ConsumerEntry,
	refuse: Refuse,
): Pick<Group, 'pending' | 'pendingLimit'> {
	const pending = count(entry.num_ack_pending, 'num_ack_pending', refuse);
	const pendingLimit = limit(entry.config.max_ack_pending);
	return {
		...(pending !== undefined && { pending }),
		...(pendingLimit !== undefined && { pendingLimit }),
	};
}

function readWaiting(entry: ConsumerEntry, refuse: Refuse): Pick<Group, 'waitingPulls'> {
	const waitingPulls = count(entry.num_waiting, 'num_waiting', refuse);
	return waitingPulls === undefined ? {} : { waitingPulls };
}
