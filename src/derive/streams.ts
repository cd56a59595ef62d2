import type { HeadSeed, Partitions, Records, Stream, StreamState } from '../model.ts';
import { look } from '../records.ts';
import { advance } from './counters.ts';
import { addPoint, addSeed, mostPoints } from './head-clock.ts';
import type { History, StreamMemory } from './history.ts';
import type { DerivePlan } from './plan.ts';
import { nextPoints } from './remember.ts';
import { trackStart } from './retention.ts';

/** A point of a head that waits for more room. */
export interface WaitingPoint {
	readonly memory: StreamMemory;
	/** Among the stream's partitions. */
	readonly index: number;
}

/**
 * Takes a reading of a stream into its memory: what was produced, where its head and start are.
 *
 * @param bytesLeft - that points may still take
 * @param waiting - gets the points for which there should be more room
 */
export function takeStream(
	history: History,
	memory: StreamMemory,
	record: Stream,
	atMs: number,
	bytesLeft: number,
	waiting: WaitingPoint[],
): void {
	memory.readAt = history.timeline.now;
	if (record.producedCount !== undefined) {
		memory.producedTotal += advance(memory.producedCount ?? Number.NaN, record.producedCount);
		memory.producedCount = record.producedCount;
	}
	if (record.partitions) {
		takePartitions(history, memory, record.partitions, atMs, bytesLeft, waiting);
	}
}

function takePartitions(
	history: History,
	memory: StreamMemory,
	partitions: Partitions,
	atMs: number,
	bytesLeft: number,
	waiting: WaitingPoint[],
): void {
	const columns = history.streamPartitions.columns;
	const { now } = history.timeline;
	const mayGrow =
		memory.pointsPerPartition < mostPoints && nextPoints(history, memory).bytes <= bytesLeft;
	const first = memory.partitions ? history.streamPartitions.offsetOf(memory.partitions) : 0;
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
		trackStart(columns, row, now, start);
		if (memory.points && !takeHead(history, memory, index, mayGrow)) {
			waiting.push({ memory, index });
		}
	}
}

/** Adds a partition's end to its head's history; false when that should get more room first. */
function takeHead(
	history: History,
	memory: StreamMemory,
	index: number,
	mayGrow: boolean,
): boolean {
	const { partitions, points, pointsPerPartition } = memory;
	if (!partitions || !points) return true;
	const columns = history.streamPartitions.columns;
	const row = history.streamPartitions.offsetOf(partitions) + index;
	const count = addPoint(
		history.points.columns,
		history.points.offsetOf(points) + index * pointsPerPartition,
		columns.points[row] as number,
		pointsPerPartition,
		history.timeline.now,
		columns.end[row] as number,
		history.intervalTicks,
		mayGrow,
	);
	if (count === -1) return false;
	columns.points[row] = count;
	return true;
}

/** Adds points that waited for room, whether there is more now or not. */
export function takeWaiting(history: History, waiting: readonly WaitingPoint[]): void {
	for (const { memory, index } of waiting) takeHead(history, memory, index, false);
}

/** Streams or seeds between two places where taking seeds over may be interrupted. */
const stepSeeds = 500;

/**
 * Takes over what brokers looked up of the time before the history; latest first. Yields wherever it
 * may be interrupted.
 */
export function* takeSeeds(history: History, seeds: readonly HeadSeed[]): Generator<void, void> {
	const points = history.points.columns;
	const columns = history.streamPartitions.columns;
	if (seeds.length === 0) return;
	const streams = new Map<string, StreamMemory>();
	for (const [at, memory] of history.streams.entries()) {
		if (at % stepSeeds === 0) yield;
		streams.set(memory.stream, memory);
	}
	const latestFirst = [...seeds].sort((a, b) => b.atMs - a.atMs);
	for (const [taken, { stream, partition, atMs, end }] of latestFirst.entries()) {
		if (taken % stepSeeds === 0) yield;
		const memory = streams.get(stream);
		if (!memory?.points || !memory.partitions) continue;
		const first = history.streamPartitions.offsetOf(memory.partitions);
		const count = history.streamPartitions.countOf(memory.partitions);
		const index = indexOf(columns.id, first, count, partition);
		if (index === -1) continue;
		const row = first + index;
		const { pointsPerPartition } = memory;
		columns.points[row] = addSeed(
			points,
			history.points.offsetOf(memory.points) + index * pointsPerPartition,
			columns.points[row] as number,
			pointsPerPartition,
			history.timeline.tickOf(atMs),
			end,
			history.timeline.now,
			history.intervalTicks,
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

/** The records of one round's streams: a row each. */
export class StreamColumns {
	readonly plan: DerivePlan;
	readonly partitionDetail: boolean;
	length = 0;
	/** What was read. */
	readonly read: Records<Stream>;
	/** Where in it each row's stream is. */
	readonly readRows: Uint32Array;
	readonly producedTotal: Float64Array;
	/** Groups that this exporter sees on it. */
	readonly consumers: Uint32Array;

	/** @param read - all that may be added */
	constructor(plan: DerivePlan, partitionDetail: boolean, read: Records<Stream>) {
		this.plan = plan;
		this.partitionDetail = partitionDetail;
		this.read = read;
		this.readRows = new Uint32Array(read.length);
		this.producedTotal = new Float64Array(read.length);
		this.consumers = new Uint32Array(read.length);
	}

	/**
	 * Memories go on with the next round, so what is to stay is copied.
	 *
	 * @param readRow - of what was read
	 */
	add(readRow: number, { producedTotal, consumers }: StreamMemory): void {
		const row = this.length++;
		this.readRows[row] = readRow;
		this.producedTotal[row] = producedTotal;
		this.consumers[row] = consumers;
	}
}

/** A stream as exported: what was read is taken from the reading, sums are made when asked for. */
export class StreamRecord implements StreamState {
	private readonly columns: StreamColumns;
	row: number;

	constructor(columns: StreamColumns, row: number) {
		this.columns = columns;
		this.row = row;
	}

	get target(): string {
		return this.columns.plan.target;
	}
	get platform(): string {
		return this.columns.plan.platform;
	}
	get stream(): string {
		return this.#read.name;
	}
	get producedTotal(): number | undefined {
		const isCounted = this.#read.partitions || this.#read.producedCount !== undefined;
		return isCounted ? this.columns.producedTotal[this.row] : undefined;
	}
	get consumers(): number | undefined {
		const { groups } = this.#read.elsewhere ?? { groups: 0 };
		return groups === undefined ? undefined : (this.columns.consumers[this.row] as number) + groups;
	}
	get length(): number | undefined {
		const { partitions, length } = this.#read;
		return partitions ? messagesKept(partitions.start, partitions.end) : length;
	}
	get bytes(): number | undefined {
		return this.#read.bytes;
	}
	get lengthLimit(): number | undefined {
		return this.#read.lengthLimit;
	}
	get retentionSeconds(): number | undefined {
		return this.#read.retentionSeconds;
	}
	get oldestMessageAgeSeconds(): number | undefined {
		return this.#read.oldestMessageAgeSeconds;
	}
	get newestMessageAgeSeconds(): number | undefined {
		return this.#read.newestMessageAgeSeconds;
	}
	get partitionCount(): number | undefined {
		return this.#read.partitions?.ids.length ?? this.#read.partitionCount;
	}
	get partitions(): Partitions | undefined {
		return this.columns.partitionDetail ? this.#read.partitions : undefined;
	}

	get #read(): Stream {
		return look(this.columns.read, this.columns.readRows[this.row] as number);
	}
}

/** The sum of end - start; unknown when one partition is. */
function messagesKept(start: Float64Array, end: Float64Array): number | undefined {
	let sum = 0;
	for (let row = 0; row < end.length; row++) sum += (end[row] as number) - (start[row] as number);
	return Number.isNaN(sum) ? undefined : sum;
}
