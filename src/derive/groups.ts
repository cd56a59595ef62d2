import type { Carried, Consumer, Group, Kept } from '../model.ts';
import { clockSeconds, nobodySince, standingSince } from './clocks.ts';
import { type Folded, foldPartitions } from './group-partitions.ts';
import type { GroupMemory, History } from './history.ts';
import { breachesOf } from './objectives.ts';
import type { DerivePlan } from './plan.ts';
import { headroomSeconds, startRate, usedRatio } from './retention.ts';
import { sentenceOf } from './sentence.ts';
import { statusOf } from './status.ts';
import { takeTold } from './told.ts';
import { drainSeconds, lagSpan, windowPolls } from './window.ts';

/** A record in the making; what stays unknown is never set. */
export type Draft = { -readonly [Key in keyof Consumer]: Consumer[Key] };

/** Takes a group's reading into its memory, and makes the record that is exported of it. */
export function takeGroup(
	history: History,
	memory: GroupMemory,
	kept: Kept<Group>,
	carried: Carried,
	plan: DerivePlan,
): Draft {
	const { record: group, readAtMs } = kept;
	const fresh = readAtMs === carried.atMs;
	const draft = passFacts(group, memory, plan);
	const known = memory.round !== 0;
	if (!known || memory.round !== history.round - 1) forgetLags(history, memory);
	memory.round = history.round;
	if (fresh) memory.readAt = history.timeline.now;

	const folded = foldLag(history, memory, kept, carried, draft, known);
	const told = fresh && memory.told ? takeTold(history, memory.told.offset, group) : undefined;
	const moved = (folded?.moved ?? false) || (told?.moved ?? false);
	const rewound = (folded?.rewound ?? false) || (told?.rewound ?? false);
	const complete = fresh && (folded?.complete ?? true);
	const consumed = (folded?.consumed ?? 0) + (told?.consumed ?? 0);
	const lost = (folded?.lost ?? 0) + (told?.lost ?? 0);

	count(history, memory, group, draft, consumed, lost);
	if (!folded) setRetention(history, memory, group, carried, draft);
	keepTime(history, memory, group, draft, { fresh, moved, complete, lost, rewound });
	return conclude(history, memory, group, draft, plan);
}

/** What is exported as it was read. */
function passFacts(group: Group, memory: GroupMemory, { target, platform }: DerivePlan): Draft {
	const draft: Draft = {
		target,
		platform,
		stream: group.stream,
		consumerGroup: group.consumerGroup,
		firstSeenMs: memory.firstSeenMs,
		status: 'unknown',
		statusReason: '',
		objective: memory.objective,
		breaches: {},
		expected: memory.expected,
	};
	// One by one: a loop over names costs several times as much, and there may be 100,000 groups.
	if (group.kind !== undefined) draft.kind = group.kind;
	if (group.state !== undefined) draft.state = group.state;
	if (group.lagSeconds !== undefined) draft.lagSeconds = group.lagSeconds;
	if (group.pending !== undefined) draft.pending = group.pending;
	if (group.pendingAgeSeconds !== undefined) draft.pendingAgeSeconds = group.pendingAgeSeconds;
	if (group.pendingIdleSeconds !== undefined) draft.pendingIdleSeconds = group.pendingIdleSeconds;
	if (group.pendingAbandoned !== undefined) draft.pendingAbandoned = group.pendingAbandoned;
	if (group.oldestPendingDeliveries !== undefined) {
		draft.oldestPendingDeliveries = group.oldestPendingDeliveries;
	}
	if (group.pendingLimit !== undefined) draft.pendingLimit = group.pendingLimit;
	if (group.redelivered !== undefined) draft.redelivered = group.redelivered;
	if (group.position) draft.position = group.position;
	if (group.acknowledged) draft.acknowledged = group.acknowledged;
	if (group.members !== undefined) draft.members = group.members;
	if (group.idleSeconds !== undefined) draft.idleSeconds = group.idleSeconds;
	if (group.waitingPulls !== undefined) draft.waitingPulls = group.waitingPulls;
	return draft;
}

/** The lag, told or added up; what partitions add up to is given back. */
function foldLag(
	history: History,
	memory: GroupMemory,
	{ record: group, readAtMs }: Kept<Group>,
	carried: Carried,
	draft: Draft,
	known: boolean,
): Folded | undefined {
	const { lag } = group;
	if ('unknown' in lag) {
		draft.lagUnknown = lag.unknown;
		return undefined;
	}
	if (!('ids' in lag)) {
		draft.lag = lag.messages;
		if (lag.uncertainty !== undefined) draft.lagUncertainty = lag.uncertainty;
		return undefined;
	}
	const folded = foldPartitions(history, lag, {
		atMs: carried.atMs,
		readAtMs,
		first: memory.partitions?.offset ?? 0,
		toldFirst: memory.toldPartitions?.offset ?? 0,
		known,
		provenAt: history.groupRows.columns.provenAt[memory.row.offset] as number,
		stalledAfterSeconds: memory.objective.stalledAfterSeconds,
		stream: history.streams.get(group.stream),
		retentionSeconds: carried.streams.get(group.stream)?.record.retentionSeconds ?? Number.NaN,
		agesByHead: carried.agesByHead,
		partitionDetail: carried.partitionDetail,
	});
	draft.partitionsUnknown = folded.unknown;
	draft.partitionsStalled = folded.stalled;
	if (folded.partitions) draft.partitions = folded.partitions;
	if (folded.lagUnknown !== undefined) {
		draft.lagUnknown = folded.lagUnknown;
		return folded;
	}
	draft.lag = folded.lag;
	if (folded.uncertainty !== undefined) draft.lagUncertainty = folded.uncertainty;
	draft.partitionLagMax = folded.lagMax;
	if (carried.agesByHead && folded.lag === 0) draft.lagSeconds = 0;
	else if (folded.ageSeconds >= 0) draft.lagSeconds = folded.ageSeconds;
	if (folded.usedRatio >= 0) draft.retentionUsedRatio = folded.usedRatio;
	if (folded.headroomSeconds >= 0) draft.retentionHeadroomSeconds = folded.headroomSeconds;
	return folded;
}

/** Counters: kept in any case, exported with what they count. */
function count(
	history: History,
	{ row: { offset: row }, told }: GroupMemory,
	group: Group,
	draft: Draft,
	consumed: number,
	lost: number,
): void {
	const { consumedTotal, lostTotal } = history.groupRows.columns;
	const consumedNow = (consumedTotal[row] as number) + consumed;
	const lostNow = (lostTotal[row] as number) + lost;
	consumedTotal[row] = consumedNow;
	lostTotal[row] = lostNow;
	const partitions = 'ids' in group.lag ? group.lag : undefined;
	const hasPartitions = partitions !== undefined;
	const countsConsumed = partitions
		? (partitions.told?.consumedCount.some((count) => count >= 0) ?? true)
		: group.consumedCount !== undefined;
	if (countsConsumed) draft.consumedTotal = consumedNow;
	if (hasPartitions || group.line || group.pendingLostCount !== undefined) {
		draft.lostTotal = lostNow;
	}
	if (told && group.exhaustedCount !== undefined) {
		draft.exhaustedTotal = history.toldRows.columns.exhaustedTotal[told.offset] as number;
	}
}

/** Retention of groups without partitions: by the stream's time limit, and by their line. */
function setRetention(
	history: History,
	{ told }: GroupMemory,
	group: Group,
	carried: Carried,
	draft: Draft,
): void {
	const { lag } = draft;
	if (lag === undefined) return;
	const { line } = group;
	const limitSeconds = carried.streams.get(group.stream)?.record.retentionSeconds ?? Number.NaN;
	const start = line?.start ?? 0;
	const unread = {
		start,
		position: Math.max(line?.position ?? 0, start),
		end: Math.max(line?.end ?? lag, start),
		ageSeconds: group.lagSeconds ?? Number.NaN,
		limitSeconds,
		startRate:
			line && told
				? startRate(history.toldRows.columns, told.offset, history.timeline.now, start)
				: 0,
	};
	// The line may end at what is acknowledged: without lag, nothing unread is in danger all the same.
	if (lag === 0) unread.position = unread.end;
	const used = usedRatio(unread);
	const headroom = headroomSeconds(unread);
	if (used >= 0) draft.retentionUsedRatio = used;
	if (headroom >= 0) draft.retentionHeadroomSeconds = headroom;
}

interface Seen {
	readonly fresh: boolean;
	readonly moved: boolean;
	readonly complete: boolean;
	readonly lost: number;
	readonly rewound: boolean;
}

/** Sets the clocks, and notes what happened in this round. */
function keepTime(
	history: History,
	{ row: { offset: row }, objective }: GroupMemory,
	group: Group,
	draft: Draft,
	seen: Seen,
): void {
	const columns = history.groupRows.columns;
	const { round, intervalTicks } = history;
	const { now } = history.timeline;
	const { lag } = draft;
	const before = columns.standing[row] as number;
	columns.lags[row * windowPolls + (round % windowPolls)] =
		seen.fresh && lag !== undefined ? lag : Number.NaN;
	if (seen.fresh) {
		const isQuiet = lag === undefined ? before === 0 : lag <= objective.ignoreLag;
		const standing = standingSince(before, now, seen.moved, isQuiet || (group.paused ?? false));
		columns.standing[row] = standing;
		if (group.readers) {
			const nobody = columns.nobody[row] as number;
			columns.nobody[row] = nobodySince(nobody, now, group.readers, standing, intervalTicks);
		}
		if (seen.complete) columns.provenAt[row] = now;
		if (seen.moved) columns.movedAt[row] = now;
		if (seen.lost > 0) columns.lostRound[row] = round;
		if (seen.rewound) columns.rewoundRound[row] = round;
		if (lag !== undefined && isQuiet) columns.quietRound[row] = round;
	}
	const hasPosition = 'ids' in group.lag || group.position || group.acknowledged;
	if (lag === undefined || !hasPosition) return;
	const standing = columns.standing[row] as number;
	const provenAt = columns.provenAt[row] as number;
	draft.stalledSeconds = clockSeconds(provenAt, standing);
	if (!group.readers) return;
	const nobody = columns.nobody[row] as number;
	const since = standing === 0 || nobody === 0 ? 0 : Math.max(standing, nobody);
	draft.stoppedSeconds = clockSeconds(provenAt, since);
}

/** What follows from all the rest: drain, breaches, status and its sentence. */
function conclude(
	history: History,
	{ row: { offset: row }, objective }: GroupMemory,
	group: Group,
	draft: Draft,
	{ intervalSeconds }: DerivePlan,
): Draft {
	const columns = history.groupRows.columns;
	const { round, roundTicks, timeline } = history;
	const span = lagSpan(columns.lags, row * windowPolls, roundTicks, round);
	const { lag } = draft;
	const drain = lag === undefined ? undefined : drainSeconds(lag, span);
	if (drain !== undefined) draft.drainSeconds = drain;
	draft.breaches = breachesOf(objective, draft);

	draft.status = statusOf(draft, {
		paused: group.paused ?? false,
		lost: isRecent(columns.lostRound[row] as number, round),
		rewound: isRecent(columns.rewoundRound[row] as number, round),
		quiet: isRecent(columns.quietRound[row] as number, round),
		shrank: span !== undefined && span.now < span.before,
		intervalSeconds,
	});
	const movedAt = columns.movedAt[row] as number;
	const movedMs = movedAt === 0 ? undefined : timeline.wallMs(movedAt);
	draft.statusReason = sentenceOf(draft, { movedMs, span });
	return draft;
}

/** Whether a round lies within the window; 0 is none. */
function isRecent(then: number, round: number): boolean {
	return then > 0 && round - then < windowPolls;
}

/** After a round without the group, its ring of lags holds those of a time long past. */
function forgetLags(history: History, { row: { offset } }: GroupMemory): void {
	const { lags } = history.groupRows.columns;
	lags.fill(Number.NaN, offset * windowPolls, (offset + 1) * windowPolls);
}
