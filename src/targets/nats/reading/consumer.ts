import type { Group, Line, Readers } from '../../../model.ts';
import type { ConsumerEntry } from './entry.ts';
import { count, limit, type Refuse } from './numbers.ts';
import type { StreamLog } from './streams.ts';

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
	readonly exhaustedCount?: number | undefined;
	/** Up to here nothing was left to read at the last look, see {@link settledSequence}. */
	readonly settledBefore?: number | undefined;
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
	const { isPush, isPaused, acknowledges } = entry;
	const lag = count(entry.undelivered, 'num_pending', refuse);
	const sequence = count(entry.delivered, 'delivered.stream_seq', refuse);
	const consumedCount = count(entry.deliveries, 'delivered.consumer_seq', refuse);
	const redelivered = count(entry.redelivered, 'num_redelivered', refuse);
	const floor = acknowledges ? count(entry.floor, 'ack_floor.stream_seq', refuse) : undefined;
	const pending = acknowledges ? count(entry.unacknowledged, 'num_ack_pending', refuse) : undefined;
	const { exhaustedCount, ages } = beside;
	// Each has the same fields, in the same order.
	return {
		stream,
		consumerGroup,
		kind: isPush ? 'push' : 'pull',
		state: isPaused ? 'paused' : 'active',
		paused: isPaused,
		lag: lag === undefined ? { unknown: 'value_out_of_range' } : { messages: lag },
		lagSeconds: ages.lagSeconds,
		position: sequence === undefined ? undefined : { major: sequence, minor: 0 },
		acknowledged: floor === undefined ? undefined : { major: floor, minor: 0 },
		line: lineOf(entry, beside),
		consumedCount,
		readers: readersOf(entry),
		pending,
		pendingAgeSeconds: acknowledges ? ages.pendingSeconds : undefined,
		pendingLimit: acknowledges ? limit(entry.pendingLimit) : undefined,
		redelivered,
		exhaustedCount: acknowledges ? exhaustedCount : undefined,
		members: isPush ? (entry.isBound ? 1 : 0) : undefined,
		waitingPulls: isPush ? undefined : count(entry.waiting, 'num_waiting', refuse),
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
	{ undelivered, unacknowledged }: ConsumerEntry,
	log: StreamLog,
	oldestUnread: number | undefined,
): number | undefined {
	if (undelivered === 0 && unacknowledged === 0) return log.last;
	return oldestUnread === undefined ? undefined : oldestUnread - 1;
}

/**
 * The sequence up to which everything was delivered and acknowledged. Absent: not told.
 *
 * Older servers tell an acknowledgement floor of 0 until the first one comes, also for a consumer
 * that began later in its stream (2.9.10 and 2.10.29; 2.15.1 tells where it began).
 */
export function readUpTo(entry: ConsumerEntry): number | undefined {
	const { delivered, floor } = entry;
	if (!entry.acknowledges) return sequenceOf(delivered);
	if (entry.unacknowledged === 0) return sequenceOf(Math.max(delivered, floor));
	if (floor > 0 || entry.deliverPolicy === 'all') return sequenceOf(floor);
	return entry.startSequence === undefined ? undefined : sequenceOf(entry.startSequence - 1);
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
function readersOf({ isPush, isBound, waiting, unacknowledged }: ConsumerEntry): Readers {
	return { present: isPush ? isBound : waiting > 0 || unacknowledged > 0 };
}

/** Since the last delivery or acknowledgement, by the server's clock alone. */
function idleOf({ atMs, lastActiveMs }: ConsumerEntry): number | undefined {
	if (atMs === undefined || lastActiveMs === undefined) return undefined;
	return Math.max(0, (atMs - lastActiveMs) / 1000);
}
