import type { Position } from '../../../model.ts';
import { displayName } from '../../name.ts';
import type { GroupFacts, PendingEntry, StreamFacts } from '../facts.ts';
import { parseId } from './id.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** A reply that is not what the command answers with. */
export class MalformedReply extends Error {
	override readonly name = 'MalformedReply';
}

/** A page of the keys that hold streams. */
export interface ScanPage {
	/** Of the next page; `0` at the end. */
	readonly cursor: string;
	readonly keys: readonly Buffer[];
}

/**
 * Reads the answer to XINFO STREAM. Unknown fields are passed over, for every version has more.
 *
 * @throws {@link MalformedReply}
 */
export function readStreamFacts(reply: Reply): StreamFacts {
	const fields = fieldsOf(reply);
	const firstEntry = fields.get('first-entry');
	const lastEntry = fields.get('last-entry');
	return streamFacts({
		length: count(fields.get('length'), 'length'),
		first: entryId(firstEntry),
		last: entryId(lastEntry),
		lastGenerated: idOf(fields.get('last-generated-id')),
		entriesAdded: optionalCount(fields.get('entries-added')),
		maxDeleted: idOf(fields.get('max-deleted-entry-id')),
		entryBytes: Math.max(entryBytes(firstEntry), entryBytes(lastEntry)),
	});
}

/**
 * Reads the answer to XINFO GROUPS.
 *
 * @throws {@link MalformedReply}
 */
export function readGroups(reply: Reply): readonly GroupFacts[] {
	return array(reply, 'a list of groups').map((group) => {
		const fields = fieldsOf(group);
		const bytes = fields.get('name');
		if (!Buffer.isBuffer(bytes)) throw new MalformedReply('a group without a name');
		return groupFacts(bytes, {
			consumers: count(fields.get('consumers'), 'consumers'),
			pending: count(fields.get('pending'), 'pending'),
			delivered: idOf(fields.get('last-delivered-id')),
			entriesRead: optionalCount(fields.get('entries-read')),
			lag: optionalCount(fields.get('lag')),
		});
	});
}

/** Leaves out what is unknown. Made for ten thousands of them: no objects in between. */
export function streamFacts(facts: Possibly<StreamFacts, 'length' | 'entryBytes'>): StreamFacts {
	const { length, entryBytes, first, last, lastGenerated, entriesAdded, maxDeleted } = facts;
	const known: Draft<StreamFacts> = { length, entryBytes };
	if (first) known.first = first;
	if (last) known.last = last;
	if (lastGenerated) known.lastGenerated = lastGenerated;
	if (entriesAdded !== undefined) known.entriesAdded = entriesAdded;
	if (maxDeleted) known.maxDeleted = maxDeleted;
	return known;
}

/** Leaves out what is unknown. */
export function groupFacts(
	bytes: Buffer,
	facts: Possibly<Omit<GroupFacts, 'bytes' | 'name'>, 'consumers' | 'pending'>,
): GroupFacts {
	const { consumers, pending, delivered, entriesRead, lag } = facts;
	const { oldestPending, firstUndelivered, idleMs } = facts;
	const known: Draft<GroupFacts> = { bytes, name: displayName(bytes), consumers, pending };
	if (delivered) known.delivered = delivered;
	if (entriesRead !== undefined) known.entriesRead = entriesRead;
	if (lag !== undefined) known.lag = lag;
	if (oldestPending) known.oldestPending = oldestPending;
	if (firstUndelivered) known.firstUndelivered = firstUndelivered;
	if (idleMs !== undefined) known.idleMs = idleMs;
	return known;
}

type Draft<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };

type Possibly<Facts, Known extends keyof Facts> = Pick<Facts, Known> & {
	readonly [Name in Exclude<keyof Facts, Known>]?: Facts[Name] | undefined;
};

/**
 * Reads the answer to XPENDING with a range.
 *
 * @throws {@link MalformedReply}
 */
export function readPendingEntries(reply: Reply): readonly PendingEntry[] {
	return array(reply, 'a list of pending entries').map((entry) => {
		const [id, , idle, deliveries] = array(entry, 'a pending entry');
		const read = idOf(id);
		return {
			...(read && { id: read }),
			// A clock that was set back makes it negative.
			idleMs: Math.max(0, integer(idle, 'idle time')),
			deliveries: count(deliveries, 'deliveries'),
		};
	});
}

/**
 * Reads the answer to XINFO CONSUMERS: the least idle time in milliseconds. Absent: no consumer.
 *
 * @throws {@link MalformedReply}
 */
export function readLeastIdleMs(reply: Reply): number | undefined {
	const idle = array(reply, 'a list of consumers').map((consumer) =>
		Math.max(0, integer(fieldsOf(consumer).get('idle'), 'idle time')),
	);
	return idle.length === 0 ? undefined : idle.reduce((least, ms) => Math.min(least, ms));
}

/**
 * Reads the answer to XRANGE: the ids of the entries, in their order.
 *
 * @throws {@link MalformedReply}
 */
export function readEntryIds(reply: Reply): readonly (Position | undefined)[] {
	return array(reply, 'a list of entries').map(entryId);
}

/**
 * Reads the answer to XLEN.
 *
 * @throws {@link MalformedReply}
 */
export function readLength(reply: Reply): number {
	return count(reply, 'length');
}

/**
 * Reads a page of SCAN.
 *
 * @throws {@link MalformedReply}
 */
export function readScanPage(reply: Reply): ScanPage {
	const [cursor, keys] = array(reply, 'a page of keys');
	if (!Buffer.isBuffer(cursor)) throw new MalformedReply('a page of keys without a cursor');
	return { cursor: cursor.toString(), keys: array(keys, 'keys').filter(Buffer.isBuffer) };
}

/**
 * Reads the answer to TIME, in whole milliseconds since 1970.
 *
 * @throws {@link MalformedReply}
 */
export function readTimeMs(reply: Reply): number {
	const [seconds, microseconds] = array(reply, 'a time').map((part) => Number(String(part)));
	const timeMs = (seconds ?? Number.NaN) * 1000 + Math.floor((microseconds ?? Number.NaN) / 1000);
	if (!Number.isSafeInteger(timeMs)) throw new MalformedReply('a time that is none');
	return timeMs;
}

/** @throws {@link MalformedReply} */
export function array(reply: Reply | undefined, expected: string): readonly Reply[] {
	if (reply instanceof ErrorReply || !Array.isArray(reply)) {
		throw new MalformedReply(`something else than ${expected}`);
	}
	return reply;
}

/**
 * A number of things: a whole number from 0 to below 2^53.
 *
 * @throws {@link MalformedReply}
 */
export function count(reply: Reply | undefined, name: string): number {
	const value = integer(reply, name);
	if (value < 0) throw new MalformedReply(`no number of ${name}`);
	return value;
}

/** A flat list of names and values, as RESP2 has instead of a map. */
function fieldsOf(reply: Reply): ReadonlyMap<string, Reply> {
	const flat = array(reply, 'a list of fields');
	const fields = new Map<string, Reply>();
	for (let at = 0; at + 1 < flat.length; at += 2) {
		fields.set(String(flat[at]), flat[at + 1] ?? null);
	}
	return fields;
}

function integer(reply: Reply | undefined, name: string): number {
	const value = optionalCount(reply);
	if (value === undefined) throw new MalformedReply(`no number of ${name}`);
	return value;
}

/** A whole number, negative ones too: the server's lag can be. Nil and what cannot be held: absent. */
function optionalCount(reply: Reply | undefined): number | undefined {
	return typeof reply === 'string' ? wholeNumber(reply) : undefined;
}

/** A whole number in digits that can be held. Absent: something else. */
export function wholeNumber(text: string): number | undefined {
	if (!/^-?\d+$/.test(text)) return undefined;
	const value = Number(text);
	return Number.isSafeInteger(value) ? value : undefined;
}

/** The id of an entry, which is an id and its fields; nil where there is none. */
function entryId(reply: Reply | undefined): Position | undefined {
	return Array.isArray(reply) ? idOf(reply[0]) : undefined;
}

function entryBytes(reply: Reply | undefined): number {
	const fields = Array.isArray(reply) && Array.isArray(reply[1]) ? reply[1] : [];
	return fields.reduce((sum, text) => sum + (Buffer.isBuffer(text) ? text.length : 0), 0);
}

function idOf(reply: Reply | undefined): Position | undefined {
	return Buffer.isBuffer(reply) ? parseId(reply.toString()) : undefined;
}
