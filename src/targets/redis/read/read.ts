import type { Group, Position, Problem, Reading, Stream, Unread } from '../../../model.ts';
import { type Code, codeOfError } from '../codes.ts';
import type { Endpoint } from '../connect/connection.ts';
import type { Server } from '../connect/version.ts';
import type { Failure } from '../fetch/attempt.ts';
import type { Key } from '../fetch/discovery.ts';
import { errorProblem, malformedProblem, namedStreamProblem } from '../problems.ts';
import { type ListedGroup, MalformedReply } from '../protocol/replies.ts';
import { resolveLag, type StreamFacts } from './lag.ts';
import type { KeyFacts } from './read-key.ts';

/** All that one poll was told. */
export interface Answers {
	readonly server: Server;
	/** The server's clock, in milliseconds since 1970. Absent: not told. */
	readonly nowMs?: number;
	/** Whether every key in scope is known. */
	readonly isSearched: boolean;
	readonly keys: readonly KeyFacts[];
	/** What could not be had and concerns no single key. */
	readonly failures: readonly Failure[];
	/** The connection ended before all was asked. */
	readonly broken?: { readonly by: Problem; readonly unasked: readonly Key[] };
}

/** Turns what a server answered into a reading. Pure. */
export function readAnswers(endpoint: Endpoint, answers: Answers): Reading {
	const { server, nowMs, isSearched, keys, broken } = answers;
	const streams: Stream[] = [];
	const groups: Group[] = [];
	const unread: Unread[] = [];
	for (const facts of keys) {
		if (facts.absent !== undefined) continue;
		const { name } = facts.key;
		if (facts.stream) streams.push(streamOf(name, facts.stream, nowMs));
		if (facts.stream === undefined || facts.groups === undefined) {
			unread.push({ stream: name, reason: reasonOf(facts) });
		}
		for (const group of facts.groups ?? []) {
			if (facts.stream) groups.push(groupOf(name, facts.stream, group, server));
			else unread.push({ stream: name, consumerGroup: group.name, reason: reasonOf(facts) });
		}
	}
	for (const { name } of broken?.unasked ?? []) {
		unread.push({ stream: name, reason: broken?.by.code ?? '' });
	}
	return {
		...(server.version !== undefined && { version: server.version }),
		streams,
		groups,
		unread,
		complete:
			isSearched &&
			broken === undefined &&
			keys.every(({ absent, groups }) => absent !== undefined || groups !== undefined),
		problems: [
			...(broken ? [broken.by] : []),
			...failureProblems(endpoint, answers),
			...keyProblems(endpoint, keys),
		],
		partitionDetail: false,
	};
}

/** Whether a reading has nothing in it, and not because there is nothing. */
export function isEmptyHanded({ streams, groups, unread, complete }: Reading): boolean {
	return streams.length === 0 && groups.length === 0 && (unread.length > 0 || !complete);
}

function groupOf(stream: string, facts: StreamFacts, group: ListedGroup, server: Server): Group {
	const { name, delivered, pending, consumers } = group;
	return {
		stream,
		consumerGroup: name,
		kind: 'group',
		lag: resolveLag(facts, group, server.countersAreFixed),
		...(delivered && { position: delivered }),
		pending,
		members: consumers,
	};
}

function streamOf(name: string, { length, first, last }: StreamFacts, nowMs?: number): Stream {
	const isTimed = (id: Position | undefined): id is Position =>
		id !== undefined && nowMs !== undefined && id.major >= year2015Ms && id.major <= nowMs + dayMs;
	if (nowMs === undefined || !isTimed(first) || !isTimed(last)) return { name, length };
	return {
		name,
		length,
		oldestMessageAgeSeconds: ageSeconds(first, nowMs),
		newestMessageAgeSeconds: ageSeconds(last, nowMs),
	};
}

/** Ids outside 2015 to tomorrow are the producers' own, and tell no time. */
const year2015Ms = Date.UTC(2015, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;

function ageSeconds({ major }: Position, nowMs: number): number {
	return Math.max(0, nowMs - major) / 1000;
}

/** The problem that kept a stream, or the list of its groups, from being read. */
function reasonOf({ failures }: KeyFacts): Code {
	const [failure] = failures;
	if (failure === undefined || failure.error instanceof MalformedReply) return 'protocol_error';
	return codeOfError(failure.error.message);
}

/** What concerns single keys: named ones that are not there, and what cannot be read. */
function keyProblems(endpoint: Endpoint, keys: readonly KeyFacts[]): readonly Problem[] {
	return keys.flatMap((facts) => {
		const { name, isNamed } = facts.key;
		if (facts.absent !== undefined) {
			// A key that a pattern found, and that is no stream any more, is simply gone.
			return isNamed ? [namedStreamProblem(endpoint, facts.absent, name)] : [];
		}
		if (!hasUnreadableId(facts)) return [];
		return [
			malformedProblem(endpoint, 'xinfo_stream', 'an id that is none, or is 2^53 or more', [name]),
		];
	});
}

function hasUnreadableId({ stream, groups = [] }: KeyFacts): boolean {
	if (stream === undefined || stream.length === 0) return false;
	const ids = [stream.first, stream.last, ...groups.map(({ delivered }) => delivered)];
	return ids.includes(undefined);
}

/** What could not be had: one problem for the same failure of many streams. */
function failureProblems(endpoint: Endpoint, { failures, keys }: Answers): readonly Problem[] {
	const kinds = new Map<string, { readonly failure: Failure; readonly names: string[] }>();
	const add = (failure: Failure, names: readonly string[]) => {
		const kind = `${failure.operation} ${failure.error.message}`;
		const same = kinds.get(kind);
		if (same) same.names.push(...names);
		else kinds.set(kind, { failure, names: [...names] });
	};
	for (const failure of failures) add(failure, []);
	for (const { key, failures } of keys) {
		for (const failure of failures) add(failure, [key.name]);
	}
	return Array.from(kinds.values(), ({ failure: { operation, error }, names }) =>
		error instanceof MalformedReply
			? malformedProblem(endpoint, operation, error.message, names)
			: errorProblem(endpoint, operation, error.message, names),
	);
}
