import { z } from 'zod';
import type { Stream, Unread } from '../../../model.ts';
import { type Filter, passes } from '../../../options/pattern.ts';
import { displayText } from '../../name.ts';
import { type Finding, found, nameless, outOfRange } from '../findings.ts';
import { shapeMistake } from './api-answer.ts';
import { instantMs } from './instant.ts';
import { cluster, hasNoLeader } from './leader.ts';
import type { Listing } from './listing.ts';
import { count, limit, type Refuse } from './numbers.ts';

/** The part of a stream's entry that is read. */
const entrySchema = z.object({
	created: z.string(),
	config: z.object({
		max_msgs: z.number().optional(),
		max_bytes: z.number().optional(),
		max_msgs_per_subject: z.number().optional(),
		/** What a full stream discards: old messages or new ones. */
		discard: z.string().optional(),
		max_age: z.number().optional(),
		/** Limits, interest or workqueue. */
		retention: z.string().optional(),
		allow_direct: z.boolean().optional(),
	}),
	state: z.object({
		messages: z.number(),
		bytes: z.number(),
		first_seq: z.number(),
		last_seq: z.number(),
		first_ts: instantMs,
		last_ts: instantMs,
		/** Of those between the first and the last. */
		num_deleted: z.number().optional(),
	}),
	cluster,
	/** When the state was taken, by the server's clock; from nats-server 2.10 on. */
	ts: instantMs.optional(),
});

type Entry = z.output<typeof entrySchema>;

/** A stream with what its consumers are read by. */
export interface StreamRead {
	readonly record: Stream;
	readonly log: StreamLog;
}

/** The messages of a stream as a line of sequences. */
export interface StreamLog {
	/** Tells a stream from one that was made anew under its name. */
	readonly created: string;
	/** Of the first message kept; after the last one when there is none. */
	readonly first?: number;
	readonly last?: number;
	readonly deletedCount: number;
	/** Messages go by age, number or size alone, whether they were acknowledged or not. */
	readonly removesUnread: boolean;
	readonly allowsDirectGets: boolean;
}

/** What a listing of streams says. */
export interface StreamsRead {
	/** By the server's name. */
	readonly streams: ReadonlyMap<string, StreamRead>;
	readonly unread: readonly Unread[];
	readonly findings: readonly Finding[];
	readonly complete: boolean;
}

/**
 * Reads the streams in scope; yields wherever it may be interrupted. Their consumers are to be asked
 * for; those of a stream that itself cannot be read are not.
 *
 * @param subject - that was asked
 * @param nowMs - our own clock, for servers that do not tell theirs
 */
export function* readStreams(
	listing: Listing,
	subject: string,
	scope: Filter,
	nowMs: number,
): Generator<void, StreamsRead> {
	const streams = new Map<string, StreamRead>();
	const unread: Unread[] = [];
	const findings: Finding[] = [];
	const operation = 'stream_list';
	const cannotRead = (
		name: string,
		code: 'missing' | 'no_leader' | 'malformed_answer',
		reason: string,
	) => {
		unread.push({ stream: name, reason: code });
		findings.push({ code, operation, subject: name, reason });
	};

	for (const [name, content] of listing.entries) {
		yield;
		const shown = displayText(name);
		if (!passes(scope, shown)) continue;
		const entry = entrySchema.safeParse(content);
		if (!entry.success) {
			const reason = `the stream's entry cannot be read: ${shapeMistake(entry.error)}`;
			cannotRead(shown, 'malformed_answer', reason);
		} else if (hasNoLeader(entry.data)) {
			cannotRead(shown, 'no_leader', 'the stream has no leader; are enough of its servers up?');
		} else {
			const refuse = (field: string) => findings.push(outOfRange(operation, shown, field));
			streams.set(name, readStream(shown, entry.data, nowMs, refuse));
		}
	}
	for (const name of listing.missing) {
		const shown = displayText(name);
		if (!passes(scope, shown)) continue;
		cannotRead(shown, 'missing', "the stream's leader did not answer; are its servers up?");
	}
	if (listing.nameless > 0) findings.push(nameless(operation, subject, listing.nameless));
	if (listing.failure) findings.push(found(listing.failure, operation, subject));
	const complete = listing.failure === undefined && listing.nameless === 0;
	return { streams, unread, findings, complete };
}

function readStream(name: string, entry: Entry, nowMs: number, refuse: Refuse): StreamRead {
	const { config, state, created } = entry;
	const length = count(state.messages, 'state.messages', refuse);
	const bytes = count(state.bytes, 'state.bytes', refuse);
	const first = count(state.first_seq, 'state.first_seq', refuse);
	const last = count(state.last_seq, 'state.last_seq', refuse);
	const lengthLimit = limit(config.max_msgs);
	const atMs = entry.ts ?? nowMs;
	const ageSeconds = (sinceMs: number) => Math.max(0, (atMs - sinceMs) / 1000);
	const record: Stream = {
		name,
		...(length !== undefined && { length }),
		...(last !== undefined && { producedCount: last }),
		...(bytes !== undefined && { bytes }),
		...(lengthLimit !== undefined && { lengthLimit }),
		// In nanoseconds, which beyond 104 days are no longer exact: no matter.
		...((config.max_age ?? 0) > 0 && { retentionSeconds: (config.max_age ?? 0) / 1e9 }),
		// Without messages, first_ts is the year 1 and last_ts that of a message long gone.
		trimsBySize: trimsBySize(entry),
		...(state.messages > 0 && {
			oldestMessageAgeSeconds: ageSeconds(state.first_ts),
			newestMessageAgeSeconds: ageSeconds(state.last_ts),
		}),
	};
	const log: StreamLog = {
		created,
		...(first !== undefined && { first }),
		...(last !== undefined && { last }),
		deletedCount: state.num_deleted ?? 0,
		removesUnread: (config.retention ?? 'limits') === 'limits',
		allowsDirectGets: config.allow_direct ?? false,
	};
	return { record, log };
}

/** A stream that is so full may have been full before messages were deleted by age, or many at once. */
const nearlyFull = 0.9;

/** Whether a stream deletes the oldest messages because there are too many. */
function trimsBySize({ config, state }: Entry): boolean {
	const { max_msgs = 0, max_bytes = 0, max_msgs_per_subject = 0, discard = 'old' } = config;
	if (discard !== 'old') return false;
	const isFull = (held: number, most: number) => most > 0 && held >= most * nearlyFull;
	return (
		max_msgs_per_subject > 0 || isFull(state.messages, max_msgs) || isFull(state.bytes, max_bytes)
	);
}
