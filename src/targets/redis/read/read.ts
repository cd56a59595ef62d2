import type { Group, Problem, Reading, Records, Stream, Unread } from '../../../model.ts';
import { Joined, Picked } from '../../../records.ts';
import type { Endpoint } from '../connect/connection.ts';
import type { Key } from '../fetch/discovery.ts';
import {
	errorProblem,
	malformedProblem,
	namedStreamProblem,
	takenNameProblem,
} from '../problems.ts';
import type { Failure } from '../protocol/attempt.ts';
import { MalformedReply } from '../protocol/replies.ts';
import type { KeyRead, KeyTables } from './key.ts';
import { joinPartitions, type KeyReading, type LogicalStreams } from './logical.ts';
import { copyStream, type Memory, type MemoryTable, type Remembered } from './memory.ts';

/** Keys between two places where reading may be interrupted. */
const stepKeys = 200;

/** All that one server was asked in one poll. */
export interface NodeAnswers {
	readonly endpoint: Endpoint;
	/** Absent: not told. */
	readonly version?: string;
	readonly keys: readonly KeyRead[];
	/** Where what was read of the keys is. */
	readonly tables: KeyTables;
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
	/** Whether it was so now or in an earlier poll. */
	readonly wasSearched: boolean;
	/** What is wrong with the installation as a whole. */
	readonly problems: readonly Problem[];
	/** Keys of the configuration that no server holds now. */
	readonly orphans: readonly Key[];
}

/** A reading, and what is to be remembered for the next one: rows of the table that it was read into. */
export interface Read {
	readonly reading: Reading;
	readonly remembered: readonly (readonly Remembered[])[];
}

/**
 * Turns what servers answered into a reading, and adds to the memories; yields wherever it may be interrupted.
 *
 * @param memory - of the poll before
 * @param memories - what was told went there; gets what was remembered of streams that could not be read
 * @param logical - absent: every key is a stream of its own
 */
export function* readAnswers(
	{ nodes, isSearched, wasSearched, problems, orphans }: Answers,
	memory: Memory,
	memories: MemoryTable,
	logical?: LogicalStreams,
): Generator<void, Read> {
	const unread: Unread[] = [];
	for (const node of nodes) {
		for (const [at, key] of node.keys.entries()) {
			if (at % stepKeys === 0) yield;
			if (key.besides.absent !== undefined) continue;
			for (const one of key.besides.unread) unread.push(one);
		}
		for (const one of yield* unasked(node)) unread.push(one);
	}
	const gone = orphans.map((key) => unreadKey(key, 'cluster_down'));
	for (const one of gone) unread.push(one);
	const carried = yield* carryOver(memory, memories, nodes, unread);
	yield;
	const complete =
		isSearched &&
		problems.length === 0 &&
		nodes.every(({ broken, keys }) => broken === undefined && keys.every(isKnown));
	const { hidden, ...records } = logical
		? joinPartitions([...(yield* keyReadings(nodes)), ...gone.map(bareReading)], logical, {
				ever: wasSearched,
				now: complete,
			})
		: { streams: all(nodes.map(streamsOf)), groups: all(nodes.map(groupsOf)), unread, hidden: [] };
	yield;
	const ownProblems: Problem[] = hidden.map(takenNameProblem);
	for (const node of nodes) yield* addProblems(node, ownProblems);
	const version = nodes.find((node) => node.version !== undefined)?.version;
	const reading = {
		...(version !== undefined && { version }),
		...records,
		complete,
		problems: problems.concat(ownProblems),
		partitionDetail: logical !== undefined,
	};
	return { reading, remembered: [...nodes.map(({ keys }) => keys), carried] };
}

/** What could not be read now is remembered as it was, but for what another server would tell anew. */
function* carryOver(
	memory: Memory,
	to: MemoryTable,
	nodes: readonly NodeAnswers[],
	unread: readonly Unread[],
): Generator<void, readonly Remembered[]> {
	if (unread.length === 0) return [];
	const known = new Set<string>();
	for (const { keys } of nodes) {
		for (const [at, { key, memoryRow }] of keys.entries()) {
			if (at % stepKeys === 0) yield;
			if (memoryRow !== -1) known.add(key.name);
		}
	}
	const carried: Remembered[] = [];
	for (const [at, { stream: name = '' }] of unread.entries()) {
		if (at % stepKeys === 0) yield;
		const before = memory.rowOf(name);
		if (before === undefined || known.has(name)) continue;
		known.add(name);
		carried.push({ key: { name }, memoryRow: copyStream(memory.table, before, to) });
	}
	return carried;
}

/** Whether a key's groups are known; what is absent has none. */
function isKnown({ besides: { absent, isListed } }: KeyRead): boolean {
	return absent !== undefined || isListed;
}

/** Whether a reading has nothing in it, and not because there is nothing. */
export function isEmptyHanded({ streams, groups, unread, complete }: Reading): boolean {
	return streams.length === 0 && groups.length === 0 && (unread.length > 0 || !complete);
}

/** What is not known because the connection ended before it was asked. */
function* unasked({ broken }: NodeAnswers): Generator<void, readonly UnreadKey[]> {
	const unread: UnreadKey[] = [];
	if (broken === undefined) return unread;
	for (const [at, key] of broken.unasked.entries()) {
		if (at % stepKeys === 0) yield;
		unread.push(unreadKey(key, broken.by.code));
	}
	return unread;
}

function unreadKey({ name }: Key, reason: string): UnreadKey {
	return { stream: name, reason };
}

type UnreadKey = Unread & { readonly stream: string };

/** The streams of a node's keys: all of its table, unless keys turned out to be another node's. */
function streamsOf({ keys, tables: { streams } }: NodeAnswers): Records<Stream> {
	if (isAll(streams.length, keys, streamCount)) return streams;
	const rows = keys.flatMap(({ stream }) => stream ?? []);
	return new Picked(streams, Uint32Array.from(rows));
}

function groupsOf({ keys, tables: { groups } }: NodeAnswers): Records<Group> {
	if (isAll(groups.length, keys, groupCount)) return groups;
	return new Picked(groups, Uint32Array.from(keys.flatMap(groupRows)));
}

function isAll(rows: number, keys: readonly KeyRead[], countOf: (key: KeyRead) => number): boolean {
	let count = 0;
	for (const key of keys) count += countOf(key);
	return count === rows;
}

function streamCount({ stream }: KeyRead): number {
	return stream === undefined ? 0 : 1;
}

function groupCount({ groupsFrom, groupsEnd }: KeyRead): number {
	return groupsEnd - groupsFrom;
}

function groupRows({ groupsFrom, groupsEnd }: KeyRead): readonly number[] {
	return Array.from({ length: groupsEnd - groupsFrom }, (_, at) => groupsFrom + at);
}

/** What was read of each key, to be joined. */
function* keyReadings(nodes: readonly NodeAnswers[]): Generator<void, readonly KeyReading[]> {
	const readings: KeyReading[] = [];
	for (const node of nodes) {
		const { streams, groups } = node.tables;
		for (const [at, key] of node.keys.entries()) {
			if (at % stepKeys === 0) yield;
			if (key.besides.absent !== undefined) continue;
			const stream = key.stream === undefined ? undefined : streams.at(key.stream);
			readings.push({
				name: key.key.name,
				...(stream && { stream }),
				groups: groupRows(key).flatMap((row) => groups.at(row) ?? []),
				unread: key.besides.unread,
			});
		}
		for (const one of yield* unasked(node)) readings.push(bareReading(one));
	}
	return readings;
}

function bareReading(unread: UnreadKey): KeyReading {
	return { name: unread.stream, groups: [], unread: [unread] };
}

function all<Record>(lists: readonly Records<Record>[]): Records<Record> {
	const [only] = lists;
	return only && lists.length === 1 ? only : new Joined(lists);
}

function* addProblems(node: NodeAnswers, problems: Problem[]): Generator<void, void> {
	const { endpoint, broken, failures, keys } = node;
	if (broken) problems.push(broken.by);
	const kinds = new FailureKinds();
	for (const failure of failures) kinds.add(failure);
	const ofKeys: Problem[] = [];
	for (let at = 0; at < keys.length; at++) {
		if (at % stepKeys === 0) yield;
		const key = keys[at] as KeyRead;
		for (const failure of key.besides.failures) kinds.add(failure, key.key.name);
		const problem = keyProblem(endpoint, key);
		if (problem) ofKeys.push(problem);
	}
	for (const problem of kinds.problems(endpoint)) problems.push(problem);
	for (const problem of ofKeys) problems.push(problem);
}

/** What concerns a single key: a named one that is not there, or what cannot be read. */
function keyProblem(
	endpoint: Endpoint,
	{ key, besides: { absent, hasUnreadableId } }: KeyRead,
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
class FailureKinds {
	readonly #kinds = new Map<string, { readonly failure: Failure; readonly names: Set<string> }>();

	/** @param name - of the stream. Absent: it concerns no single one */
	add(failure: Failure, name?: string): void {
		const kind = `${failure.operation} ${failure.error.message}`;
		const same = this.#kinds.get(kind) ?? { failure, names: new Set<string>() };
		if (name !== undefined) same.names.add(name);
		this.#kinds.set(kind, same);
	}

	problems(endpoint: Endpoint): readonly Problem[] {
		return Array.from(this.#kinds.values(), ({ failure: { operation, error }, names }) =>
			error instanceof MalformedReply
				? malformedProblem(endpoint, operation, error.message, [...names])
				: errorProblem(endpoint, operation, error.message, [...names]),
		);
	}
}
