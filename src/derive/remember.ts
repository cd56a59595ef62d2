import type { Carried, Group, Partitions } from '../model.ts';
import type { Column, Columns, Range } from './columns.ts';
import { mostPoints } from './head-clock.ts';
import { forgotten, type GroupMemory, type History, type StreamMemory } from './history.ts';
import type { DerivePlan } from './plan.ts';

/** Points of a head's history at first, and where memory is short; more come where they matter. */
const firstPoints = 8;
const fewestPoints = 4;

/** Bytes of a point. */
const pointBytes = 4 + 8 + 2;

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
	const isNew = { groups: 0, told: 0, groupRows: 0, toldRows: 0, streamRows: 0, heads: 0 };
	const streams: StreamMemory[] = [];
	const newStreams: [StreamMemory, number][] = [];
	for (const [name, { record }] of carried.streams) {
		let memory = history.streams.get(name);
		if (!memory) {
			memory = newStream(history, name);
			const rows = record.partitions?.ids.length ?? 0;
			isNew.streamRows += rows;
			newStreams.push([memory, rows]);
		}
		memory.round = history.round;
		memory.consumers = 0;
		memory.retentionSeconds = record.retentionSeconds ?? Number.NaN;
		streams.push(memory);
	}
	const groups: (GroupMemory | undefined)[] = [];
	const streamsOfGroups: (StreamMemory | undefined)[] = [];
	let groupPartitions = 0;
	let allRows = 0;
	for (const [key, { record }] of carried.groups) {
		const rows = 'ids' in record.lag ? record.lag.ids.length : 0;
		groupPartitions += Math.max(1, rows);
		allRows += rows;
		const memory = history.groups.get(key);
		groups.push(memory);
		const stream =
			memory?.stream && memory.stream.round !== forgotten
				? memory.stream
				: history.streams.get(record.stream);
		streamsOfGroups.push(stream);
		if (stream) stream.consumers += 1;
		if (memory) continue;
		isNew.groups += 1;
		isNew.groupRows += rows;
		if ('ids' in record.lag && record.lag.told) isNew.toldRows += rows;
		if (tells(record)) isNew.told += 1;
	}
	for (const [{ consumers }, rows] of newStreams) {
		if (carried.agesByHead && consumers > 0) isNew.heads += rows;
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
	return { streams, groups, streamsOfGroups, groupPartitions, rows: allRows, firstPoints: points };
}

function newStream(history: History, name: string): StreamMemory {
	const memory: StreamMemory = {
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
	history.streams.set(name, memory);
	return memory;
}

/**
 * The memory of a group, with rows for all that it tells now.
 *
 * @param before - what was remembered of it
 * @param stream - what is remembered of its stream
 */
export function rememberGroup(
	history: History,
	key: string,
	before: GroupMemory | undefined,
	stream: StreamMemory | undefined,
	group: Group,
	atMs: number,
	plan: DerivePlan,
): GroupMemory {
	let memory = before;
	if (!memory) {
		memory = {
			row: history.groupRows.add(1),
			partitions: undefined,
			toldPartitions: undefined,
			told: undefined,
			firstSeenMs: atMs,
			readAt: history.timeline.now,
			round: 0,
			stream,
			...standing(group, plan),
		};
		history.groups.set(key, memory);
	}
	memory.stream = stream;
	if (memory.plan !== plan) Object.assign(memory, standing(group, plan));
	if ('ids' in group.lag) {
		memory.partitions = fit(
			history.groupPartitions,
			memory.partitions,
			group.lag.ids,
			blankOfGroup,
		);
		if (group.lag.told) {
			const { toldPartitions } = memory;
			const rows = fit(history.toldPartitions, toldPartitions, group.lag.ids, blankOfTold);
			memory.toldPartitions = rows;
		}
	}
	if (!memory.told && tells(group)) {
		memory.told = history.toldRows.add(1);
		const { offset } = memory.told;
		const told = history.toldRows.columns;
		for (const column of [
			told.positionMajor,
			told.positionMinor,
			told.acknowledgedMajor,
			told.acknowledgedMinor,
			told.consumedCount,
			told.pendingLostCount,
			told.exhaustedCount,
			told.lineStart,
		]) {
			column[offset] = Number.NaN;
		}
	}
	return memory;
}

/** What the configuration says of a group: asked once for each configuration. */
function standing({ stream, consumerGroup }: Group, plan: DerivePlan) {
	const { target, platform } = plan;
	return {
		objective: plan.objectiveOf({ target, platform, stream, consumerGroup }),
		expected: plan.expected.some(
			(one) => one.stream === stream && one.consumerGroup === consumerGroup,
		),
		plan,
	};
}

/** Whether a group has counts or positions of its own. */
function tells(group: Group): boolean {
	return (
		group.position !== undefined ||
		group.acknowledged !== undefined ||
		group.line !== undefined ||
		group.consumedCount !== undefined ||
		group.pendingLostCount !== undefined ||
		group.exhaustedCount !== undefined
	);
}

/**
 * Gives a stream's memory rows for its partitions and, where groups read it, for points.
 *
 * @param points - for each partition at first; 0: no ages are told by the head
 */
export function rememberPartitions(
	history: History,
	memory: StreamMemory,
	partitions: Partitions,
	points: number,
): void {
	const before = memory.partitions;
	const rows = fit(history.streamPartitions, before, partitions.ids, blankOfStream);
	memory.partitions = rows;
	if (memory.points && rows !== before) {
		// The rows know how many points they have, but the points lie where the old rows had them.
		movePoints(history, memory, rows, before, memory.pointsPerPartition);
	}
	if (points > 0 && !memory.points) movePoints(history, memory, rows, undefined, points);
}

/** Gives more points to streams that lack them, as long as there is memory for it. */
export function growPoints(
	history: History,
	lacking: ReadonlySet<StreamMemory>,
	groupPartitions: number,
): void {
	let left = history.bytesLeft(groupPartitions);
	const growing: [StreamMemory, Range, number][] = [];
	for (const memory of lacking) {
		if (!memory.partitions) continue;
		const wanted = Math.min(mostPoints, Math.ceil(memory.pointsPerPartition * 1.5));
		const more = wanted - memory.pointsPerPartition;
		const bytes = memory.partitions.count * more * pointBytes * 1.05;
		if (bytes > left) continue;
		left -= bytes;
		growing.push([memory, memory.partitions, wanted]);
	}
	if (growing.length === 0) return;
	history.points.reserve(growing.reduce((sum, [, rows, wanted]) => sum + rows.count * wanted, 0));
	for (const [memory, rows, wanted] of growing) movePoints(history, memory, rows, rows, wanted);
	history.points.compact();
}

/** Lays a stream's points out anew, with so many for each partition. */
function movePoints(
	history: History,
	memory: StreamMemory,
	rows: Range,
	rowsBefore: Range | undefined,
	perPartition: number,
): void {
	const { points: before, pointsPerPartition: perPartitionBefore } = memory;
	const range = history.points.add(rows.count * perPartition);
	const { id, points: counts } = history.streamPartitions.columns;
	let old = 0;
	for (let row = 0; before && rowsBefore && row < rows.count; row++) {
		const wanted = id[rows.offset + row] as number;
		while (old < rowsBefore.count && (id[rowsBefore.offset + old] as number) < wanted) old++;
		if (old === rowsBefore.count || id[rowsBefore.offset + old] !== wanted) continue;
		for (let point = 0; point < (counts[rows.offset + row] as number); point++) {
			history.points.copyRow(
				before.offset + old * perPartitionBefore + point,
				range.offset + row * perPartition + point,
			);
		}
	}
	if (before) history.points.remove(before);
	memory.points = range;
	memory.pointsPerPartition = perPartition;
}

function blankOfGroup(columns: History['groupPartitions']['columns'], row: number): void {
	columns.committed[row] = Number.NaN;
	columns.start[row] = Number.NaN;
}

function blankOfTold(columns: History['toldPartitions']['columns'], row: number): void {
	columns.positionMajor[row] = Number.NaN;
	columns.positionMinor[row] = Number.NaN;
	columns.consumedCount[row] = Number.NaN;
}

function blankOfStream(columns: History['streamPartitions']['columns'], row: number): void {
	columns.end[row] = Number.NaN;
}

type PartitionColumns = Readonly<Record<string, Column>> & { readonly id: Int32Array };

/**
 * Rows for exactly these partitions. Mostly they are the same as ever, and so are the rows; else new
 * rows take over what is known of those that stay. The old rows' content remains until the next add.
 */
function fit<Of extends PartitionColumns>(
	store: Columns<Of>,
	before: Range | undefined,
	ids: Int32Array,
	blank: (columns: Of, row: number) => void,
): Range {
	if (before && isSame(store.columns.id, before, ids)) return before;
	const range = store.add(ids.length);
	const { columns } = store;
	let old = 0;
	for (let row = 0; row < ids.length; row++) {
		const wanted = ids[row] as number;
		const at = range.offset + row;
		while (before && old < before.count && (columns.id[before.offset + old] as number) < wanted) {
			old++;
		}
		if (before && old < before.count && columns.id[before.offset + old] === wanted) {
			store.copyRow(before.offset + old, at);
		} else {
			columns.id[at] = wanted;
			blank(columns, at);
		}
	}
	if (before) store.remove(before);
	return range;
}

function isSame(id: Int32Array, range: Range, ids: Int32Array): boolean {
	if (range.count !== ids.length) return false;
	for (let row = 0; row < ids.length; row++) {
		if (id[range.offset + row] !== ids[row]) return false;
	}
	return true;
}
