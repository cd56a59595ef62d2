import type { Position, ToldLag, Unknown } from '../../../model.ts';
import { compareIds } from '../protocol/id.ts';

/** What the server says about a stream, as far as lag depends on it. */
export interface StreamFacts {
	/** Entries kept. */
	readonly length: number;
	/** The ids of the first and the last entry kept. Absent: there is none, or it cannot be read. */
	readonly first?: Position;
	readonly last?: Position;
	/** Entries ever added. Absent before Redis 7.0. */
	readonly entriesAdded?: number;
	/** Whether no entry was ever deleted, other than by trimming. Absent before Redis 7.0. */
	readonly nothingDeleted?: boolean;
}

/** What the server says about a group, as far as lag depends on it. */
export interface GroupFacts {
	/** The last-delivered-id. Absent: it cannot be read. */
	readonly delivered?: Position;
	/** The server's own lag. Absent before Redis 7.0, and where the server does not know. */
	readonly lag?: number;
}

/** The lag that neither the ids nor the server's own counters can tell. */
const notCounted: Unknown = { unknown: 'not_counted' };

/**
 * How many entries were not yet delivered to a group. The first rule that applies wins:
 *
 * 1. an empty stream: 0;
 * 2. delivered up to the last entry: 0;
 * 3. delivered up to somewhere before the first entry: all;
 * 4. delivered up to the first entry: all but one;
 * 5. the server's own number, where it can be right and its counters are to be trusted.
 *
 * Servers without the fixes (`countersAreFixed`, see `hasFixedCounters`) get `entries-read` wrong:
 *
 * - when an entry is deleted that the group has not read, they miss it or count it twice, so nothing
 *   is trusted once anything was deleted;
 * - when entries are trimmed that the group has not read, and it then reads on, they take these for
 *   still to come. The number is then too large by at most the entries ever trimmed, and never too
 *   small: that doubt is the uncertainty.
 *
 * Two lies still look right, and nothing but counting would show them: an ENTRIESREAD given by hand,
 * and, before 7.4, a group of a replica that was promoted. Its counter stands where the replica's
 * copy began (redis#12898), and the number is too large by what the group has read since.
 */
export function resolveLag(
	stream: StreamFacts,
	group: GroupFacts,
	countersAreFixed: boolean,
): ToldLag | Unknown {
	const { length, first, last } = stream;
	const { delivered } = group;
	if (length === 0) return exactly(0);
	if (first === undefined || last === undefined || delivered === undefined) return notCounted;
	if (compareIds(delivered, last) >= 0) return exactly(0);
	if (compareIds(delivered, first) < 0) return exactly(length);
	if (compareIds(delivered, first) === 0) return exactly(length - 1);

	// The first entry was delivered and the last one was not.
	const { lag } = group;
	if (lag === undefined || lag < 1 || lag > length - 1) return notCounted;
	if (countersAreFixed) return exactly(lag);
	const { entriesAdded, nothingDeleted } = stream;
	if (!nothingDeleted || entriesAdded === undefined || entriesAdded < length) return notCounted;
	return { messages: lag, uncertainty: Math.min(lag - 1, entriesAdded - length) };
}

function exactly(messages: number): ToldLag {
	return { messages, uncertainty: 0 };
}
