import type { Ages } from '../reading/consumer.ts';
import type { ConsumerEntry } from '../reading/entry.ts';

/** Which message of a stream is the first from a sequence on whose subject a filter takes. */
export interface Question {
	readonly sequence: number;
	readonly filter: string;
	/** Messages that one consumer gave up, and that do not count for it. */
	readonly except?: GivenUp;
}

/** Messages that were given up after their last delivery. */
export interface GivenUp {
	/** As the server has it. */
	readonly consumer: string;
	readonly sequences: ReadonlySet<number>;
}

/** That message's place and time; its body is never kept. */
export interface Found {
	readonly sequence: number;
	/** Milliseconds since 1970. */
	readonly atMs: number;
}

/** What is to be found out for one consumer. */
export interface Questions {
	readonly undelivered: readonly Question[];
	readonly unacknowledged: readonly Question[];
}

/** What was found for a question, if there is such a message. */
export interface LookedUp {
	readonly sequence: number;
	readonly found: Found | undefined;
}

/** A consumer with more filters has no ages: each filter takes a request of its own. */
const filtersAtMost = 8;

const nothing: Questions = { undelivered: [], unacknowledged: [] };

/**
 * A message has no time in its sequence, so the oldest ones have to be looked up.
 *
 * @param givenUp - those above the acknowledgement floor: they hold it and are not pending
 */
export function questionsOf(entry: ConsumerEntry, givenUp?: GivenUp): Questions {
	const { filters } = entry;
	if (filters.length > filtersAtMost) return nothing;
	const after = (sequence: number, except?: GivenUp): Question[] => {
		if (!Number.isSafeInteger(sequence + 1)) return [];
		const each = filters.length === 0 ? ['>'] : filters;
		return each.map((filter) => ({ sequence: sequence + 1, filter, ...(except && { except }) }));
	};
	const isPending = entry.acknowledges && entry.unacknowledged > 0;
	return {
		undelivered: entry.undelivered > 0 ? after(entry.delivered) : [],
		unacknowledged: isPending ? after(entry.floor, givenUp) : [],
	};
}

/**
 * The ages that follow from what was found.
 *
 * @param undelivered - for all questions about these, or for none
 * @param unacknowledged - likewise
 * @param nowMs - our own clock, for servers that do not tell theirs
 */
export function agesOf(
	entry: ConsumerEntry,
	undelivered: readonly LookedUp[],
	unacknowledged: readonly LookedUp[],
	nowMs: number,
): Ages {
	const toDeliver = oldestOf(entry, undelivered);
	const toAcknowledge = oldestOf(entry, unacknowledged);
	const known =
		(toDeliver !== undefined || entry.undelivered === 0) &&
		(toAcknowledge !== undefined || entry.unacknowledged === 0);
	const oldestUnread = Math.min(
		toDeliver?.sequence ?? Number.POSITIVE_INFINITY,
		toAcknowledge?.sequence ?? Number.POSITIVE_INFINITY,
	);
	const byClockMs = entry.atMs ?? nowMs;
	const withoutFound = entry.undelivered === 0 ? 0 : undefined;
	return {
		lagSeconds: toDeliver ? secondsBetween(toDeliver, byClockMs) : withoutFound,
		pendingSeconds: toAcknowledge && secondsBetween(toAcknowledge, byClockMs),
		oldestUnread: known && Number.isFinite(oldestUnread) ? oldestUnread : undefined,
	};
}

/** The first of what was found, where the consumer takes it. */
function oldestOf(entry: ConsumerEntry, looked: readonly LookedUp[]): Found | undefined {
	let oldest: Found | undefined;
	for (const { found } of looked) {
		if (found && (oldest === undefined || found.sequence < oldest.sequence)) oldest = found;
	}
	if (oldest === undefined) return undefined;
	for (const { sequence } of looked) {
		if (!isTaken(entry, sequence - 1, oldest)) return undefined;
	}
	return oldest;
}

function secondsBetween({ atMs }: Found, nowMs: number): number {
	return Math.max(0, (nowMs - atMs) / 1000);
}

/**
 * Whether a consumer takes the message that was found behind one of its positions.
 *
 * One for the last message of each subject takes some only of those that were there when it was made,
 * and does not tell which. And a position of 0 may mean that nothing is told yet: older servers tell
 * it of consumers that began later in their stream, see `readUpTo`. Of the millisecond in which a
 * consumer was made nobody knows what came first: then there is no age.
 */
function isTaken(entry: ConsumerEntry, position: number, found: Found): boolean {
	const { createdMs } = entry;
	switch (entry.deliverPolicy) {
		case 'last_per_subject':
			return found.atMs > createdMs;
		case 'by_start_sequence':
			return found.sequence >= (entry.startSequence ?? 0);
		case 'by_start_time':
			return found.atMs >= (entry.startMs ?? 0);
		case 'new':
		case 'last':
			return position > 0 || found.atMs > createdMs;
		default:
			return true;
	}
}
