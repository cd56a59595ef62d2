import type { Group, Problem, Reading, Stream, Unread } from '../../../model.ts';
import { type Code, codeOfError } from '../codes.ts';
import type { Endpoint } from '../connect/connection.ts';
import type { GroupFacts, KeyFacts, StreamFacts } from '../facts.ts';
import type { Key } from '../fetch/discovery.ts';
import { errorProblem, malformedProblem, namedStreamProblem } from '../problems.ts';
import type { Failure } from '../protocol/attempt.ts';
import { ageSeconds } from '../protocol/id.ts';
import { MalformedReply } from '../protocol/replies.ts';
import { type Counts, hasTimes, readGroup } from './group.ts';
import type { Circumstances } from './lag.ts';
import { joinPartitions, type KeyReading, type PartitionName } from './logical.ts';
import { type GroupMemory, type Memory, recall, type StreamMemory } from './memory.ts';
import { keptFrom } from './pending.ts';

/** All that one server was asked in one poll. */
export interface NodeAnswers {
	readonly endpoint: Endpoint;
	/** Absent: not told. */
	readonly version?: string;
	readonly circumstances: Circumstances;
	readonly keys: readonly KeyAnswers[];
	/** What could not be had and concerns no single key. */
	readonly failures: readonly Failure[];
	/** It could not be reached, or the connection ended before all was asked. */
	readonly broken?: { readonly by: Problem; readonly unasked: readonly Key[] };
}

export interface KeyAnswers {
	readonly facts: KeyFacts;
	readonly counts: ReadonlyMap<GroupFacts, Counts>;
}

/** All that one poll was told. */
export interface Answers {
	readonly nodes: readonly NodeAnswers[];
	/** Whether every key in scope is known. */
	readonly isSearched: boolean;
	/** What is wrong with the installation as a whole. */
	readonly problems: readonly Problem[];
	/** Keys of the configuration that no server holds now. */
	readonly orphans: readonly Key[];
}

/** A reading, and what is to be remembered for the next one. */
export interface Read {
	readonly reading: Reading;
	readonly memory: Memory;
}

/**
 * Turns what servers answered into a reading; yields wherever it may be interrupted. Pure.
 *
 * @param memory - of the poll before
 * @param partitionOf - which keys are partitions of logical streams; absent: none is
 */
export function* readAnswers(
	{ nodes, isSearched, problems, orphans }: Answers,
	memory: Memory,
	partitionOf?: (key: string) => PartitionName | undefined,
): Generator<void, Read> {
	const remembered = new Map<string, StreamMemory>();
	const keys: KeyReading[] = [];
	for (const node of nodes) {
		for (const answers of node.keys) {
			yield;
			const { facts } = answers;
			if (facts.absent !== undefined) continue;
			const { name } = facts.key;
			keys.push(readKey(node, answers, memory.get(name), (own) => remembered.set(name, own)));
		}
		for (const { name } of node.broken?.unasked ?? []) {
			keys.push({
				name,
				groups: [],
				unread: [{ stream: name, reason: node.broken?.by.code ?? '' }],
			});
		}
	}
	for (const { name } of orphans) {
		keys.push({ name, groups: [], unread: [{ stream: name, reason: 'cluster_down' }] });
	}
	// What could not be read now is remembered as it was, but for what another server would tell anew.
	for (const { name } of keys) {
		yield;
		const before = memory.get(name);
		if (before && !remembered.has(name)) remembered.set(name, before);
	}
	yield;
	const { streams, groups, unread } = partitionOf ? joinPartitions(keys, partitionOf) : flat(keys);
	yield;
	const version = nodes.find((node) => node.version !== undefined)?.version;
	const reading = {
		...(version !== undefined && { version }),
		streams,
		groups,
		unread,
		complete:
			isSearched &&
			problems.length === 0 &&
			nodes.every(
				({ broken, keys }) =>
					broken === undefined &&
					keys.every(({ facts }) => facts.absent !== undefined || facts.groups !== undefined),
			),
		problems: [...problems, ...nodes.flatMap(nodeProblems)],
		partitionDetail: partitionOf !== undefined,
	};
	return { reading, memory: remembered };
}

/** Whether a reading has nothing in it, and not because there is nothing. */
export function isEmptyHanded({ streams, groups, unread, complete }: Reading): boolean {
	return streams.length === 0 && groups.length === 0 && (unread.length > 0 || !complete);
}

function flat(keys: readonly KeyReading[]) {
	const streams: Stream[] = [];
	const groups: Group[] = [];
	const unread: Unread[] = [];
	for (const key of keys) {
		if (key.stream) streams.push(key.stream);
		for (const group of key.groups) groups.push(group);
		for (const one of key.unread) unread.push(one);
	}
	return { streams, groups, unread };
}

/** @param remember - is given what is to be remembered of the stream */
function readKey(
	node: NodeAnswers,
	{ facts, counts }: KeyAnswers,
	before: StreamMemory | undefined,
	remember: (memory: StreamMemory) => void,
): KeyReading {
	const { key, stream } = facts;
	const { name } = key;
	if (stream === undefined) return { name, groups: [], unread: unreadOf(facts) };
	const { circumstances } = node;
	const recalled = recall(before);
	const read = (facts.groups ?? []).map((group) =>
		readGroup(
			name,
			stream,
			group,
			counts.get(group) ?? nothingCounted,
			recalled(group.name),
			circumstances,
		),
	);
	const groups = read.map(({ group }) => group);
	const memories = read.map(({ memory }) => memory);
	const kept = keptFrom(stream);
	const known = facts.groups === undefined ? (before?.groups ?? []) : memories;
	remember(kept ? { kept, groups: known } : { groups: known });
	return {
		name,
		stream: readStream(name, stream, circumstances.nowMs),
		groups,
		unread: facts.groups === undefined ? unreadOf(facts) : nothingUnread,
	};
}

const nothingCounted: Counts = {};
const nothingUnread: readonly Unread[] = [];

/** The stream, and the groups that are known by name. */
function unreadOf(facts: KeyFacts): readonly Unread[] {
	const { name } = facts.key;
	const reason = reasonOf(facts);
	const groups = facts.stream === undefined ? (facts.groups ?? []) : [];
	return [
		{ stream: name, reason },
		...groups.map((group) => ({ stream: name, consumerGroup: group.name, reason })),
	];
}

function readStream(name: string, facts: StreamFacts, nowMs: number | undefined): Stream {
	const { length, first, last, entriesAdded } = facts;
	const isTimed = first && last && nowMs !== undefined && hasTimes(facts, nowMs);
	if (isTimed) {
		const oldestMessageAgeSeconds = ageSeconds(first, nowMs);
		const newestMessageAgeSeconds = ageSeconds(last, nowMs);
		return entriesAdded === undefined
			? { name, length, oldestMessageAgeSeconds, newestMessageAgeSeconds }
			: {
					name,
					length,
					producedCount: entriesAdded,
					oldestMessageAgeSeconds,
					newestMessageAgeSeconds,
				};
	}
	return entriesAdded === undefined
		? { name, length }
		: { name, length, producedCount: entriesAdded };
}

/** The problem that kept a stream, or the list of its groups, from being read. */
function reasonOf({ failures }: KeyFacts): Code {
	const [failure] = failures;
	if (failure === undefined || failure.error instanceof MalformedReply) return 'protocol_error';
	return codeOfError(failure.error.message);
}

function nodeProblems(node: NodeAnswers): readonly Problem[] {
	const { endpoint, broken, keys } = node;
	const problems = broken ? [broken.by] : [];
	problems.push(...failureProblems(node));
	for (const { facts } of keys) {
		const problem = keyProblem(endpoint, facts);
		if (problem) problems.push(problem);
	}
	return problems;
}

/** What concerns a single key: a named one that is not there, or what cannot be read. */
function keyProblem(endpoint: Endpoint, facts: KeyFacts): Problem | undefined {
	const { name, isNamed } = facts.key;
	if (facts.absent !== undefined) {
		// A key that a pattern found, and that is no stream any more, is simply gone.
		return isNamed ? namedStreamProblem(endpoint, facts.absent, name) : undefined;
	}
	if (!hasUnreadableId(facts)) return undefined;
	return malformedProblem(endpoint, 'xinfo_stream', 'an id that is none, or is 2^53 or more', [
		name,
	]);
}

function hasUnreadableId({ stream, groups = [] }: KeyFacts): boolean {
	if (stream === undefined || stream.length === 0) return false;
	if (stream.first === undefined || stream.last === undefined) return true;
	return groups.some(({ delivered }) => delivered === undefined);
}

/** What could not be had: one problem for the same failure of many streams. */
function failureProblems({ endpoint, failures, keys }: NodeAnswers): readonly Problem[] {
	const kinds = new Map<string, { readonly failure: Failure; readonly names: Set<string> }>();
	const add = (failure: Failure, names: readonly string[]) => {
		const kind = `${failure.operation} ${failure.error.message}`;
		const same = kinds.get(kind) ?? { failure, names: new Set<string>() };
		for (const name of names) same.names.add(name);
		kinds.set(kind, same);
	};
	for (const failure of failures) add(failure, []);
	for (const { facts } of keys) {
		for (const failure of facts.failures) add(failure, [facts.key.name]);
	}
	return Array.from(kinds.values(), ({ failure: { operation, error }, names }) =>
		error instanceof MalformedReply
			? malformedProblem(endpoint, operation, error.message, [...names])
			: errorProblem(endpoint, operation, error.message, [...names]),
	);
}
