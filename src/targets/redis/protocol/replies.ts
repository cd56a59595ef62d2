import type { Position } from '../../../model.ts';
import { displayName } from '../../name.ts';
import type { ScanPage } from '../fetch/discovery.ts';
import type { GroupFacts, StreamFacts } from '../read/lag.ts';
import { parseId } from './id.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** A reply that is not what the command answers with. */
export class MalformedReply extends Error {
	override readonly name = 'MalformedReply';
}

/** A group as XINFO GROUPS lists it. */
export interface ListedGroup extends GroupFacts {
	readonly bytes: Buffer;
	/** As shown. */
	readonly name: string;
	readonly consumers: number;
	/** Entries delivered and not acknowledged. */
	readonly pending: number;
}

/**
 * Reads the answer to XINFO STREAM. Unknown fields are passed over, for every version has more.
 *
 * @throws {@link MalformedReply}
 */
export function readStreamFacts(reply: Reply): StreamFacts {
	const fields = fieldsOf(reply);
	const first = entryId(fields.get('first-entry'));
	const last = entryId(fields.get('last-entry'));
	const entriesAdded = optionalCount(fields.get('entries-added'));
	const maxDeleted = fields.get('max-deleted-entry-id');
	return {
		length: count(fields.get('length'), 'length'),
		...(first && { first }),
		...(last && { last }),
		...(entriesAdded !== undefined && { entriesAdded }),
		...(Buffer.isBuffer(maxDeleted) && { nothingDeleted: maxDeleted.toString() === '0-0' }),
	};
}

/**
 * Reads the answer to XINFO GROUPS.
 *
 * @throws {@link MalformedReply}
 */
export function readGroups(reply: Reply): readonly ListedGroup[] {
	return array(reply, 'a list of groups').map((group) => {
		const fields = fieldsOf(group);
		const bytes = fields.get('name');
		if (!Buffer.isBuffer(bytes)) throw new MalformedReply('a group without a name');
		const delivered = idOf(fields.get('last-delivered-id'));
		const lag = optionalCount(fields.get('lag'));
		return {
			bytes,
			name: displayName(bytes),
			consumers: count(fields.get('consumers'), 'consumers'),
			pending: count(fields.get('pending'), 'pending'),
			...(delivered && { delivered }),
			...(lag !== undefined && { lag }),
		};
	});
}

/**
 * Reads the answer to XPENDING's summary: how many entries are pending.
 *
 * @throws {@link MalformedReply}
 */
export function readPendingCount(reply: Reply): number {
	return count(array(reply, 'a summary')[0], 'pending entries');
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

/** A flat list of names and values, as RESP2 has instead of a map. */
function fieldsOf(reply: Reply): ReadonlyMap<string, Reply> {
	const flat = array(reply, 'a list of fields');
	const fields = new Map<string, Reply>();
	for (let at = 0; at + 1 < flat.length; at += 2) {
		fields.set(String(flat[at]), flat[at + 1] ?? null);
	}
	return fields;
}

function array(reply: Reply | undefined, expected: string): readonly Reply[] {
	if (reply instanceof ErrorReply || !Array.isArray(reply)) {
		throw new MalformedReply(`something else than ${expected}`);
	}
	return reply;
}

/** A number of things: a whole number from 0 to below 2^53. */
function count(reply: Reply | undefined, name: string): number {
	const value = optionalCount(reply);
	if (value === undefined || value < 0) throw new MalformedReply(`no number of ${name}`);
	return value;
}

/** A whole number, negative ones too: the server's lag can be. Nil and what cannot be held: absent. */
function optionalCount(reply: Reply | undefined): number | undefined {
	if (typeof reply !== 'string' || !/^-?\d+$/.test(reply)) return undefined;
	const value = Number(reply);
	return Number.isSafeInteger(value) ? value : undefined;
}

/** The id of an entry, which is an id and its fields; nil where there is none. */
function entryId(reply: Reply | undefined): Position | undefined {
	return Array.isArray(reply) ? idOf(reply[0]) : undefined;
}

function idOf(reply: Reply | undefined): Position | undefined {
	return Buffer.isBuffer(reply) ? parseId(reply.toString()) : undefined;
}
