import type { Carried, Group, Line, Position } from '../model.ts';
import { clockSeconds, nobodySince, standingSince } from './clocks.ts';
import { type ConsumerColumns, ConsumerRecord } from './consumer-records.ts';
import { type FoldContext, Folded, foldPartitions } from './group-partitions.ts';
import type { GroupMemory, History, StreamMemory } from './history.ts';
import { breachesOf } from './objectives.ts';
import { beginAnew } from './remember.ts';
import { dangerousRate, headroomSeconds, startRate, usedRatio } from './retention.ts';
import { type StatusFacts, statusOf } from './status.ts';
import { type Told, takeTold } from './told.ts';
import { copyLags, drainSeconds, forgetLags, shrunkBy, takeSpan, windowPolls } from './window.ts';

/**
 * Takes the groups of one round, one by one, into their memories, and fills their records. What
 * passes between its steps stands in its fields, for an object a group and step would be garbage.
 */
export class GroupTaker {
	readonly #history: History;
	readonly #carried: Carried;
	readonly #records: ConsumerColumns;
	/** The group at hand. */
	readonly #record: ConsumerRecord;
	readonly #folded = new Folded();
	readonly #context: FoldContext;
	readonly #facts: StatusFacts;
	/** Where the next group's partitions begin in the records. */
	#partitionsAt = 0;
	/** Of the group at hand: where it stands. */
	#position: Position | undefined;
	#line: Line | undefined;
	/** Of the group at hand: whether it was read, saw all of its partitions, moved, went back. */
	#fresh = false;
	#complete = false;
	#moved = false;
	#rewound = false;
	/** Messages since its last reading. */
	#consumed = 0;
	#lost = 0;

	constructor(history: History, carried: Carried, records: ConsumerColumns) {
		this.#history = history;
		this.#carried = carried;
		this.#records = records;
		this.#record = new ConsumerRecord(records, 0);
		const { atMs, agesByHead } = carried;
		const partitionLags = carried.partitionDetail ? records.partitionLags : undefined;
		this.#context = {
			atMs,
			agesByHead,
			partitionLags,
			partitionLagsAt: 0,
			readAtMs: 0,
			first: 0,
			toldFirst: 0,
			known: false,
			provenAt: 0,
			stalledAfterSeconds: 0,
			stream: undefined,
			retentionSeconds: Number.NaN,
		};
		this.#facts = {
			paused: false,
			lost: false,
			rewound: false,
			quiet: false,
			shrank: false,
			intervalSeconds: records.plan.intervalSeconds,
		};
	}

	/**
	 * Takes a group into its memory, and fills its row of the records.
	 *
	 * @param row - the next one
	 * @param readAtMs - when the group was read, in milliseconds since 1970
	 * @param stream - what is remembered of the group's stream, where that was read
	 */
	take(
		row: number,
		memory: GroupMemory,
		group: Group,
		readAtMs: number,
		stream: StreamMemory | undefined,
	): void {
		const history = this.#history;
		const records = this.#records;
		const known = memory.round !== 0;
		const isBack = known && memory.round !== history.round - 1;
		if (isBack) beginAnew(history, memory, this.#carried.atMs);
		records.objectives[row] = memory.objective;
		records.expected[row] = memory.expected ? 1 : 0;
		records.firstSeenMs[row] = memory.firstSeenMs;
		if (group.lagSeconds !== undefined) records.lagSeconds[row] = group.lagSeconds;
		if (!known || isBack) {
			forgetLags(
				history.groupRows.columns.lags,
				history.groupRows.offsetOf(memory.row) * windowPolls,
			);
		}
		memory.round = history.round;
		this.#position = group.position;
		this.#line = group.line;
		this.#fresh = readAtMs === this.#carried.atMs;
		if (this.#fresh) memory.readAt = history.timeline.now;

		const hasPartitions = this.#takeLag(row, memory, group, readAtMs, stream, known);
		if (this.#fresh && memory.told) {
			const offset = history.toldRows.offsetOf(memory.told);
			this.#add(takeTold(history, offset, group, this.#position, this.#line));
		}
		this.#count(row, memory, group);
		if (!hasPartitions) this.#setRetention(row, memory, group, stream);
		this.#keepTime(row, memory, group);
		this.#conclude(row, memory, group);
	}

	/** The lag, told or added up; whether there were partitions to add up. */
	#takeLag(
		row: number,
		memory: GroupMemory,
		group: Group,
		readAtMs: number,
		stream: StreamMemory | undefined,
		known: boolean,
	): boolean {
		const records = this.#records;
		const { lag } = group;
		this.#complete = this.#fresh;
		this.#moved = this.#rewound = false;
		this.#consumed = this.#lost = 0;
		if ('unknown' in lag) {
			records.lagUnknown[row] = lag.unknown;
			return false;
		}
		if (!('ids' in lag)) {
			records.lag[row] = lag.messages;
			if (lag.uncertainty !== undefined) records.lagUncertainty[row] = lag.uncertainty;
			return false;
		}
		const context = this.#context;
		context.readAtMs = readAtMs;
		const { groupRows, groupPartitions, toldPartitions } = this.#history;
		context.first = memory.partitions ? groupPartitions.offsetOf(memory.partitions) : 0;
		context.toldFirst = memory.toldPartitions ? toldPartitions.offsetOf(memory.toldPartitions) : 0;
		context.known = known;
		context.provenAt = groupRows.columns.provenAt[groupRows.offsetOf(memory.row)] as number;
		context.stalledAfterSeconds = memory.objective.stalledAfterSeconds;
		context.stream = stream;
		context.retentionSeconds = this.#retentionSeconds(stream);
		context.partitionLagsAt = this.#partitionsAt;
		records.partitionsAt[row] = this.#partitionsAt;
		if (context.partitionLags) this.#partitionsAt += lag.ids.length;
		const folded = this.#folded;
		foldPartitions(this.#history, lag, context, folded);

		this.#complete &&= folded.complete;
		this.#add(folded);
		records.partitionsUnknown[row] = folded.unknown;
		records.partitionsStalled[row] = folded.stalled;
		if (folded.lagUnknown !== undefined) {
			records.lagUnknown[row] = folded.lagUnknown;
			return true;
		}
		records.lag[row] = folded.lag;
		if (folded.uncertainty !== undefined) records.lagUncertainty[row] = folded.uncertainty;
		records.partitionLagMax[row] = folded.lagMax;
		if (context.agesByHead && folded.lag === 0) records.lagSeconds[row] = 0;
		else if (folded.ageSeconds >= 0) records.lagSeconds[row] = folded.ageSeconds;
		records.retentionUsedRatio[row] = folded.usedRatio;
		records.retentionHeadroomSeconds[row] = folded.headroomSeconds;
		return true;
	}

	#add({ moved, rewound, consumed, lost }: Told): void {
		this.#moved ||= moved;
		this.#rewound ||= rewound;
		this.#consumed += consumed;
		this.#lost += lost;
	}

	/** Counters: kept in any case, exported with what they count. */
	#count(row: number, { row: range, told }: GroupMemory, group: Group): void {
		const records = this.#records;
		const { groupRows, toldRows } = this.#history;
		const offset = groupRows.offsetOf(range);
		const { consumedTotal, lostTotal } = groupRows.columns;
		const consumedNow = (consumedTotal[offset] as number) + this.#consumed;
		const lostNow = (lostTotal[offset] as number) + this.#lost;
		consumedTotal[offset] = consumedNow;
		lostTotal[offset] = lostNow;
		const partitions = 'ids' in group.lag ? group.lag : undefined;
		const countsConsumed = partitions
			? (partitions.told?.consumedCount.some((count) => count >= 0) ?? true)
			: group.consumedCount !== undefined;
		if (countsConsumed) records.consumedTotal[row] = consumedNow;
		if (partitions || this.#line || group.pendingLostCount !== undefined) {
			records.lostTotal[row] = lostNow;
		}
		if (told && group.exhaustedCount !== undefined) {
			const { exhaustedTotal } = toldRows.columns;
			records.exhaustedTotal[row] = exhaustedTotal[toldRows.offsetOf(told)] as number;
		}
	}

	/** Retention of groups without partitions: by the stream's time limit, and by their line. */
	#setRetention(
		row: number,
		{ told }: GroupMemory,
		group: Group,
		stream: StreamMemory | undefined,
	): void {
		const lag = this.#records.lag[row] as number;
		if (Number.isNaN(lag)) return;
		const line = this.#line;
		const limitSeconds = this.#retentionSeconds(stream);
		if (!line && Number.isNaN(limitSeconds)) return;
		const { toldRows, timeline } = this.#history;
		const start = line?.start ?? 0;
		const ageSeconds = group.lagSeconds ?? Number.NaN;
		const rate =
			line && told ? startRate(toldRows.columns, toldRows.offsetOf(told), timeline.now, start) : 0;
		const unread = {
			start,
			position: Math.max(line?.position ?? 0, start),
			end: Math.max(line?.end ?? lag, start),
			ageSeconds,
			limitSeconds,
			startRate: dangerousRate(rate, stream?.trimsBySize, limitSeconds, ageSeconds),
		};
		// The line may end at what is acknowledged: without lag, nothing unread is in danger all the same.
		if (lag === 0) unread.position = unread.end;
		this.#records.retentionUsedRatio[row] = usedRatio(unread);
		this.#records.retentionHeadroomSeconds[row] = headroomSeconds(unread);
	}

	/** A stream's time limit; NaN where it was not read in this round. */
	#retentionSeconds(stream: StreamMemory | undefined): number {
		const isRead = stream?.round === this.#history.round;
		return isRead ? (stream.retentionSeconds ?? Number.NaN) : Number.NaN;
	}

	/** Sets the clocks, and notes what happened in this round. */
	#keepTime(row: number, { row: range, objective }: GroupMemory, group: Group): void {
		const offset = this.#history.groupRows.offsetOf(range);
		const columns = this.#history.groupRows.columns;
		const { round, intervalTicks } = this.#history;
		const { now } = this.#history.timeline;
		const lag = this.#records.lag[row] as number;
		const isKnown = !Number.isNaN(lag);
		const { readers } = group;
		columns.lags[offset * windowPolls + (round % windowPolls)] = this.#fresh ? lag : Number.NaN;
		if (this.#fresh) {
			const before = columns.standing[offset] as number;
			const isQuiet = isKnown ? lag <= objective.ignoreLag : before === 0;
			const isStill = isQuiet || (group.paused ?? false);
			const standing = standingSince(before, now, this.#moved, isStill);
			columns.standing[offset] = standing;
			if (readers) {
				const nobody = columns.nobody[offset] as number;
				const since = nobodySince(nobody, now, readers, standing, intervalTicks);
				columns.nobody[offset] = since;
			}
			if (this.#complete) columns.provenAt[offset] = now;
			if (this.#moved) columns.movedAt[offset] = now;
			if (this.#lost > 0) columns.lostRound[offset] = round;
			if (this.#rewound) columns.rewoundRound[offset] = round;
			if (isKnown && isQuiet) columns.quietRound[offset] = round;
		}
		const hasPosition = 'ids' in group.lag || this.#position || group.acknowledged;
		if (!isKnown || !hasPosition) return;
		const standing = columns.standing[offset] as number;
		const provenAt = columns.provenAt[offset] as number;
		this.#records.stalledSeconds[row] = clockSeconds(provenAt, standing);
		if (!readers) return;
		const nobody = columns.nobody[offset] as number;
		const since = standing === 0 || nobody === 0 ? 0 : Math.max(standing, nobody);
		this.#records.stoppedSeconds[row] = clockSeconds(provenAt, since);
	}

	/** What follows from all the rest: drain, breaches, status, and what its sentence needs. */
	#conclude(row: number, { row: range, objective }: GroupMemory, group: Group): void {
		const record = this.#record;
		record.row = row;
		const offset = this.#history.groupRows.offsetOf(range);
		const records = this.#records;
		const { round, roundTicks, timeline } = this.#history;
		const columns = this.#history.groupRows.columns;
		takeSpan(columns.lags, offset * windowPolls, roundTicks, round, records, row);
		copyLags(columns.lags, offset * windowPolls, round, records.recentLags, row * windowPolls);
		records.drainSeconds[row] = drainSeconds(records.lag[row] as number, records, row);
		records.breaches[row] = breachesOf(objective, record);
		const movedAt = columns.movedAt[offset] as number;
		if (movedAt !== 0) records.movedMs[row] = timeline.wallMs(movedAt);
		const facts = this.#facts;
		facts.paused = group.paused ?? false;
		facts.lost = isRecent(columns.lostRound[offset] as number, round);
		facts.rewound = isRecent(columns.rewoundRound[offset] as number, round);
		facts.quiet = isRecent(columns.quietRound[offset] as number, round);
		facts.shrank = shrunkBy(records, row) > 0;
		records.statuses[row] = statusOf(record, facts);
	}
}

/** Whether a round lies within the window; 0 is none. */
function isRecent(then: number, round: number): boolean {
	return then > 0 && round - then < windowPolls;
}
