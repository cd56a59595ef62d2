import { type Ages, acknowledges, type ConsumerEntry, filtersOf } from '../reading/consumer.ts';

/** Which message of a stream is the first from a sequence on whose subject a filter takes. */
export interface Question {
	readonly sequence: number;
	readonly filter: string;
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

/** A consumer with more filters has no ages: each filter takes a request of its own. */
const filtersAtMost = 8;

const nothing: Questions = { undelivered: [], unacknowledged: [] };

/** A message has no time in its sequence, so the oldest ones have to be looked up. */
export function questionsOf(entry: ConsumerEntry): Questions {
	const filters = filtersOf(entry);
	if (filters.length > filtersAtMost) return nothing;
	const from = (sequence: number) => {
		if (!Number.isSafeInteger(sequence)) return [];
		const each = filters.length === 0 ? ['>'] : filters;
		return each.map((filter) => ({ sequence, filter }));
	};
	const { num_pending, num_ack_pending, delivered, ack_floor } = entry;
	return {
		undelivered: num_pending > 0 ? from(delivered.stream_seq + 1) : [],
		unacknowledged:
			num_ack_pending > 0 && acknowledges(entry) ? from(ack_floor.stream_seq + 1) : [],
	};
}

/**
 * The ages that follow from what was found.
 *
 * @param find - undefined: there is none, or it is not known
 * @param nowMs - our own clock, for servers that do not tell theirs
 */
export function agesOf(
	entry: ConsumerEntry,
	questions: Questions,
	find: (question: Question) => Found | undefined,
	nowMs: number,
): Ages {
	const oldest = (asked: readonly Question[]) => {
		const found = asked.map(find).filter((one) => one !== undefined);
		const [first, ...others] = found;
		if (first === undefined) return undefined;
		const least = others.reduce((a, b) => (b.sequence < a.sequence ? b : a), first);
		return isTaken(entry, least) ? least : undefined;
	};
	const age = ({ atMs }: Found) => Math.max(0, ((entry.ts ?? nowMs) - atMs) / 1000);
	const undelivered = oldest(questions.undelivered);
	const unacknowledged = oldest(questions.unacknowledged);
	const known =
		(undelivered !== undefined || entry.num_pending === 0) &&
		(unacknowledged !== undefined || entry.num_ack_pending === 0);
	const sequences = [undelivered, unacknowledged].flatMap((one) => one?.sequence ?? []);
	return {
		...(entry.num_pending === 0 && { lagSeconds: 0 }),
		...(undelivered && { lagSeconds: age(undelivered) }),
		...(unacknowledged && { pendingSeconds: age(unacknowledged) }),
		...(known && sequences.length > 0 && { oldestUnread: Math.min(...sequences) }),
	};
}

/**
 * Of the messages that were there when it was made, a consumer for the last one of each subject takes
 * some only, and does not tell which.
 */
function isTaken({ config, created }: ConsumerEntry, { atMs }: Found): boolean {
	return config.deliver_policy !== 'last_per_subject' || atMs >= created;
}
