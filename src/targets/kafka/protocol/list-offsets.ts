import { RowsBuilder, type TopicOffsets } from './offset-rows.ts';
import type { Reader } from './reader.ts';
import type { Request } from './request.ts';
import type { Writer } from './writer.ts';

/** Which offset is asked for: values of the protocol's `timestamp`, beside a time of day. */
export const latest = -1;
export const earliest = -2;

/** Whether the latest offset is that of committed transactions only. */
export type Isolation = 'read_uncommitted' | 'read_committed';

/** Partitions, by topic. The same one twice in a request is an error. */
export type Topics = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

export interface ListOffsetsArguments {
	/** {@link latest}, {@link earliest}, or milliseconds since 1970: the first message of that time or later. */
	readonly at: number;
	readonly topics: Topics;
	readonly isolation: Isolation;
	/** How long the broker may look, in milliseconds. */
	readonly timeoutMs: number;
}

/** What a leader told. */
export interface FoundOffsets {
	/** An offset of -1: no message of that time or later. */
	readonly topics: readonly TopicOffsets[];
	/** Of the messages found, by row, in milliseconds since 1970; -1 where no time was asked for. */
	readonly timestamps: Float64Array;
}

const isolationLevels: Readonly<Record<Isolation, number>> = {
	read_uncommitted: 0,
	read_committed: 1,
};
const noReplica = -1;
/** The leader epoch is not told: a stale one would be an error after every election. */
const noEpoch = -1;
/** A row takes its partition, error, timestamp, offset, leader epoch and tagged fields. */
const leastRowBytes = 27;

/** The first, the next, or some offset between of partitions, asked of their leader. */
export const listOffsets: Request<ListOffsetsArguments, FoundOffsets> = {
	operation: 'list_offsets',
	key: 2,
	versions: [6, 11],
	flexible: true,
	write(writer, { at, topics, isolation, timeoutMs }, version) {
		writer.int32(noReplica).int8(isolationLevels[isolation]);
		writer.array(topics, writeTopic, at);
		if (version >= 10) writer.int32(timeoutMs);
		writer.tags();
	},
	read(reader) {
		const timestamps: number[] = [];
		const topics = reader.array(readTopic, { rows: new RowsBuilder(), timestamps });
		reader.tags();
		return { topics, timestamps: Float64Array.from(timestamps) };
	},
};

function writeTopic(writer: Writer, { topic, partitions }: Topics[number], at: number): void {
	writer.string(topic).array(partitions, writePartition, at).tags();
}

function writePartition(writer: Writer, partition: number, at: number): void {
	writer.int32(partition).int32(noEpoch).int64(at).tags();
}

function readTopic(
	reader: Reader,
	{ rows, timestamps }: { readonly rows: RowsBuilder; readonly timestamps: number[] },
): TopicOffsets {
	const topic = reader.string() ?? '';
	const count = reader.count(leastRowBytes);
	const from = rows.length;
	rows.reserve(count);
	for (let row = 0; row < count; row++) {
		const partition = reader.int32();
		const errorCode = reader.int16();
		timestamps.push(reader.int64());
		rows.add(partition, reader.int64(), errorCode);
		reader.skip(4); // leader epoch
		reader.tags();
	}
	reader.tags();
	return { topic, rows, from, to: rows.length };
}
