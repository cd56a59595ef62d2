import { codeOfError } from '../codes.ts';
import type { Connection } from '../connect/connection.ts';
import {
	type GroupFacts,
	type KeyFacts,
	keyFacts,
	type PendingEntry,
	type Told,
} from '../facts.ts';
import { attempt, type Failure } from '../protocol/attempt.ts';
import * as commands from '../protocol/commands.ts';
import { compareIds } from '../protocol/id.ts';
import {
	readEntryIds,
	readGroups,
	readLeastIdleMs,
	readLength,
	readPendingEntries,
	readStreamFacts,
} from '../protocol/replies.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import type { Key } from './discovery.ts';
import type { Counted, KnownFacts, Question, Scope, Way } from './way.ts';

/** A few commands of microseconds each: the server's other clients wait for milliseconds at most. */
const commandsAtOnce = 300;

/** Asks by pipelined commands. Works everywhere, but what tells a first or last entry carries its body. */
export class ByCommands implements Way {
	readonly keysAtOnce = 50;
	readonly #connection: Connection;
	readonly #scope: Scope;
	readonly #isAsking: boolean;

	/** @param isAsking - the keys just move to this node of a cluster, which must be told for each command */
	constructor(connection: Connection, scope: Scope, isAsking = false) {
		this.#connection = connection;
		this.#scope = scope;
		this.#isAsking = isAsking;
	}

	async facts(keys: readonly Key[]): Promise<KnownFacts> {
		const replies = await this.#ask(
			keys.flatMap(({ bytes }) => [commands.xinfoGroups(bytes), commands.xinfoStream(bytes)]),
		);
		const facts = keys.map((key, at) =>
			readReplies(key, replies[2 * at] ?? null, replies[2 * at + 1] ?? null, this.#scope),
		);
		const asked = facts.map((one) => detailsOf(one, this.#scope));
		const details: Reply[] = [];
		const all = asked.flat();
		for (let from = 0; from < all.length; from += commandsAtOnce) {
			const some = all.slice(from, from + commandsAtOnce).map(({ command }) => command);
			details.push(...(await this.#ask(some)));
		}
		let at = 0;
		return {
			facts: facts.map((one, index) => {
				const own = asked[index] ?? [];
				at += own.length;
				return withDetails(one, own, details.slice(at - own.length, at), this.#scope);
			}),
			failures: [],
		};
	}

	async counts(questions: readonly Question[]): Promise<readonly Counted[]> {
		const asked = questions.map(commandsOf);
		const replies = await this.#ask(asked.flat());
		let at = 0;
		return questions.map((question, index) => {
			const own = replies.slice(at, at + (asked[index] ?? []).length);
			at += own.length;
			return readCount(question, own);
		});
	}

	async #ask(asked: readonly commands.Command[]): Promise<readonly Reply[]> {
		if (!this.#isAsking) return this.#connection.ask(asked);
		const replies = await this.#connection.ask(
			asked.flatMap((command) => [commands.asking, command]),
		);
		return asked.map((_, at) => {
			const allowed = replies[2 * at];
			return allowed instanceof ErrorReply ? allowed : (replies[2 * at + 1] ?? null);
		});
	}
}

/**
 * Reads the answers to XINFO GROUPS and XINFO STREAM of one key.
 *
 * @param scope - which groups are read, by their names as shown
 */
export function readReplies(
	key: Key,
	groups: Reply,
	stream: Reply,
	scope: Pick<Scope, 'groups'>,
): KeyFacts {
	for (const reply of [groups, stream]) {
		const absent = reply instanceof ErrorReply ? codeOfError(reply.message) : undefined;
		if (absent === 'stream_missing' || absent === 'not_a_stream') {
			return { key, absent, failures: [] };
		}
	}
	const told: { -readonly [Name in keyof Told]: Told[Name] } = { failures: [] };
	const failures: Failure[] = [];
	const listed = attempt('xinfo_groups', groups, readGroups, failures);
	const facts = attempt('xinfo_stream', stream, readStreamFacts, failures);
	if (listed) told.groups = listed;
	if (facts) told.stream = facts;
	told.failures = failures;
	return keyFacts(key, told, scope.groups);
}

/** What else is asked of a group. */
export interface Detail {
	readonly group: GroupFacts;
	readonly about: 'consumers' | 'pending' | 'undelivered';
	readonly command: commands.Command;
}

/** What of a key's groups is still to be asked: nothing that follows from what is known. */
export function detailsOf({ key, stream, groups = [] }: KeyFacts, scope: Scope): Detail[] {
	const { bytes } = key;
	const details: Detail[] = [];
	for (const group of groups) {
		const { name, consumers, pending, delivered } = group;
		if (consumers > 0 && consumers <= scope.consumersAtMost) {
			const command = commands.xinfoConsumers(bytes, name);
			details.push({ group, about: 'consumers', command });
		}
		if (pending > 0) {
			const command = commands.xpending(bytes, name, {
				...all,
				// One more than there were shows whether others came meanwhile.
				atMost: pending <= scope.fewPending ? pending + 1 : 1,
			});
			details.push({ group, about: 'pending', command });
		}
		const isBetween =
			stream?.first !== undefined &&
			stream.last !== undefined &&
			delivered !== undefined &&
			compareIds(delivered, stream.first) >= 0 &&
			compareIds(delivered, stream.last) < 0;
		if (isBetween) {
			const command = commands.xrange(bytes, { side: 'after', id: delivered, atMost: 1 });
			details.push({ group, about: 'undelivered', command });
		}
	}
	return details;
}

const all = { from: '-', to: '+' };

/**
 * Adds what was asked of groups. One that has vanished meanwhile is gone.
 *
 * @param details - in the order of the groups
 * @param replies - to each of them
 */
export function withDetails(
	facts: KeyFacts,
	details: readonly Detail[],
	replies: readonly Reply[],
	scope: Pick<Scope, 'fewPending' | 'abandonedAfterMs'>,
): KeyFacts {
	if (facts.groups === undefined) return facts;
	const failures = [...facts.failures];
	const { first } = facts.stream ?? {};
	const groups: GroupFacts[] = [];
	let at = 0;
	for (const group of facts.groups) {
		const start = at;
		while (details[at]?.group === group) at += 1;
		const own = replies.slice(start, at);
		if (own.some(isGone)) continue;
		// Nothing of what exists was delivered: the first entry is the first to come.
		const isBefore = first && group.delivered && compareIds(group.delivered, first) < 0;
		let firstUndelivered = isBefore ? first : undefined;
		let { idleMs, oldestPending, abandoned }: GroupFacts = group;
		for (const [index, reply] of own.entries()) {
			const { about, command } = details[start + index] as Detail;
			const { operation } = command;
			if (about === 'consumers') idleMs = attempt(operation, reply, readLeastIdleMs, failures);
			else if (about === 'pending') {
				const entries = attempt(operation, reply, readPendingEntries, failures);
				[oldestPending] = entries ?? [];
				abandoned = entries && abandonedAmong(entries, group.pending, scope);
			} else [firstUndelivered] = attempt(operation, reply, readEntryIds, failures) ?? [];
		}
		groups.push({
			name: group.name,
			consumers: group.consumers,
			pending: group.pending,
			delivered: group.delivered,
			entriesRead: group.entriesRead,
			lag: group.lag,
			idleMs,
			oldestPending,
			abandoned,
			firstUndelivered,
		});
	}
	return { ...facts, groups, failures };
}

/** Absent: these are not all that are pending. */
function abandonedAmong(
	entries: readonly PendingEntry[],
	pending: number,
	{ fewPending, abandonedAfterMs }: Pick<Scope, 'fewPending' | 'abandonedAfterMs'>,
): number | undefined {
	if (pending > fewPending || entries.length > pending) return undefined;
	return entries.filter(({ idleMs }) => idleMs >= abandonedAfterMs).length;
}

function isGone(reply: Reply): boolean {
	return reply instanceof ErrorReply && /^NOGROUP|^ERR no such key$/.test(reply.message);
}

function commandsOf(question: Question): readonly commands.Command[] {
	const { key, group } = question;
	if (question.of === 'pending') return [commands.xpending(key.bytes, group, question.range)];
	const entries = commands.xrange(key.bytes, question.range);
	// Counted from the first entry on, what comes after is the rest of what there is right then.
	return question.range.side === 'after' ? [entries] : [entries, commands.xlen(key.bytes)];
}

function readCount(question: Question, [reply = null, length]: readonly Reply[]): Counted {
	const failures: Failure[] = [];
	const counted = (): Counted | undefined => {
		if (question.of === 'pending') {
			const entries = attempt('xpending', reply, readPendingEntries, failures);
			return (
				entries && { count: entries.filter((one) => one.idleMs >= question.leastIdleMs).length }
			);
		}
		const ids = attempt('xrange', reply, readEntryIds, failures);
		if (ids === undefined || length === undefined) return ids && { count: ids.length };
		const total = attempt('xlen', length, readLength, failures);
		return total === undefined ? undefined : { count: ids.length, length: total };
	};
	return counted() ?? (failures[0] as Failure);
}
