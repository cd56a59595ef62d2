import { type Filter, passes } from '../../../options/pattern.ts';
import { codeOfError } from '../codes.ts';
import { attempt, type Failure } from '../fetch/attempt.ts';
import type { Key } from '../fetch/discovery.ts';
import {
	type ListedGroup,
	readGroups,
	readPendingCount,
	readStreamFacts,
} from '../protocol/replies.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import type { StreamFacts } from './lag.ts';

/** What is known of one key. */
export interface KeyFacts {
	readonly key: Key;
	/** There is no such key, or it holds something else. */
	readonly absent?: 'stream_missing' | 'not_a_stream';
	/** The groups in scope. Absent: not read. */
	readonly groups?: readonly ListedGroup[];
	/** Absent: not read. */
	readonly stream?: StreamFacts;
	readonly failures: readonly Failure[];
}

/**
 * Reads the answers to XINFO GROUPS and XINFO STREAM of one key.
 *
 * @param scope - which groups are read, by their names as shown
 */
export function readKey(key: Key, groups: Reply, stream: Reply, scope: Filter): KeyFacts {
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
		...(listed && { groups: listed.filter(({ name }) => passes(scope, name)) }),
		...(facts && { stream: facts }),
		failures,
	};
}

/**
 * Adds the answers to XPENDING. A group that has vanished meanwhile is gone; where the answer cannot
 * be had, what XINFO GROUPS said of pending entries stands.
 */
export function readPending(facts: KeyFacts, answers: ReadonlyMap<ListedGroup, Reply>): KeyFacts {
	const failures = [...facts.failures];
	const groups: ListedGroup[] = [];
	for (const group of facts.groups ?? []) {
		const answer = answers.get(group);
		if (answer instanceof ErrorReply && answer.message.startsWith('NOGROUP')) continue;
		const pending =
			answer === undefined ? undefined : attempt('xpending', answer, readPendingCount, failures);
		groups.push(pending === undefined ? group : { ...group, pending });
	}
	return { ...facts, ...(facts.groups && { groups }), failures };
}
