import { z } from 'zod';
import type { Group, Line, Readers } from '../../../model.ts';
import { instantMs } from './instant.ts';
import { cluster } from './leader.ts';
import { count, limit, type Refuse } from './numbers.ts';
import type { StreamLog } from './streams.ts';

const progress = z.object({
	consumer_seq: z.number(),
	stream_seq: z.number(),
	/** Absent: not since the server was started. */
	last_active: instantMs.optional(),
});

/** The part of a consumer's entry that is read. */
export const consumerEntry = z.object({
	created: instantMs,
	config: z.object({
		/** Absent or empty: ephemeral. A name alone does not make a consumer durable. */
		durable_name: z.string().optional(),
		/** Absent or empty: pull. */
		deliver_subject: z.string().optional(),
		deliver_policy: z.string().optional(),
		opt_start_seq: z.number().optional(),
		opt_start_time: instantMs.optional(),
		ack_policy: z.string(),
		max_ack_pending: z.number().optional(),
		filter_subject: z.string().optional(),
		/** Several, from nats-server 2.10 on. */
		filter_subjects: z.array(z.string()).optional(),
	}),
	delivered: progress,
	ack_floor: progress,
	num_pending: z.number(),
	num_ack_pending: z.number(),
	num_redelivered: z.number(),
	num_waiting: z.number(),
	push_bound: z.boolean().optional(),
	/** From nats-server 2.11 on. */
	paused: z.boolean().optional(),
	cluster,
	/** When all this was so, by the server's clock; from nats-server 2.10 on. */
	ts: instantMs.optional(),
});

export type ConsumerEntry = z.output<typeof consumerEntry>;

/** Whether anyone has to acknowledge what is delivered; if not, nothing can be pending. */
export function acknowledges({ config }: ConsumerEntry): boolean {
	return config.ack_policy !== 'none';
}

/** The subjects that a consumer takes of its stream; none: all. */
export function filtersOf({ config }: ConsumerEntry): readonly string[] {
	if ((config.filter_subject ?? '') !== '') return [config.filter_subject ?? ''];
	return config.filter_subjects ?? [];
}

/** Ages of the oldest messages of one consumer, where they are known. */
export interface Ages {
	/** Not delivered yet; 0 when there is none. */
	readonly lagSeconds?: number | undefined;
	/** Delivered and not acknowledged. */
	readonly pendingSeconds?: number | undefined;
	/** The sequence of the older one of the two. */
	readonly oldestUnread?: number | undefined;
}

/** What is known of a consumer from elsewhere than its entry. */
export interface Beside {
	/** Of its stream. */
	readonly log: StreamLog;
	readonly ages: Ages;
	/** Given up after their last delivery. Absent: not told. */
	readonly exhaustedCount?: number;
	/** Up to here nothing was left to read at the last look, see {@link settledSequence}. */
	readonly settledBefore?: number;
}

/**
 * Reads one consumer. Its lag is what the server counts for it: a difference of sequences would
 * count what its filter leaves out, and what was deleted.
 */
export function readConsumer(
	stream: string,
	consumerGroup: string,
	entry: ConsumerEntry,
	beside: Beside,
	refuse: Refuse,
): Group {
	const { delivered, ack_floor: floor, config } = entry;
	const push = (config.deliver_subject ?? '') !== '';
	const lag = count(entry.num_pending, 'num_pending', refuse);
	const sequence = count(delivered.stream_seq, 'delivered.stream_seq', refuse);
	const consumedCount = count(delivered.consumer_seq, 'delivered.consumer_seq', refuse);
	const redelivered = count(entry.num_redelivered, 'num_redelivered', refuse);
	const isAcknowledged = acknowledges(entry);
	const floorSequence = isAcknowledged
		? count(floor.stream_seq, 'ack_floor.stream_seq', refuse)
		: undefined;
	const pending = isAcknowledged
		? count(entry.num_ack_pending, 'num_ack_pending', refuse)
		: undefined;
	const { exhaustedCount, ages } = beside;
	// Each has the same fields, in the same order.
	return {
		stream,
		consumerGroup,
		kind: push ? 'push' : 'pull',
		state: entry.paused ? 'paused' : 'active',
		paused: entry.paused ?? false,
		lag: lag === undefined ? { unknown: 'value_out_of_range' } : { messages: lag },
		lagSeconds: ages.lagSeconds,
		position: sequence === undefined ? undefined : { major: sequence, minor: 0 },
		acknowledged: floorSequence === undefined ? undefined : { major: floorSequence, minor: 0 },
		line: lineOf(entry, beside),
		consumedCount,
		readers: readersOf(entry, push),
		pending,
		pendingAgeSeconds: isAcknowledged ? ages.pendingSeconds : undefined,
		pendingLimit: isAcknowledged ? limit(config.max_ack_pending) : undefined,
		redelivered,
		exhaustedCount: isAcknowledged ? exhaustedCount : undefined,
		members: push ? (entry.push_bound ? 1 : 0) : undefined,
		waitingPulls: push ? undefined : count(entry.num_waiting, 'num_waiting', refuse),
		idleSeconds: idleOf(entry),
	};
}

/**
 * Up to which sequence a consumer had nothing left to read when it was looked at. Its own sequences
 * can stay behind: while nothing comes that its filter takes, and while a message that was given up
 * holds the acknowledgement floor until nothing else is pending (nats-server, `processAckMsg`). The
 * start of the stream may pass them then without a loss. Absent: not known.
 *
 * @param oldestUnread - the sequence of its oldest message that was not read or not acknowledged,
 * where that is known
 */
export function settledSequence(
	{ num_pending, num_ack_pending }: ConsumerEntry,
	log: StreamLog,
	oldestUnread: number | undefined,
): number | undefined {
	if (num_pending === 0 && num_ack_pending === 0) return log.last;
	return oldestUnread === undefined ? undefined : oldestUnread - 1;
}

/**
 * The sequence up to which everything was delivered and acknowledged. Absent: not told.
 *
 * Older servers tell an acknowledgement floor of 0 until the first one comes, also for a consumer
 * that began later in its stream (2.9.10 and 2.10.29; 2.15.1 tells where it began).
 */
export function readUpTo(entry: ConsumerEntry): number | undefined {
	const { delivered, ack_floor: floor, config, num_ack_pending } = entry;
	if (!acknowledges(entry)) return sequenceOf(delivered.stream_seq);
	if (num_ack_pending === 0) return sequenceOf(Math.max(delivered.stream_seq, floor.stream_seq));
	if (floor.stream_seq > 0 || config.deliver_policy === 'all') return sequenceOf(floor.stream_seq);
	return config.opt_start_seq === undefined ? undefined : sequenceOf(config.opt_start_seq - 1);
}

function sequenceOf(value: number): number | undefined {
	return Number.isSafeInteger(value) ? value : undefined;
}

/** Where it stands among the messages that go whether they were read or not. */
function lineOf(
	entry: ConsumerEntry,
	{ log: { first, last, removesUnread }, settledBefore = 0 }: Beside,
): Line | undefined {
	const read = readUpTo(entry);
	if (!removesUnread || read === undefined || first === undefined || last === undefined) {
		return undefined;
	}
	const position = Math.max(read, settledBefore);
	// The stream was listed before: its consumers may be further by now.
	return { position, start: Math.max(0, first - 1), end: Math.max(last, position) };
}

/** A client that pulls has a request waiting, except between two of them: it works then. */
function readersOf(entry: ConsumerEntry, push: boolean): Readers {
	if (push) return { present: entry.push_bound ?? false };
	return { present: entry.num_waiting > 0 || entry.num_ack_pending > 0 };
}

/** Since the last delivery or acknowledgement, by the server's clock alone. */
function idleOf({ ts, delivered, ack_floor }: ConsumerEntry): number | undefined {
	const latestMs = Math.max(delivered.last_active ?? 0, ack_floor.last_active ?? 0);
	return ts === undefined || latestMs === 0 ? undefined : Math.max(0, (ts - latestMs) / 1000);
}
