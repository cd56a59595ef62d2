import type { Position } from '../../model.ts';
import { type Filter, passes } from '../../options/pattern.ts';
import type { Key } from './fetch/discovery.ts';
import type { Failure } from './protocol/attempt.ts';

/** What the server says about a stream. */
export interface StreamFacts {
	/** Entries kept. */
	readonly length: number;
	/** The ids of the first and the last entry kept. Absent: there is none, or it cannot be read. */
	readonly first?: Position | undefined;
	readonly last?: Position | undefined;
	/** The id of the last entry ever added. */
	readonly lastGenerated?: Position | undefined;
	/** Entries ever added. Absent before Redis 7.0. */
	readonly entriesAdded?: number | undefined;
	/** The highest id that was ever deleted other than by trimming, 0-0 when none was; from 7.0 on. */
	readonly maxDeleted?: Position | undefined;
	/** Bytes of the larger of the first and the last entry, without its id; 0 when there is none. */
	readonly entryBytes: number;
}

/** What the server says about a group. */
export interface GroupFacts {
	/** As shown. */
	readonly name: string;
	readonly consumers: number;
	/** Entries delivered and not acknowledged. */
	readonly pending: number;
	/** The last-delivered-id. Absent: it cannot be read. */
	readonly delivered?: Position | undefined;
	/** Entries ever delivered, as the server counts. Absent before 7.0, and where it does not know. */
	readonly entriesRead?: number | undefined;
	/** The server's own lag, which can be wrong. Absent before 7.0, and where it does not know. */
	readonly lag?: number | undefined;
	/** The oldest of the pending entries. Absent: there is none, or it could not be had. */
	readonly oldestPending?: PendingEntry | undefined;
	/**
	 * How many pending entries nobody has claimed for too long. Absent: nothing is pending, or more
	 * than {@link Scope.fewPending}, or it could not be had.
	 */
	readonly abandoned?: number | undefined;
	/** The id of the first entry after the delivered ones. Absent: none, or it could not be had. */
	readonly firstUndelivered?: Position | undefined;
	/** Since a consumer last tried to read; the least of all. Absent: not told. */
	readonly idleMs?: number | undefined;
}

/** An entry that was delivered and not acknowledged. */
export interface PendingEntry {
	/** Absent: it cannot be read. */
	readonly id?: Position | undefined;
	/** Since it was last delivered. */
	readonly idleMs: number;
	readonly deliveries: number;
}

/** What is known of one key. */
export interface KeyFacts {
	readonly key: Key;
	/** There is no such key, or it holds something else. */
	readonly absent?: 'stream_missing' | 'not_a_stream';
	/** The groups in scope. Absent: not read. */
	readonly groups?: readonly GroupFacts[];
	/** Absent: not read. */
	readonly stream?: StreamFacts;
	readonly failures: readonly Failure[];
}

/** What a server told of a key. */
export type Told = Omit<KeyFacts, 'key' | 'absent'>;

/** Leaves out the groups that are not in scope. */
export function keyFacts(key: Key, told: Told, scope: Filter): KeyFacts {
	const { stream, groups, failures } = told;
	const own = groups && ownGroups(groups, scope);
	if (stream && own) return { key, stream, groups: own, failures };
	if (stream) return { key, stream, failures };
	return own ? { key, groups: own, failures } : { key, failures };
}

function ownGroups(groups: readonly GroupFacts[], scope: Filter): readonly GroupFacts[] {
	for (const { name } of groups) {
		if (!passes(scope, name)) return groups.filter((group) => passes(scope, group.name));
	}
	return groups;
}
