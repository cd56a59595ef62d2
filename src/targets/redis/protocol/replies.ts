import type { Position } from '../../../model.ts';
import type { GroupFacts, PendingEntry, StreamFacts } from '../facts.ts';
import { parseId } from './id.ts';
import { ErrorReply, type Reply } from './reply.ts';
import { shownName } from './shown-name.ts';

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
	const fields = array(reply, 'a list of fields');
	const firstEntry = fieldOf(fields, 'first-entry');
	const lastEntry = fieldOf(fields, 'last-entry');
	const first = entryId(firstEntry);
	const last = entryId(lastEntry, first);
	return {
		length: count(fieldOf(fields, 'length'), 'length'),
		entryBytes: Math.max(entryBytes(firstEntry), entryBytes(lastEntry)),
		first,
		last,
		lastGenerated: idOf(fieldOf(fields, 'last-generated-id'), last),
		entriesAdded: wholeNumber(fieldOf(fields, 'entries-added')),
		maxDeleted: idOf(fieldOf(fields, 'max-deleted-entry-id')),
	};
}

/**
 * Reads the answer to XINFO GROUPS.
 *
 * @throws {@link MalformedReply}
 */
export function readGroups(reply: Reply): readonly GroupFacts[] {
	return array(reply, 'a list of groups').map((group) => {
		const fields = array(group, 'a list of fields');
		const name = fieldOf(fields, 'name');
		if (!Buffer.isBuffer(name)) throw new MalformedReply('a group without a name');
		return {
			name: shownName(name),
			consumers: count(fieldOf(fields, 'consumers'), 'consumers'),
			pending: count(fieldOf(fields, 'pending'), 'pending'),
			delivered: idOf(fieldOf(fields, 'last-delivered-id')),
			entriesRead: wholeNumber(fieldOf(fields, 'entries-read')),
			lag: wholeNumber(fieldOf(fields, 'lag')),
		};
	});
}

/** @param idleMs - as told: a clock that was set back makes it negative */
export function pendingEntry(
	id: Position | undefined,
	idleMs: number,
	deliveries: number | undefined,
): PendingEntry {
	if (deliveries === undefined || deliveries < 0) {
		throw new MalformedReply('no number of deliveries');
	}
	return { id, idleMs: Math.max(0, idleMs), deliveries };
}

/**
 * Reads the answer to XPENDING with a range.
 *
 * @throws {@link MalformedReply}
 */
export function readPendingEntries(reply: Reply): readonly PendingEntry[] {
	return array(reply, 'a list of pending entries').map((entry) => {
		const [id, , idle, deliveries] = array(entry, 'a pending entry');
		return pendingEntry(idOf(id), integer(idle, 'idle time'), wholeNumber(deliveries));
	});
}

/**
 * Reads the answer to XINFO CONSUMERS: the least idle time in milliseconds. Absent: no consumer.
 *
 * @throws {@link MalformedReply}
 */
export function readLeastIdleMs(reply: Reply): number | undefined {
	let least: number | undefined;
	for (const consumer of array(reply, 'a list of consumers')) {
		const fields = array(consumer, 'a list of fields');
		const idleMs = Math.max(0, integer(fieldOf(fields, 'idle'), 'idle time'));
		least = Math.min(least ?? idleMs, idleMs);
	}
	return least;
}

/**
 * Reads the answer to XRANGE: the ids of the entries, in their order.
 *
 * @throws {@link MalformedReply}
 */
export function readEntryIds(reply: Reply): readonly (Position | undefined)[] {
	return array(reply, 'a list of entries').map((entry) => entryId(entry));
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

/** A value of a flat list of names and values, as RESP2 has instead of a map. */
function fieldOf(fields: readonly Reply[], name: string): Reply {
	for (let at = 0; at + 1 < fields.length; at += 2) {
		const own = fields[at];
		if (Buffer.isBuffer(own) && isText(own, name)) return fields[at + 1] ?? null;
	}
	return null;
}

function isText(bytes: Buffer, text: string): boolean {
	if (bytes.length !== text.length) return false;
	for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
	return true;
}

function integer(reply: Reply | undefined, name: string): number {
	const value = wholeNumber(reply);
	if (value === undefined) throw new MalformedReply(`no number of ${name}`);
	return value;
}

/** A whole number, negative ones too: the server's lag can be. Nil and what cannot be held: absent. */
function wholeNumber(reply: Reply | undefined): number | undefined {
	if (typeof reply !== 'string' || !/^-?\d+$/.test(reply)) return undefined;
	const value = Number(reply);
	return Number.isSafeInteger(value) ? value : undefined;
}

/** The id of an entry, which is an id and its fields; nil where there is none. */
function entryId(reply: Reply | undefined, like?: Position): Position | undefined {
	return Array.isArray(reply) ? idOf(reply[0], like) : undefined;
}

function entryBytes(reply: Reply | undefined): number {
	let sum = 0;
	const fields = Array.isArray(reply) && Array.isArray(reply[1]) ? reply[1] : [];
	for (const text of fields) if (Buffer.isBuffer(text)) sum += text.length;
	return sum;
}

function idOf(reply: Reply | undefined, like?: Position): Position | undefined {
	return Buffer.isBuffer(reply) ? parseId(reply, 0, reply.length, like) : undefined;
}
