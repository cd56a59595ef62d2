/**
 * The words that all stages share. This file imports nothing.
 *
 * A target turns one broker installation into a {@link Reading}; poll keeps, for a while, what a
 * reading could not read ({@link Carried}); derive adds it up ({@link Derived}); metrics makes a
 * {@link Snapshot} of it.
 *
 * Unknown is absent: an optional field that is not there, or undefined, could not be read or told, and
 * is never 0 or -1. The one sentinel is NaN in columns of partitions, where it means "not read" or "not to be
 * told"; the exposition writes no line for it.
 */

/**
 * A place in a stream, compared without knowing the platform: major first, then minor.
 * Kafka: offset and 0. NATS: sequence and 0. Redis: the milliseconds and the sequence of an id.
 * Both are integers below 2^53.
 */
export interface Position {
	readonly major: number;
	readonly minor: number;
}

/** Why a lag could not be told: one short code, a label of `stream_consumer_lag_unknown`. */
export interface Unknown {
	readonly unknown: string;
}

/** A lag that the platform tells as one number. */
export interface ToldLag {
	readonly messages: number;
	/** The largest possible error, in messages; absent on platforms that have no such doubt. */
	readonly uncertainty?: number;
}

/**
 * The partitions of a stream, or of a group on a stream, as columns of one length: row i is
 * partition ids[i]. NaN: not read.
 */
export interface Partitions {
	/** Ascending, without duplicates. */
	readonly ids: Int32Array;
	/** The first offset that is still kept. */
	readonly start: Float64Array;
	/** The offset that the next message will get. */
	readonly end: Float64Array;
	/** The group's committed offsets; absent on a stream's own partitions. */
	readonly committed?: Float64Array;
	/**
	 * The group's lag where the platform tells it for each partition. It then stands for itself, NaN
	 * where it is not known; start, end and committed are counts of messages, for what was lost, and no
	 * offsets that anyone would know.
	 */
	readonly told?: ToldPartitions;
	/**
	 * Only after {@link Carried}: when each row was read, in milliseconds since 1970, where some row
	 * is older than the reading. Absent: all rows are of the reading.
	 */
	readonly readAtMs?: Float64Array;
}

/** Columns as long as those of the {@link Partitions} that they belong to. */
export interface ToldPartitions {
	readonly lag: Float64Array;
	/** The largest possible error of each lag. */
	readonly uncertainty: Float64Array;
	/** How far messages were handed out: the two parts of a {@link Position}. */
	readonly positionMajor: Float64Array;
	readonly positionMinor: Float64Array;
	/** Messages handed out since the group was made, as the server counts them; grows. */
	readonly consumedCount: Float64Array;
	/** Why a lag is not known, where that is for another reason than a failed reading. */
	readonly unknown?: string;
}

/** One consumer group on one stream. Its fields may be made when they are asked for. */
export interface Group {
	/** The stream's name as shown: valid UTF-8, see `displayName`. */
	readonly stream: string;
	/** The group's name as shown. */
	readonly consumerGroup: string;
	/** The value of the label `kind` of `stream_consumer_info`. */
	readonly kind?: string | undefined;
	/** The broker's word for the group's state, lower case with underscores. */
	readonly state?: string | undefined;
	/**
	 * Lag: told as a whole, or as the partitions that the group has committed on (summed by derive),
	 * or not to be told.
	 */
	readonly lag: ToldLag | Partitions | Unknown;
	/** How far messages were handed out to the group, where that is one position. */
	readonly position?: Position | undefined;
	/** How far they were acknowledged, where that is a position of its own; either moves the group. */
	readonly acknowledged?: Position | undefined;
	/** Where the group stands among the messages of its stream, where a moving start means loss. */
	readonly line?: Line | undefined;
	/** Messages handed out since the group was made, as the server counts them; grows. */
	readonly consumedCount?: number | undefined;
	/** Absent: not told. */
	readonly readers?: Readers | undefined;
	/** Nothing is handed out, on purpose. */
	readonly paused?: boolean | undefined;
	/** Age of the oldest message not handed out, 0 when there is none, where the platform tells. */
	readonly lagSeconds?: number | undefined;
	/** Messages delivered and not acknowledged. */
	readonly pending?: number | undefined;
	/** Age of the oldest of them. */
	readonly pendingAgeSeconds?: number | undefined;
	/** Since the oldest of them was last delivered. */
	readonly pendingIdleSeconds?: number | undefined;
	/** How often the oldest of them was delivered. */
	readonly oldestPendingDeliveries?: number | undefined;
	/** Pending messages that nobody has claimed for too long. */
	readonly pendingAbandoned?: number | undefined;
	/** Pending messages seen trimmed away since the target was made; grows. */
	readonly pendingLostCount?: number | undefined;
	/** The most messages that may be delivered and not acknowledged. */
	readonly pendingLimit?: number | undefined;
	/** Messages delivered more than once and still not acknowledged. */
	readonly redelivered?: number | undefined;
	/** Messages given up after their last delivery, seen since the target was made; grows. */
	readonly exhaustedCount?: number | undefined;
	readonly members?: number | undefined;
	/** Since anyone last tried to read. */
	readonly idleSeconds?: number | undefined;
	/** Requests of readers that wait for messages. */
	readonly waitingPulls?: number | undefined;
}

/** Whether someone is there who could read. */
export interface Readers {
	readonly present: boolean;
	/** Since the latest of them tried; absent: they are there now, or it is not told. */
	readonly idleSeconds?: number;
}

/**
 * A group on its stream as counts of messages since the stream began: whole numbers that only grow,
 * so that start - position messages were deleted before they were read.
 */
export interface Line {
	/** Messages up to here were read (or acknowledged, where unacknowledged ones can be lost). */
	readonly position: number;
	/** Messages up to here were deleted. */
	readonly start: number;
	/** All messages ever. */
	readonly end: number;
}

/** One stream: a topic, a Redis key, a JetStream stream. Its fields may be made when they are asked for. */
export interface Stream {
	readonly name: string;
	/** Where the platform has them. */
	readonly partitions?: Partitions | undefined;
	/** How many there are, where they are not told one by one. */
	readonly partitionCount?: number | undefined;
	/** Messages kept. */
	readonly length?: number | undefined;
	/** Messages ever added, as the server counts them; grows. */
	readonly producedCount?: number | undefined;
	readonly bytes?: number | undefined;
	/** The most messages that are kept. */
	readonly lengthLimit?: number | undefined;
	/** How long messages are kept. */
	readonly retentionSeconds?: number | undefined;
	/**
	 * Whether messages are deleted because there are too many, read or not. False: where the start moves,
	 * they are deleted by age, or by those who have read them. Absent: not told.
	 */
	readonly trimsBySize?: boolean | undefined;
	readonly oldestMessageAgeSeconds?: number | undefined;
	readonly newestMessageAgeSeconds?: number | undefined;
	/** Where several processes read a target, each its share. Absent: all of the stream is here. */
	readonly elsewhere?: Elsewhere | undefined;
}

/** What other processes have of a stream. */
export interface Elsewhere {
	/** Another one exports it: it is here for the groups on it alone. */
	readonly exported: boolean;
	/** Groups on it that others read. Absent: not told. */
	readonly groups?: number;
}

/** Where the end of a partition was at an earlier time, as the broker looked it up. */
export interface HeadSeed {
	readonly stream: string;
	readonly partition: number;
	/** Milliseconds since 1970. */
	readonly atMs: number;
	/** The end at that time. */
	readonly end: number;
}

/** Something that a broker did or said which kept a part of the reading from being made. */
export interface Problem {
	/** One of the platform's fixed set of codes, the label of `stream_target_problems_total`. */
	readonly code: string;
	/** What was asked: one of the platform's operations. */
	readonly operation: string;
	/** Whom or what it concerns: a broker, a topic, a group. */
	readonly subject?: string;
	/** What happened and what to do about it, for people. Never holds a secret. */
	readonly message: string;
}

/** Something that was listed, so that it exists, but could not be read this time. */
export interface Unread {
	/** Absent: the group on every stream. */
	readonly stream?: string;
	/** Absent: the stream itself and every group on it. */
	readonly consumerGroup?: string;
	/** What `stream_consumer_lag_unknown` says once nothing is known any more. */
	readonly reason: string;
}

/** What one poll of one target saw: plain records, no history, no opinion. */
export interface Reading {
	/** The server's version, where it tells. */
	readonly version?: string;
	/** Records that are made, here and below, have all their fields as their own: they can outlive the reading. */
	readonly streams: Records<Stream>;
	readonly groups: Records<Group>;
	/** For partitions first seen with lag, where their messages' age is told by the history of ends. */
	readonly headSeeds?: readonly HeadSeed[];
	readonly unread: readonly Unread[];
	/** Whether every stream and group in scope was listed; what a partial listing lacks may exist. */
	readonly complete: boolean;
	readonly problems: readonly Problem[];
	/** Whether single partitions are to be exported. */
	readonly partitionDetail: boolean;
	/**
	 * Whether derive is to tell the age of lag on partitions by the history of their ends. Absent:
	 * ages are those that the groups tell.
	 */
	readonly agesByHead?: boolean;
}

/** A reading whose records are all made. */
export interface PlainReading extends Reading {
	readonly streams: readonly Stream[];
	readonly groups: readonly Group[];
}

/** Records of readings, and how fresh each is. */
export interface Kept<T> {
	readonly records: Records<T>;
	/** As many as records; the same one for all that a poll read. */
	readonly seen: readonly Seen[];
}

/** When something was last seen; in milliseconds since 1970. */
export interface Seen {
	/** When it was last read. */
	readonly readAtMs: number;
	/** When it was last known to exist: read, or listed at least. */
	readonly listedAtMs: number;
	/** Complete listings in a row that did not show it. */
	readonly missedListings: number;
}

/** A target's last reading together with what earlier ones still vouch for (poll/carry.ts). */
export interface Carried {
	/** When the latest poll began, whether it read anything or not. */
	readonly atMs: number;
	/** Whether the latest poll listed every stream and group in scope. */
	readonly listed: boolean;
	readonly partitionDetail: boolean;
	readonly agesByHead: boolean;
	/** Of the latest reading alone. */
	readonly headSeeds: readonly HeadSeed[];
	/** Each name once, and from poll to poll in the same order, as far as the reading keeps to one. */
	readonly streams: Kept<Stream>;
	readonly groups: Kept<Group>;
}

/** The one word for how a consumer group fares, for people; the first that holds, in this order. */
export type Status =
	| 'unknown'
	| 'losing'
	| 'paused'
	| 'stopped'
	| 'blocked'
	| 'stalled'
	| 'rewound'
	| 'ok'
	| 'catching_up'
	| 'behind';

/** The objective that a group has. */
export interface ConsumerObjective {
	readonly name: string;
	/** critical, warning, info or none. */
	readonly severity: string;
	/** Whether the configuration names it; otherwise it is the built-in one. */
	readonly expressed: boolean;
	readonly lag?: number;
	readonly lagSeconds?: number;
	readonly pendingAgeSeconds?: number;
	readonly stalledAfterSeconds: number;
	readonly ignoreLag: number;
}

/** Which thresholds are exceeded; absent where the value is unknown or no threshold is set. */
export interface Breaches {
	readonly lag?: boolean;
	readonly lagSeconds?: boolean;
	readonly pendingAge?: boolean;
}

/**
 * One consumer group on one stream, as exported: what was read and what follows from it. Its fields
 * may be made when they are asked for.
 */
export interface Consumer {
	readonly target: string;
	readonly platform: string;
	readonly stream: string;
	readonly consumerGroup: string;
	/** When this exporter first saw it, in milliseconds since 1970. */
	readonly firstSeenMs: number;
	readonly kind?: string | undefined;
	readonly state?: string | undefined;
	/** Messages; never negative. */
	readonly lag?: number | undefined;
	readonly lagUncertainty?: number | undefined;
	/** Why there is no lag. */
	readonly lagUnknown?: string | undefined;
	/** Age of the oldest message not consumed, 0 without lag; a lower bound where the history ends. */
	readonly lagSeconds?: number | undefined;
	readonly partitionLagMax?: number | undefined;
	readonly partitionsUnknown?: number | undefined;
	readonly partitionsStalled?: number | undefined;
	readonly stalledSeconds?: number | undefined;
	readonly stoppedSeconds?: number | undefined;
	readonly pending?: number | undefined;
	readonly pendingAgeSeconds?: number | undefined;
	readonly pendingIdleSeconds?: number | undefined;
	readonly pendingAbandoned?: number | undefined;
	readonly oldestPendingDeliveries?: number | undefined;
	readonly pendingLimit?: number | undefined;
	readonly redelivered?: number | undefined;
	readonly members?: number | undefined;
	readonly idleSeconds?: number | undefined;
	readonly waitingPulls?: number | undefined;
	/** Counters of the exporter's own, from 0 at the first sight. */
	readonly consumedTotal?: number | undefined;
	readonly lostTotal?: number | undefined;
	readonly exhaustedTotal?: number | undefined;
	/** From 0 to 1. */
	readonly retentionUsedRatio?: number | undefined;
	readonly retentionHeadroomSeconds?: number | undefined;
	readonly drainSeconds?: number | undefined;
	readonly status: Status;
	/** Why, in words, with the numbers. */
	readonly statusReason: string;
	readonly objective: ConsumerObjective;
	readonly breaches: Breaches;
	/** Whether the configuration says that it must exist. */
	readonly expected: boolean;
	/** How far messages were handed out, and how far they were acknowledged, as in {@link Group}. */
	readonly position?: Position | undefined;
	readonly acknowledged?: Position | undefined;
	/** The lags of the last {@link recentPolls} polls, oldest first, NaN where it was not read. */
	readonly recentLags?: Float32Array | undefined;
	/** Absent where the configuration wants no single partitions. */
	readonly partitions?: ConsumerPartitions | undefined;
}

/** What happened of late is what happened in that many polls. */
export const recentPolls = 10;

/** A consumer group's partitions: row i is partition ids[i]. NaN: not known. */
export interface ConsumerPartitions {
	readonly ids: Int32Array;
	/** Messages: those of row i are at {@link lagsFrom} + i, for many groups share the column. */
	readonly lags: Float64Array;
	readonly lagsFrom: number;
	/** Committed offsets by row, where the platform has them. */
	readonly committed?: Float64Array | undefined;
}

/** One stream, as exported. */
export interface StreamState {
	readonly target: string;
	readonly platform: string;
	readonly stream: string;
	readonly length?: number | undefined;
	/** A counter of the exporter's own, from 0 at the first sight. */
	readonly producedTotal?: number | undefined;
	readonly bytes?: number | undefined;
	readonly lengthLimit?: number | undefined;
	readonly retentionSeconds?: number | undefined;
	readonly oldestMessageAgeSeconds?: number | undefined;
	readonly newestMessageAgeSeconds?: number | undefined;
	/** How many partitions there are, read or not. */
	readonly partitionCount?: number | undefined;
	/** Groups seen on it. Absent: others see some of them, and nobody tells how many. */
	readonly consumers?: number | undefined;
	/** Absent where the configuration wants no single partitions. */
	readonly partitions?: Partitions | undefined;
}

/** A group that the configuration expects. */
export interface Expectation {
	readonly target: string;
	readonly platform: string;
	readonly stream: string;
	readonly consumerGroup: string;
	/** Absent while groups could not be listed. */
	readonly missing?: boolean;
}

/**
 * Records in their order, made when somebody asks for them: with 100,000, objects that live from poll
 * to poll would cost more than all that is computed for them. An array is one, too.
 */
export interface Records<Record> extends Iterable<Record> {
	readonly length: number;
	/** The record of a row, from 0 on. */
	at(row: number): Record | undefined;
	/**
	 * The same, but an object that the next look moves on, and the next record that is made, whoever
	 * wants it, of this list or of one that was made of it: so never beyond a `yield` or `await`. What
	 * its fields gave may be kept. Arrays lack it: `look` of `records.ts` is for both.
	 */
	look?(row: number): Record;
}

/** What derive makes of a target's readings. */
export interface Derived {
	readonly consumers: Records<Consumer>;
	readonly streams: Records<StreamState>;
	readonly expectations: readonly Expectation[];
	/** Whether single partitions are left out of the exposition, for they would exceed the limit. */
	readonly withoutPartitions?: true;
	/** How many series the target may have, and how many it lacks for it; absent: no limit. */
	readonly seriesLimit?: { readonly series: number; readonly dropped: number };
}

/** How a poll ended: all was read, a part, nothing. */
export type PollResult = 'ok' | 'partial' | 'failed';

/** A target's own health, after its latest poll. */
export interface TargetState {
	readonly target: string;
	readonly platform: string;
	/** Which of the shards it is that reads the target, from 0. Absent: there is one alone. */
	readonly shard?: number;
	readonly version?: string;
	/** Seconds. */
	readonly pollIntervalSeconds: number;
	/** Absent until the first poll has ended. */
	readonly lastResult?: PollResult;
	/** When the latest poll ended, in seconds since 1970; absent until then. */
	readonly lastPollTimestampSeconds?: number;
	/** Seconds since 1970; absent until a poll has read something. */
	readonly lastSuccessTimestampSeconds?: number;
	readonly polls: Readonly<Record<PollResult, number>>;
	readonly pollDurations: Durations;
	/** Every code of the platform, counted from 0. */
	readonly problemCounts: Readonly<Record<string, number>>;
	/** Every operation of the platform, counted from 0. */
	readonly requestCounts: Readonly<Record<string, number>>;
	/** Of the latest poll. */
	readonly problems: readonly Problem[];
}

/** A histogram of durations in seconds: cumulative counts up to each bound. */
export interface Durations {
	readonly bounds: readonly number[];
	/** As many as bounds. */
	readonly counts: readonly number[];
	readonly count: number;
	readonly sum: number;
}

/** Everything that HTTP serves, made anew after each poll and never changed. */
export interface Snapshot {
	readonly targets: readonly TargetState[];
	readonly consumers: Records<Consumer>;
	readonly streams: Records<StreamState>;
	readonly exposition: Exposition;
}

/** The text of all metrics that come from polls, ready to be followed by those of the process. */
export interface Exposition {
	/**
	 * In their order. What did not change is shared with the exposition before. The plain texts of one
	 * that is not the newest may be written over, unless it was leased.
	 */
	readonly parts: readonly ExpositionPart[];
	/** The CRC-32 of the whole plain text, which a gzip member's trailer needs. */
	readonly crc32: number;
}

/** A part of the text. */
export interface ExpositionPart {
	/** Prometheus text format 0.0.4. */
	readonly plain: Uint8Array;
	/** The same as a raw deflate stream that ends at a full flush, so that it can be continued. */
	readonly deflated: Uint8Array;
}
