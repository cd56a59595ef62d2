import type { Group, Partitions } from '../model.ts';
import type { Column, Columns, Range } from './columns.ts';
import { mostPoints } from './head-clock.ts';
import type { GroupMemory, History, StreamMemory } from './history.ts';
import type { DerivePlan } from './plan.ts';

/** Bytes of a point. */
export const pointBytes = 4 + 8 + 2;

/**
 * The memory of a group, with rows for all that it tells now.
 *
 * @param before - what was remembered of it
 * @param stream - what is remembered of its stream
 */
export function rememberGroup(
	history: History,
	before: GroupMemory | undefined,
	stream: StreamMemory | undefined,
	group: Group,
	atMs: number,
	plan: DerivePlan,
): GroupMemory {
	let memory = before;
	if (!memory) {
		memory = {
			stream: group.stream,
			consumerGroup: group.consumerGroup,
			row: history.groupRows.add(1),
			partitions: undefined,
			toldPartitions: undefined,
			told: undefined,
			firstSeenMs: atMs,
			readAt: history.timeline.now,
			round: 0,
			streamMemory: stream,
			...standing(group, plan),
		};
	}
	memory.streamMemory = stream;
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
		const offset = history.toldRows.offsetOf(memory.told);
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

/**
 * Sets back the clocks of a group that was gone, and not just unread: it may be another one of that name,
 * and in any case nobody was to read meanwhile. Its counters go on.
 */
export function beginAnew(
	{ groupRows, groupPartitions }: History,
	memory: GroupMemory,
	atMs: number,
): void {
	memory.firstSeenMs = atMs;
	const offset = groupRows.offsetOf(memory.row);
	const { standing, nobody, movedAt, lostRound, rewoundRound, quietRound } = groupRows.columns;
	for (const column of [standing, nobody, movedAt, lostRound, rewoundRound, quietRound]) {
		column[offset] = 0;
	}
	if (!memory.partitions) return;
	const first = groupPartitions.offsetOf(memory.partitions);
	const count = groupPartitions.countOf(memory.partitions);
	groupPartitions.columns.standing.fill(0, first, first + count);
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

/** So many points a partition are the next that a stream gets, and the bytes that they take more. */
export function nextPoints(history: History, memory: StreamMemory) {
	const { partitions, pointsPerPartition } = memory;
	const wanted = Math.min(mostPoints, Math.ceil(pointsPerPartition * 1.5));
	const more = wanted - pointsPerPartition;
	const rows = partitions ? history.streamPartitions.countOf(partitions) : 0;
	return { wanted, bytes: rows * more * pointBytes * 1.05 };
}

/**
 * Gives more points to streams that lack them, as long as there is memory for it. It yields wherever it may
 * be interrupted.
 */
export function* growPoints(
	history: History,
	lacking: ReadonlySet<StreamMemory>,
	groupPartitions: number,
): Generator<void, void> {
	let left = history.bytesLeft(groupPartitions);
	const growing: [StreamMemory, Range, number][] = [];
	for (const memory of lacking) {
		if (!memory.partitions) continue;
		const { wanted, bytes } = nextPoints(history, memory);
		if (bytes > left) continue;
		left -= bytes;
		growing.push([memory, memory.partitions, wanted]);
	}
	if (growing.length === 0) return;
	const { streamPartitions } = history;
	const needed = growing.map(([, rows, wanted]) => streamPartitions.countOf(rows) * wanted);
	history.points.reserve(needed.reduce((sum, points) => sum + points, 0));
	for (const [memory, rows, wanted] of growing) {
		yield;
		movePoints(history, memory, rows, rows, wanted);
	}
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
	const { points, streamPartitions } = history;
	const count = streamPartitions.countOf(rows);
	const range = points.add(count * perPartition);
	const { id, points: counts } = streamPartitions.columns;
	const from = streamPartitions.offsetOf(rows);
	let old = rowsBefore ? streamPartitions.offsetOf(rowsBefore) : 0;
	const oldFrom = old;
	const oldEnd = old + (rowsBefore ? streamPartitions.countOf(rowsBefore) : 0);
	for (let row = 0; before && row < count; row++) {
		const wanted = id[from + row] as number;
		while (old < oldEnd && (id[old] as number) < wanted) old++;
		if (old === oldEnd || id[old] !== wanted) continue;
		points.copyRows(
			points.offsetOf(before) + (old - oldFrom) * perPartitionBefore,
			points.offsetOf(range) + row * perPartition,
			counts[from + row] as number,
		);
	}
	if (before) points.remove(before);
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
	if (before && isSame(store, before, ids)) return before;
	const range = store.add(ids.length);
	const { columns } = store;
	const from = store.offsetOf(range);
	let old = before ? store.offsetOf(before) : 0;
	const oldEnd = old + (before ? store.countOf(before) : 0);
	for (let row = 0; row < ids.length; row++) {
		const wanted = ids[row] as number;
		while (old < oldEnd && (columns.id[old] as number) < wanted) old++;
		if (old < oldEnd && columns.id[old] === wanted) {
			store.copyRows(old, from + row, 1);
		} else {
			columns.id[from + row] = wanted;
			blank(columns, from + row);
		}
	}
	if (before) store.remove(before);
	return range;
}

function isSame<Of extends PartitionColumns>(
	store: Columns<Of>,
	range: Range,
	ids: Int32Array,
): boolean {
	if (store.countOf(range) !== ids.length) return false;
	const { id } = store.columns;
	const from = store.offsetOf(range);
	for (let row = 0; row < ids.length; row++) {
		if (id[from + row] !== ids[row]) return false;
	}
	return true;
}

/** Whether a group has counts or positions of its own. */
export function tells(group: Group): boolean {
	return (
		group.position !== undefined ||
		group.acknowledged !== undefined ||
		group.line !== undefined ||
		group.consumedCount !== undefined ||
		group.pendingLostCount !== undefined ||
		group.exhaustedCount !== undefined
	);
}
