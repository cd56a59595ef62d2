import type { Group, Problem, Reading, Stream, Unread } from '../../../model.ts';
import type { Endpoint } from '../connect/connection.ts';
import type { Key } from '../fetch/discovery.ts';
import { errorProblem, malformedProblem, namedStreamProblem } from '../problems.ts';
import type { Failure } from '../protocol/attempt.ts';
import { MalformedReply } from '../protocol/replies.ts';
import type { KeyRead } from './key.ts';
import { joinPartitions, type KeyReading, type PartitionName } from './logical.ts';
import type { Memory, StreamMemory } from './memory.ts';

/** All that one server was asked in one poll. */
export interface NodeAnswers {
	readonly endpoint: Endpoint;
	/** Absent: not told. */
	readonly version?: string;
	readonly keys: readonly KeyRead[];
	/** What could not be had and concerns no single key. */
	readonly failures: readonly Failure[];
	/** It could not be reached, or the connection ended before all was asked. */
	readonly broken?: { readonly by: Problem; readonly unasked: readonly Key[] };
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
		for (const key of node.keys) {
			yield;
			if (key.absent !== undefined) continue;
			keys.push(key);
			if (key.memory) remembered.set(key.name, key.memory);
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
			nodes.every(({ broken, keys }) => broken === undefined && keys.every(isKnown)),
		problems: [...problems, ...nodes.flatMap(nodeProblems)],
		partitionDetail: partitionOf !== undefined,
	};
	return { reading, memory: remembered };
}

/** Whether a key's groups are known; what is absent has none. */
function isKnown({ absent, isListed }: KeyRead): boolean {
	return absent !== undefined || isListed;
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

function nodeProblems(node: NodeAnswers): readonly Problem[] {
	const { endpoint, broken, keys } = node;
	const problems = broken ? [broken.by] : [];
	problems.push(...failureProblems(node));
	for (const key of keys) {
		const problem = keyProblem(endpoint, key);
		if (problem) problems.push(problem);
	}
	return problems;
}

/** What concerns a single key: a named one that is not there, or what cannot be read. */
function keyProblem(
	endpoint: Endpoint,
	{ key, absent, hasUnreadableId }: KeyRead,
): Problem | undefined {
	const { name, isNamed } = key;
	if (absent !== undefined) {
		// A key that a pattern found, and that is no stream any more, is simply gone.
		return isNamed ? namedStreamProblem(endpoint, absent, name) : undefined;
	}
	if (!hasUnreadableId) return undefined;
	return malformedProblem(endpoint, 'xinfo_stream', 'an id that is none, or is 2^53 or more', [
		name,
	]);
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
	for (const { name, failures: own } of keys) {
		for (const failure of own) add(failure, [name]);
	}
	return Array.from(kinds.values(), ({ failure: { operation, error }, names }) =>
		error instanceof MalformedReply
			? malformedProblem(endpoint, operation, error.message, [...names])
			: errorProblem(endpoint, operation, error.message, [...names]),
	);
}
