import type { ConsumerObjective } from '../model.ts';
import { Columns, type Range } from './columns.ts';
import { Timeline, ticksPerSecond } from './timeline.ts';
import { windowPolls } from './window.ts';

/** Memories between two places where going through them may be interrupted. */
const stepMemories = 2000;

/** One row for each group. Times are ticks, 0 is never. */
function groupColumns(rows: number) {
	return {
		consumedTotal: new Float64Array(rows),
		lostTotal: new Float64Array(rows),
		/** A ring of the lags of the last polls, NaN where the lag was not read. */
		lags: new Float64Array(rows * windowPolls),
		/** Since when it stands still, and since when nobody is seen who could read. */
		standing: new Uint32Array(rows),
		nobody: new Uint32Array(rows),
		movedAt: new Uint32Array(rows),
		/** The last reading that saw all of it. */
		provenAt: new Uint32Array(rows),
		/** Rounds in which it last lost messages, went back, had no lag that counts. */
		lostRound: new Uint32Array(rows),
		rewoundRound: new Uint32Array(rows),
		quietRound: new Uint32Array(rows),
	};
}

/** One row for each group with counts and positions of its own. NaN: never read. */
function toldColumns(rows: number) {
	return {
		positionMajor: new Float64Array(rows),
		positionMinor: new Float64Array(rows),
		acknowledgedMajor: new Float64Array(rows),
		acknowledgedMinor: new Float64Array(rows),
		consumedCount: new Float64Array(rows),
		pendingLostCount: new Float64Array(rows),
		exhaustedCount: new Float64Array(rows),
		exhaustedTotal: new Float64Array(rows),
		lineStart: new Float64Array(rows),
		...anchorColumns(rows),
	};
}

/** One row for each partition of a group. NaN: never read. */
function groupRowColumns(rows: number) {
	return {
		id: new Int32Array(rows),
		committed: new Float64Array(rows),
		/** The start up to which losses were counted. */
		start: new Float64Array(rows),
		standing: new Uint32Array(rows),
	};
}

/** One row for each partition of a group that is told one by one. NaN: never read. */
function toldPartitionColumns(rows: number) {
	return {
		id: new Int32Array(rows),
		positionMajor: new Float64Array(rows),
		positionMinor: new Float64Array(rows),
		consumedCount: new Float64Array(rows),
		...anchorColumns(rows),
	};
}

/** One row for each partition of a stream. NaN: never read. */
function streamRowColumns(rows: number) {
	return {
		id: new Int32Array(rows),
		end: new Float64Array(rows),
		/** How many points its head has. */
		points: new Uint8Array(rows),
		...anchorColumns(rows),
	};
}

function anchorColumns(rows: number) {
	return {
		anchorStart: new Float64Array(rows),
		anchorAt: new Uint32Array(rows),
		nextStart: new Float64Array(rows),
		nextAt: new Uint32Array(rows),
	};
}

function pointColumns(rows: number) {
	return {
		at: new Uint32Array(rows),
		end: new Float64Array(rows),
		error: new Uint16Array(rows),
	};
}

/** What is remembered of a group, apart from its columns. */
export interface GroupMemory {
	readonly stream: string;
	readonly consumerGroup: string;
	readonly row: Range;
	/** Its partitions, where it has some. */
	partitions: Range | undefined;
	/** The same partitions, where they tell counts and positions. */
	toldPartitions: Range | undefined;
	/** Its counts and positions, where it tells some. */
	told: Range | undefined;
	/** Since it was last gone. */
	firstSeenMs: number;
	/** The tick of the last reading of it. */
	readAt: number;
	/** The last round in which it was there; 0: none. */
	round: number;
	objective: ConsumerObjective;
	expected: boolean;
	/** The configuration that the two are by. */
	plan: object;
	/** What is remembered of its stream, as of when it was last looked up. */
	streamMemory: StreamMemory | undefined;
}

/** The round of a stream's memory that was given up: nobody may hold on to it. */
export const forgotten = -1;

/** What is remembered of a stream, apart from its columns. */
export interface StreamMemory {
	readonly stream: string;
	partitions: Range | undefined;
	/** Rows of points of the head, as many for each partition; where a group reads the stream. */
	points: Range | undefined;
	pointsPerPartition: number;
	producedTotal: number;
	/** Absent: never read. */
	producedCount: number | undefined;
	readAt: number;
	/** The last round in which it was there, or {@link forgotten}. What follows is that round's. */
	round: number;
	/** Groups on it. */
	consumers: number;
	/** How long messages are kept; absent: for ever, or not told. */
	retentionSeconds: number | undefined;
	/** Whether messages are deleted because there are too many; absent: not told. */
	trimsBySize: boolean | undefined;
}

/** What is remembered of something that no reading has shown for so long is given up. */
const forgottenAfterTicks = 3600 * ticksPerSecond;

/** Histories may take so much, but always enough for a small installation to lack nothing. */
const bytesPerGroupPartition = 250;
const bytesAtLeast = 2 ** 20;

/**
 * What is remembered of a target's earlier readings: columns of numbers, so that a partition of a
 * group costs a few dozen bytes. It is changed in place by `derive`, once a round.
 */
export class History {
	readonly timeline: Timeline;
	readonly intervalTicks: number;
	/** Rounds so far, this one among them. */
	round = 0;
	/** The ticks of the last rounds, a ring. */
	readonly roundTicks = new Uint32Array(windowPolls);
	/** In the order of the latest reading, then those that it lacks. */
	groups: readonly GroupMemory[] = [];
	streams: readonly StreamMemory[] = [];

	/** No memory's last reading is older, as ticks only go on. */
	#oldestReadAt = 0;

	readonly groupRows = new Columns(groupColumns);
	readonly toldRows = new Columns(toldColumns);
	readonly groupPartitions = new Columns(groupRowColumns);
	readonly toldPartitions = new Columns(toldPartitionColumns);
	readonly streamPartitions = new Columns(streamRowColumns);
	readonly points = new Columns(pointColumns);

	constructor(intervalSeconds: number) {
		this.timeline = new Timeline(intervalSeconds);
		this.intervalTicks = intervalSeconds * ticksPerSecond;
	}

	/** Bytes of all columns. */
	get bytes(): number {
		return (
			this.groupRows.bytes +
			this.toldRows.bytes +
			this.groupPartitions.bytes +
			this.toldPartitions.bytes +
			this.streamPartitions.bytes +
			this.points.bytes
		);
	}

	/** Bytes that points may still take, with so many partitions of groups. */
	bytesLeft(groupPartitions: number): number {
		return Math.max(bytesAtLeast, groupPartitions * bytesPerGroupPartition) - this.bytes;
	}

	/** Begins a round. */
	begin(atMs: number): void {
		this.round += 1;
		this.roundTicks[this.round % windowPolls] = this.timeline.advance(atMs);
	}

	/**
	 * Takes over the groups of this round, in its order; those of earlier rounds come after them. Yields
	 * wherever it may be interrupted.
	 *
	 * @param known - how many of them were there before
	 */
	*keepGroups(memories: readonly GroupMemory[], known: number): Generator<void, void> {
		const others: GroupMemory[] = [];
		if (known < this.groups.length) {
			for (let at = 0; at < this.groups.length; at++) {
				if (at % stepMemories === 0) yield;
				const group = this.groups[at] as GroupMemory;
				if (group.round !== this.round) others.push(group);
			}
		}
		this.groups = others.length > 0 ? memories.concat(others) : memories;
	}

	/** Gives up what no reading has shown for an hour; yields wherever it may be interrupted. */
	*forget(): Generator<void, void> {
		const before = this.timeline.now - forgottenAfterTicks;
		if (before <= this.#oldestReadAt) return;
		this.#oldestReadAt = this.timeline.now;
		this.groups = yield* this.#keepYoung(this.groups, before, (group) => {
			this.groupRows.remove(group.row);
			if (group.partitions) this.groupPartitions.remove(group.partitions);
			if (group.toldPartitions) this.toldPartitions.remove(group.toldPartitions);
			if (group.told) this.toldRows.remove(group.told);
		});
		this.streams = yield* this.#keepYoung(this.streams, before, (stream) => {
			stream.round = forgotten;
			if (stream.partitions) this.streamPartitions.remove(stream.partitions);
			if (stream.points) this.points.remove(stream.points);
		});
	}

	/** @returns the very same list where none is older than `before` */
	*#keepYoung<Memory extends { readonly readAt: number }>(
		memories: readonly Memory[],
		before: number,
		remove: (old: Memory) => void,
	): Generator<void, readonly Memory[]> {
		let young: Memory[] | undefined;
		for (let at = 0; at < memories.length; at++) {
			if (at % stepMemories === 0) yield;
			const memory = memories[at] as Memory;
			const { readAt } = memory;
			if (readAt < before) {
				young ??= memories.slice(0, at);
				remove(memory);
			} else {
				young?.push(memory);
				this.#oldestReadAt = Math.min(this.#oldestReadAt, readAt);
			}
		}
		return young ?? memories;
	}
}
