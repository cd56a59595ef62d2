import { Finder, type Names } from '../finder.ts';
import type { Carried } from '../model.ts';
import { forgotten, type GroupMemory, type History, type StreamMemory } from './history.ts';
import { pointBytes, tells } from './remember.ts';

/** Points of a head's history at first, and where memory is short; more come where they matter. */
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
	/** Partitions of groups; a group without partitions counts as one. */
	readonly groupPartitions: number;
	/** Partitions that groups have. */
	readonly rows: number;
	/** Points that the partitions of a stream get at first. */
	readonly firstPoints: number;
}

/**
 * Counts what there is and makes room for all that is new at once, so that the columns are moved
 * once a round at most.
 */
export function makeRoom(history: History, carried: Carried): Census {
	const streams = streamMemories(history, carried);
	const { memories, streamsOfGroups } = groupMemories(history, carried);
	const isNew = { groups: 0, told: 0, groupRows: 0, toldRows: 0, streamRows: 0, heads: 0 };
	let groupPartitions = 0;
	let rows = 0;
	for (const [index, { record }] of carried.groups.entries()) {
		const own = 'ids' in record.lag ? record.lag.ids.length : 0;
		groupPartitions += Math.max(1, own);
		rows += own;
		if (memories[index]) continue;
		isNew.groups += 1;
		isNew.groupRows += own;
		if ('ids' in record.lag && record.lag.told) isNew.toldRows += own;
		if (tells(record)) isNew.told += 1;
	}
	for (const [index, { record }] of carried.streams.entries()) {
		const memory = streams[index];
		if (!memory || memory.partitions) continue;
		const own = record.partitions?.ids.length ?? 0;
		isNew.streamRows += own;
		if (carried.agesByHead && memory.consumers > 0) isNew.heads += own;
	}
	history.groupRows.reserve(isNew.groups);
	history.toldRows.reserve(isNew.told);
	history.groupPartitions.reserve(isNew.groupRows);
	history.toldPartitions.reserve(isNew.toldRows);
	history.streamPartitions.reserve(isNew.streamRows);
	const wanted = isNew.heads * firstPoints;
	const enough = history.bytesLeft(groupPartitions) >= wanted * pointBytes;
	const points = enough ? firstPoints : fewestPoints;
	history.points.reserve(isNew.heads * points);
	return { streams, groups: memories, streamsOfGroups, groupPartitions, rows, firstPoints: points };
}

/** The memories of this round's streams, new ones among them; those of others come after them. */
function streamMemories(history: History, carried: Carried): readonly StreamMemory[] {
	const { round } = history;
	const finder = new Finder(history.streams, sameNames);
	const memories = carried.streams.map(({ record }) => {
		const memory = finder.find({ stream: record.name }) ?? newStream(history, record.name);
		memory.round = round;
		memory.consumers = 0;
		memory.retentionSeconds = record.retentionSeconds ?? Number.NaN;
		return memory;
	});
	const others = history.streams.filter((memory) => memory.round !== round);
	history.streams = others.length > 0 ? [...memories, ...others] : memories;
	return memories;
}

/** The memories of this round's groups, as far as there are any, and those of their streams. */
function groupMemories(history: History, carried: Carried) {
	const finder = new Finder(history.groups, sameNames);
	const streams = new Finder(history.streams, sameNames);
	const memories: (GroupMemory | undefined)[] = [];
	const streamsOfGroups: (StreamMemory | undefined)[] = [];
	for (const { record } of carried.groups) {
		const memory = finder.find(record);
		memories.push(memory);
		const known = memory?.streamMemory;
		const isThere = known !== undefined && known.round !== forgotten;
		const stream = isThere ? known : streams.find({ stream: record.stream });
		streamsOfGroups.push(stream);
		if (stream) stream.consumers += 1;
	}
	return { memories, streamsOfGroups };
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
		producedCount: Number.NaN,
		readAt: history.timeline.now,
		round: 0,
		consumers: 0,
		retentionSeconds: Number.NaN,
	};
}
