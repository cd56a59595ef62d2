import { Finder, type Names } from '../finder.ts';
import type { Carried } from '../model.ts';
import { look } from '../records.ts';
import { forgotten, type GroupMemory, type History, type StreamMemory } from './history.ts';
import { pointBytes, tells } from './remember.ts';

/** Streams or groups between two places where the census may be interrupted. */
const stepRecords = 500;

/**
 * Points of a head's history at first, and where memory is short; more come where they matter. What a
 * broker looked up may be twelve, of which the least missed go.
 */
const firstPoints = 8;
const fewestPoints = 4;

/** What is remembered of a target's groups and streams, looked up once a round. */
export interface Census {
	/** In the order of the streams. */
	readonly streams: readonly StreamMemory[];
	/** In the order of the groups; undefined for a new one. */
	readonly groups: readonly (GroupMemory | undefined)[];
	/** Of each group's stream, in the order of the groups. */
	readonly streamsOfGroups: readonly (StreamMemory | undefined)[];
	/** How many of the groups were there before. */
	readonly known: number;
	/** Partitions of groups; a group without partitions counts as one. */
	readonly groupPartitions: number;
	/** Partitions that groups have. */
	readonly rows: number;
	/** Points that the partitions of a stream get at first. */
	readonly firstPoints: number;
}

/**
 * Counts what there is and makes room for all that is new at once, so that the columns are moved
 * once a round at most. It yields wherever it may be interrupted.
 */
export function* makeRoom(history: History, carried: Carried): Generator<void, Census> {
	const streams = yield* streamMemories(history, carried);
	yield;
	const groups = yield* groupMemories(history, carried);
	yield;
	const { newcomers, groupPartitions } = groups;
	const { records } = carried.streams;
	let streamRows = 0;
	let heads = 0;
	for (let index = 0; index < streams.length; index++) {
		if (index % stepRecords === 0) yield;
		const memory = streams[index] as StreamMemory;
		if (memory.partitions) continue;
		const own = look(records, index).partitions?.ids.length ?? 0;
		streamRows += own;
		if (carried.agesByHead && memory.consumers > 0) heads += own;
	}
	history.groupRows.reserve(newcomers.groups);
	history.toldRows.reserve(newcomers.told);
	history.groupPartitions.reserve(newcomers.rows);
	history.toldPartitions.reserve(newcomers.toldRows);
	history.streamPartitions.reserve(streamRows);
	const wanted = heads * firstPoints;
	const enough = history.bytesLeft(groupPartitions) >= wanted * pointBytes;
	const points = enough ? firstPoints : fewestPoints;
	history.points.reserve(heads * points);
	const { memories, streamsOfGroups, rows } = groups;
	return {
		streams,
		groups: memories,
		streamsOfGroups,
		known: carried.groups.records.length - newcomers.groups,
		groupPartitions,
		rows,
		firstPoints: points,
	};
}

/** The memories of this round's streams, new ones among them; those of others come after them. */
function* streamMemories(
	history: History,
	carried: Carried,
): Generator<void, readonly StreamMemory[]> {
	const { round } = history;
	const finder = new Finder(history.streams, sameNames);
	const { records } = carried.streams;
	const memories = new Array<StreamMemory>(records.length);
	for (let row = 0; row < memories.length; row++) {
		if (row % stepRecords === 0) yield;
		const record = look(records, row);
		const { name } = record;
		if (!finder.isReadyFor(name)) yield* finder.makeIndex();
		const memory = finder.find(name) ?? newStream(history, name);
		memory.round = round;
		memory.consumers = 0;
		memory.retentionSeconds = record.retentionSeconds;
		memory.trimsBySize = record.trimsBySize;
		memories[row] = memory;
	}
	const others: StreamMemory[] = [];
	for (const memory of history.streams) if (memory.round !== round) others.push(memory);
	history.streams = others.length > 0 ? memories.concat(others) : memories;
	return memories;
}

/**
 * The memories of this round's groups, as far as there are any, and those of their streams; how many
 * partitions they have, and how many rows those need that are new.
 */
function* groupMemories(history: History, carried: Carried) {
	const finder = new Finder(history.groups, sameNames);
	const streams = new Finder(history.streams, sameNames);
	const { records } = carried.groups;
	const { length } = records;
	const memories = new Array<GroupMemory | undefined>(length);
	const streamsOfGroups = new Array<StreamMemory | undefined>(length);
	const newcomers = { groups: 0, told: 0, rows: 0, toldRows: 0 };
	let groupPartitions = 0;
	let rows = 0;
	// No iterator in a step that yields: it costs two objects a group.
	for (let row = 0; row < length; row++) {
		if (row % stepRecords === 0) yield;
		const record = look(records, row);
		const { stream: name, consumerGroup } = record;
		if (!finder.isReadyFor(name, consumerGroup)) yield* finder.makeIndex();
		const memory = finder.find(name, consumerGroup);
		memories[row] = memory;
		const { lag } = record;
		const own = 'ids' in lag ? lag.ids.length : 0;
		groupPartitions += Math.max(1, own);
		rows += own;
		if (!memory) {
			newcomers.groups += 1;
			newcomers.rows += own;
			if ('ids' in lag && lag.told) newcomers.toldRows += own;
			if (tells(record)) newcomers.told += 1;
		}
		const known = memory?.streamMemory;
		const isThere = known !== undefined && known.round !== forgotten;
		if (!isThere && !streams.isReadyFor(name)) yield* streams.makeIndex();
		const stream = isThere ? known : streams.find(name);
		streamsOfGroups[row] = stream;
		if (stream) stream.consumers += 1;
	}
	return { memories, streamsOfGroups, newcomers, groupPartitions, rows };
}

function sameNames<Named extends Names>(named: Named): Named {
	return named;
}

function newStream(history: History, stream: string): StreamMemory {
	return {
		stream,
		partitions: undefined,
		points: undefined,
		pointsPerPartition: 0,
		producedTotal: 0,
		producedCount: undefined,
		readAt: history.timeline.now,
		round: 0,
		consumers: 0,
		retentionSeconds: undefined,
		trimsBySize: undefined,
	};
}
