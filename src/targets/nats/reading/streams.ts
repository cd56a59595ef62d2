import { z } from 'zod';
import type { Stream, Unread } from '../../../model.ts';
import { type Filter, passes } from '../../../options/pattern.ts';
import { type Finding, found, nameless, outOfRange } from '../findings.ts';
import { cluster, hasNoLeader } from './leader.ts';
import type { Listing } from './listing.ts';
import { count, limit, type Refuse } from './numbers.ts';
import { shapeMistake } from './page.ts';
import { shownName } from './shown-name.ts';

/** The subject that lists the account's streams. */
export const streamListSubject = '$JS.API.STREAM.LIST';

/** A time as the server writes it, in milliseconds since 1970. */
const instantMs = z
	.string()
	.transform((text) => Date.parse(text))
	.refine((ms) => !Number.isNaN(ms), 'not a time');

/** The part of a stream's entry that is read. */
const entrySchema = z.object({
	config: z.object({ max_msgs: z.number().optional(), max_age: z.number().optional() }),
	state: z.object({
		messages: z.number(),
		bytes: z.number(),
		first_ts: instantMs,
		last_ts: instantMs,
	}),
	cluster,
	/** When the state was taken, by the server's clock; from nats-server 2.10 on. */
	ts: instantMs.optional(),
});

type Entry = z.output<typeof entrySchema>;

/** What a listing of streams says. */
export interface StreamsRead {
	/** By the server's name. */
	readonly streams: ReadonlyMap<string, Stream>;
	readonly unread: readonly Unread[];
	readonly findings: readonly Finding[];
	readonly complete: boolean;
}

/**
 * Reads the streams in scope. Their consumers are to be asked for; those of a stream that itself
 * cannot be read are not.
 *
 * @param nowMs - our own clock, for servers that do not tell theirs
 */
export function readStreams(listing: Listing, scope: Filter, nowMs: number): StreamsRead {
	const streams = new Map<string, Stream>();
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
		const shown = shownName(name);
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
		const shown = shownName(name);
		if (!passes(scope, shown)) continue;
		cannotRead(shown, 'missing', "the stream's leader did not answer; are its servers up?");
	}
	if (listing.nameless > 0) findings.push(nameless(operation, streamListSubject, listing.nameless));
	if (listing.failure) findings.push(found(listing.failure, operation, streamListSubject));
	const complete = listing.failure === undefined && listing.nameless === 0;
	return { streams, unread, findings, complete };
}

function readStream(
	name: string,
	{ config, state, ts }: Entry,
	nowMs: number,
	refuse: Refuse,
): Stream {
	const length = count(state.messages, 'state.messages', refuse);
	const bytes = count(state.bytes, 'state.bytes', refuse);
	const lengthLimit = limit(config.max_msgs);
	const atMs = ts ?? nowMs;
	const ageSeconds = (sinceMs: number) => Math.max(0, (atMs - sinceMs) / 1000);
	return {
		name,
		...(length !== undefined && { length }),
		...(bytes !== undefined && { bytes }),
		...(lengthLimit !== undefined && { lengthLimit }),
		// In nanoseconds, which beyond 104 days are no longer exact: no matter.
		...((config.max_age ?? 0) > 0 && { retentionSeconds: (config.max_age ?? 0) / 1e9 }),
		// Without messages, first_ts is the year 1 and last_ts that of a message long gone.
		...(state.messages > 0 && {
			oldestMessageAgeSeconds: ageSeconds(state.first_ts),
			newestMessageAgeSeconds: ageSeconds(state.last_ts),
		}),
	};
}
