import { passes } from '../../../options/pattern.ts';
import { codeOfError } from '../codes.ts';
import type { Connection } from '../connect/connection.ts';
import type { GroupFacts, KeyFacts, PendingEntry } from '../facts.ts';
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
import { inChunks } from './chunks.ts';
import type { Key } from './discovery.ts';
import type { Counted, Question, Scope, Way } from './way.ts';

/** A few commands of microseconds each: the server's other clients wait for milliseconds at most. */
const commandsAtOnce = 300;

/**
 * Asks by pipelined commands. Works everywhere, but what tells a first or last entry carries its body.
 *
 * @param isAsking - the keys just move to this node of a cluster, which must be told for each command
 */
export function byCommands(connection: Connection, scope: Scope, isAsking = false): Way {
	const ask = async (asked: readonly commands.Command[]): Promise<readonly Reply[]> => {
		if (!isAsking) return connection.ask(asked);
		const replies = await connection.ask(asked.flatMap((command) => [commands.asking, command]));
		return asked.map((_, at) => {
			const allowed = replies[2 * at];
			return allowed instanceof ErrorReply ? allowed : (replies[2 * at + 1] ?? null);
		});
	};
	return {
		async facts(keys) {
			const replies = await ask(
				keys.flatMap(({ bytes }) => [commands.xinfoGroups(bytes), commands.xinfoStream(bytes)]),
			);
			const facts = keys.map((key, at) =>
				readKey(key, replies[2 * at] ?? null, replies[2 * at + 1] ?? null, scope),
			);
			const details = facts.flatMap((one) => detailsOf(one, scope));
			const answers = new Map<GroupFacts, Answer[]>();
			await inChunks(details, commandsAtOnce, 1, async (chunk) => {
				const replies = await ask(chunk.map(({ command }) => command));
				for (const [at, detail] of chunk.entries()) {
					const answer = { ...detail, reply: replies[at] ?? null };
					const others = answers.get(detail.group);
					if (others) others.push(answer);
					else answers.set(detail.group, [answer]);
				}
				return chunk.length;
			});
			return { facts: facts.map((one) => withDetails(one, answers)), failures: [] };
		},
		async counts(questions) {
			const asked = questions.map(commandsOf);
			const replies = await ask(asked.flat());
			let at = 0;
			return questions.map((question, index) => {
				const own = replies.slice(at, at + (asked[index] ?? []).length);
				at += own.length;
				return readCount(question, own);
			});
		},
	};
}

/**
 * Reads the answers to XINFO GROUPS and XINFO STREAM of one key.
 *
 * @param scope - which groups are read, by their names as shown
 */
export function readKey(
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
	const failures: Failure[] = [];
	const listed = attempt('xinfo_groups', groups, readGroups, failures);
	const facts = attempt('xinfo_stream', stream, readStreamFacts, failures);
	return {
		key,
		...(listed && { groups: listed.filter(({ name }) => passes(scope.groups, name)) }),
		...(facts && { stream: facts }),
		failures,
	};
}

/** What else is asked of a group. */
export interface Detail {
	readonly group: GroupFacts;
	readonly about: 'consumers' | 'pending' | 'undelivered';
	readonly command: commands.Command;
}

export type Answer = Detail & { readonly reply: Reply };

/** What of a key's groups is still to be asked: nothing that follows from what is known. */
export function detailsOf({ key, stream, groups = [] }: KeyFacts, scope: Scope): Detail[] {
	return groups.flatMap((group): Detail[] => {
		const { bytes, consumers, pending, delivered } = group;
		const isBetween =
			stream?.first !== undefined &&
			stream.last !== undefined &&
			delivered !== undefined &&
			compareIds(delivered, stream.first) >= 0 &&
			compareIds(delivered, stream.last) < 0;
		return [
			...(consumers > 0 && consumers <= scope.consumersAtMost
				? [
						{
							group,
							about: 'consumers',
							command: commands.xinfoConsumers(key.bytes, bytes),
						} as const,
					]
				: []),
			...(pending > 0
				? [
						{
							group,
							about: 'pending',
							command: commands.xpending(key.bytes, bytes, oldest),
						} as const,
					]
				: []),
			...(isBetween
				? [
						{
							group,
							about: 'undelivered',
							command: commands.xrange(key.bytes, { side: 'after', id: delivered, atMost: 1 }),
						} as const,
					]
				: []),
		];
	});
}

const oldest = { from: '-', to: '+', atMost: 1 };

/** Adds what was asked of groups. One that has vanished meanwhile is gone. */
export function withDetails(
	facts: KeyFacts,
	answers: ReadonlyMap<GroupFacts, readonly Answer[]>,
): KeyFacts {
	if (facts.groups === undefined) return facts;
	const failures = [...facts.failures];
	const { first } = facts.stream ?? {};
	const groups = facts.groups.flatMap((group) => {
		const own = answers.get(group) ?? [];
		if (own.some(({ reply }) => isGone(reply))) return [];
		// Nothing of what exists was delivered: the first entry is the first to come.
		const isBefore = first && group.delivered && compareIds(group.delivered, first) < 0;
		return own.reduce(
			(known, answer) => withDetail(known, answer, failures),
			isBefore ? { ...group, firstUndelivered: first } : group,
		);
	});
	return { ...facts, groups, failures };
}

function isGone(reply: Reply): boolean {
	return reply instanceof ErrorReply && /^NOGROUP|^ERR no such key$/.test(reply.message);
}

function withDetail(group: GroupFacts, { about, reply, command }: Answer, failures: Failure[]) {
	const { operation } = command;
	switch (about) {
		case 'consumers': {
			const idleMs = attempt(operation, reply, readLeastIdleMs, failures);
			return idleMs === undefined ? group : { ...group, idleMs };
		}
		case 'pending': {
			const [first]: readonly PendingEntry[] =
				attempt(operation, reply, readPendingEntries, failures) ?? [];
			return first === undefined ? group : { ...group, oldestPending: first };
		}
		case 'undelivered': {
			const [first] = attempt(operation, reply, readEntryIds, failures) ?? [];
			return first === undefined ? group : { ...group, firstUndelivered: first };
		}
	}
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
