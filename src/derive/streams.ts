import type { Carried, HeadSeed, Kept, Partitions, Stream, StreamState } from '../model.ts';
import { advance } from './counters.ts';
import { addPoint, addSeed, mostPoints } from './head-clock.ts';
import type { History, StreamMemory } from './history.ts';
import type { DerivePlan } from './plan.ts';
import { trackStart } from './retention.ts';

/** Takes a reading of a stream into its memory: what was produced, where its head and start are. */
export function takeStream(
	history: History,
	memory: StreamMemory,
	{ record, readAtMs }: Kept<Stream>,
	atMs: number,
): void {
	// What was kept from an earlier reading was taken then.
	if (readAtMs !== atMs) return;
	memory.readAt = history.timeline.now;
	if (record.producedCount !== undefined) {
		memory.producedTotal += advance(memory.producedCount, record.producedCount);
		memory.producedCount = record.producedCount;
	}
	if (record.partitions) takePartitions(history, memory, record.partitions, atMs);
}

function takePartitions(
	history: History,
	memory: StreamMemory,
	partitions: Partitions,
	atMs: number,
): void {
	const columns = history.streamPartitions.columns;
	const points = history.points.columns;
	const { timeline, intervalTicks } = history;
	const { now } = timeline;
	const { pointsPerPartition } = memory;
	const tolerated = pointsPerPartition < mostPoints ? intervalTicks : Number.POSITIVE_INFINITY;
	const first = memory.partitions?.offset ?? 0;
	for (let index = 0; index < partitions.ids.length; index++) {
		if (partitions.readAtMs && partitions.readAtMs[index] !== atMs) continue;
		const start = partitions.start[index] as number;
		const end = partitions.end[index] as number;
		if (Number.isNaN(start) || Number.isNaN(end)) continue;
		const row = first + index;
		// An end that goes back is that of another topic of the same name, or of a truncated one.
		if (end < (columns.end[row] as number)) {
			columns.points[row] = 0;
			columns.anchorAt[row] = 0;
		}
		memory.producedTotal += advance(columns.end[row] as number, end);
		columns.end[row] = end;
		columns.start[row] = start;
		trackStart(columns, row, now, start);
		if (!memory.points) continue;
		const from = memory.points.offset + index * pointsPerPartition;
		const count = columns.points[row] as number;
		let kept = addPoint(points, from, count, pointsPerPartition, now, end, tolerated);
		if (kept === -1) {
			memory.wantsPoints = true;
			kept = addPoint(points, from, count, pointsPerPartition, now, end, Number.POSITIVE_INFINITY);
		}
		columns.points[row] = kept;
	}
}

/** Takes over what brokers looked up of the time before the history; latest first. */
export function takeSeeds(history: History, seeds: readonly HeadSeed[]): void {
	const points = history.points.columns;
	const columns = history.streamPartitions.columns;
	const latestFirst = [...seeds].sort((a, b) => b.atMs - a.atMs);
	for (const { stream, partition, atMs, end } of latestFirst) {
		const memory = history.streams.get(stream);
		if (!memory?.points || !memory.partitions) continue;
		const index = indexOf(columns.id, memory.partitions.offset, memory.partitions.count, partition);
		if (index === -1) continue;
		const row = memory.partitions.offset + index;
		const { pointsPerPartition } = memory;
		columns.points[row] = addSeed(
			points,
			memory.points.offset + index * pointsPerPartition,
			columns.points[row] as number,
			pointsPerPartition,
			history.timeline.tickOf(atMs),
			end,
			history.timeline.now,
		);
	}
}

/** Where an id stands among ascending ones, counted from `first`; -1 when it does not. */
export function indexOf(ids: Int32Array, first: number, count: number, id: number): number {
	let low = 0;
	let high = count - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const found = ids[first + middle] as number;
		if (found === id) return middle;
		if (found < id) low = middle + 1;
		else high = middle - 1;
	}
	return -1;
}

/** A stream as exported. */
export function streamState(
	{ name, partitions, producedCount, ...facts }: Stream,
	memory: StreamMemory,
	consumers: number,
	{ partitionDetail }: Carried,
	{ target, platform }: DerivePlan,
): StreamState {
	const length = partitions ? messagesKept(partitions.start, partitions.end) : undefined;
	return {
		target,
		platform,
		stream: name,
		...facts,
		...(length !== undefined && { length }),
		...((partitions || producedCount !== undefined) && { producedTotal: memory.producedTotal }),
		...(partitions && { partitionCount: partitions.ids.length }),
		consumers,
		...(partitionDetail && partitions && { partitions }),
	};
}

/** The sum of end - start; unknown when one partition is. */
function messagesKept(start: Float64Array, end: Float64Array): number | undefined {
	let sum = 0;
	for (let row = 0; row < end.length; row++) sum += (end[row] as number) - (start[row] as number);
	return Number.isNaN(sum) ? undefined : sum;
}
