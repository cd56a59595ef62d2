import type { Partitions } from '../model.ts';
import { standingSince } from './clocks.ts';
import { advance, newlyLost } from './counters.ts';
import { ageSeconds, headTick } from './head-clock.ts';
import type { History, StreamMemory } from './history.ts';
import {
	dangerousRate,
	type Endangered,
	headroomSeconds,
	larger,
	leaveOut,
	smaller,
	startRate,
	trackStart,
	usedRatio,
} from './retention.ts';
import { indexOf } from './streams.ts';
import { ticksPerSecond } from './timeline.ts';
import { takeToldPartition } from './told.ts';

/** What the partitions of a group add up to. NaN: not known, or there is none. */
export class Folded {
	/** Messages; NaN when one partition is not known. */
	lag = 0;
	/** The largest possible error of lag, in messages; only where partitions tell it. */
	uncertainty: number | undefined;
	/** Why the lag is not known. */
	lagUnknown: string | undefined;
	lagMax = 0;
	/** Partitions that are not known, or were kept from an earlier reading. */
	unknown = 0;
	stalled = 0;
	/** Of the oldest unread message, as far as the head's history tells; NaN without one. */
	ageSeconds = Number.NaN;
	usedRatio = Number.NaN;
	headroomSeconds = Number.NaN;
	/** Since the last reading. */
	consumed = 0;
	lost = 0;
	moved = false;
	rewound = false;
	/** Whether every partition was read this time. */
	complete = true;

	reset(): void {
		this.lag = this.lagMax = this.unknown = this.stalled = this.consumed = this.lost = 0;
		this.ageSeconds = this.usedRatio = this.headroomSeconds = Number.NaN;
		this.moved = this.rewound = false;
		this.complete = true;
		this.uncertainty = this.lagUnknown = undefined;
	}
}

/** What partitions are looked at with; one object for all groups of a round. */
export interface FoldContext {
	/** When this round's reading was made, and when the group was read. */
	atMs: number;
	readAtMs: number;
	/** Where the group's rows begin, and those of what its partitions tell. */
	first: number;
	toldFirst: number;
	/** Whether the group was there before. */
	known: boolean;
	/** The tick of the last reading that saw all of the group. */
	provenAt: number;
	stalledAfterSeconds: number;
	stream: StreamMemory | undefined;
	/** NaN: for ever, or not told. */
	retentionSeconds: number;
	agesByHead: boolean;
	/** Where single lags go, from which place on; absent: nowhere. */
	partitionLags: Float64Array | undefined;
	partitionLagsAt: number;
}

/**
 * Looks at every partition of a group once.
 *
 * The lag is the sum of end - max(committed, start), or of the lags that are told. One partition that
 * is not known makes the sum unknown: a sum of the others would be a smaller number that looks like
 * good news. A commit beyond the end belongs to a topic that was recreated or truncated: a lag of 0
 * would be a lie until a commit fits again.
 *
 * A told partition moves by its own position alone: the counts beside it are made of its lag, which
 * can be an estimate, and follow a start that passes it.
 *
 * @param folded - gets the sums
 */
export function foldPartitions(
	history: History,
	rows: Partitions,
	context: FoldContext,
	folded: Folded,
): void {
	const { atMs, readAtMs, first, known, provenAt, stream, retentionSeconds } = context;
	const {
		committed: committedBefore,
		start: startBefore,
		standing,
	} = history.groupPartitions.columns;
	const streamRows = history.streamPartitions.columns;
	const points = history.points.columns;
	const { now } = history.timeline;
	const stalledAfterTicks = context.stalledAfterSeconds * ticksPerSecond;
	const count = rows.ids.length;
	const { partitionLags, partitionLagsAt } = context;
	const of = stream?.partitions;
	const ofFrom = of ? history.streamPartitions.offsetOf(of) : 0;
	const ofCount = of ? history.streamPartitions.countOf(of) : 0;
	const pointsFrom = stream?.points ? history.points.offsetOf(stream.points) : 0;
	let streamIndex = 0;
	const { told } = rows;

	folded.reset();
	if (told) folded.uncertainty = 0;
	let unread = 0;
	let beyondEnd = 0;
	for (let index = 0; index < count; index++) {
		const row = first + index;
		const fresh = readAtMs === atMs && (!rows.readAtMs || rows.readAtMs[index] === atMs);
		const committed = rows.committed?.[index] ?? Number.NaN;
		const start = rows.start[index] as number;
		const end = rows.end[index] as number;
		const position = Math.max(committed, start);
		const lag = told ? (told.lag[index] as number) : end - position;

		const wasCommitted = committedBefore[row] as number;
		const wasStart = startBefore[row] as number;
		let moved = false;
		const isSeen = fresh && (told ? (told.positionMajor[index] as number) : committed) >= 0;
		if (!isSeen) {
			folded.complete = false;
		} else if (told) {
			const since = takeToldPartition(history, context.toldFirst + index, told, index);
			moved = since.moved;
			if (since.rewound) folded.rewound = true;
			folded.consumed += since.consumed;
		} else {
			moved = committed !== wasCommitted && (known || wasCommitted >= 0);
			if (committed < wasCommitted) folded.rewound = true;
			folded.consumed += advance(wasCommitted, committed);
			committedBefore[row] = committed;
		}
		if (moved) folded.moved = true;
		if (isSeen && committed >= 0 && start >= 0) {
			folded.lost += newlyLost(wasStart, start, committed);
			startBefore[row] = start;
		}

		if (!(lag >= 0)) {
			if (lag < 0) beyondEnd += 1;
			else unread += 1;
			if (partitionLags) partitionLags[partitionLagsAt + index] = Number.NaN;
			continue;
		}
		if (partitionLags) partitionLags[partitionLagsAt + index] = lag;
		folded.lag += lag;
		if (told) folded.uncertainty = (folded.uncertainty ?? 0) + (told.uncertainty[index] as number);
		if (told && start >= 0) {
			const toldRow = context.toldFirst + index;
			if (fresh) trackStart(history.toldPartitions.columns, toldRow, now, start);
			const moving = startRate(history.toldPartitions.columns, toldRow, now, start);
			const rate = dangerousRate(moving, stream?.trimsBySize, Number.NaN, Number.NaN);
			endanger(folded, { start, position, end, ...untimed, startRate: rate });
		}
		if (lag > folded.lagMax) folded.lagMax = lag;
		if (!fresh) {
			folded.unknown += 1;
		} else if (isSeen) {
			const since = standingSince(standing[row] as number, now, moved, lag === 0);
			standing[row] = since;
			if (since !== 0 && now - since >= stalledAfterTicks) folded.stalled += 1;
		}

		if (!stream || !of) continue;
		const id = rows.ids[index] as number;
		if (streamRows.id[ofFrom + streamIndex] !== id) {
			streamIndex = indexOf(streamRows.id, ofFrom, ofCount, id);
			if (streamIndex === -1) {
				streamIndex = 0;
				continue;
			}
		}
		const streamRow = ofFrom + streamIndex;
		let age = Number.NaN;
		if (context.agesByHead && stream.points && lag > 0) {
			const from = pointsFrom + streamIndex * stream.pointsPerPartition;
			const came = headTick(points, from, streamRows.points[streamRow] as number, position);
			age = ageSeconds(came, fresh ? now : provenAt);
			folded.ageSeconds = larger(folded.ageSeconds, age);
		}
		// To where the group stood since the last look: what it had read was deleted (DeleteRecords).
		if (fresh && start > wasStart && start >= wasCommitted && start <= committed) {
			leaveOut(streamRows, streamRow, start, start - wasStart);
		}
		const rate = startRate(streamRows, streamRow, now, start);
		if (rate > 0 || retentionSeconds > 0) {
			endanger(folded, {
				start,
				position,
				end,
				ageSeconds: age,
				limitSeconds: retentionSeconds,
				startRate: rate,
			});
		}
		if (streamIndex + 1 < ofCount) streamIndex += 1;
	}
	folded.unknown += unread + beyondEnd;
	if (unread + beyondEnd > 0) {
		folded.lag = Number.NaN;
		folded.lagUnknown = unread > 0 ? (told?.unknown ?? 'not_read') : 'commit_beyond_end';
	}
}

/** Of partitions of which nothing but where they start decides what becomes of a message. */
const untimed = { ageSeconds: Number.NaN, limitSeconds: Number.NaN };

function endanger(folded: Folded, unread: Endangered): void {
	folded.usedRatio = larger(folded.usedRatio, usedRatio(unread));
	folded.headroomSeconds = smaller(folded.headroomSeconds, headroomSeconds(unread));
}
