import { RowsBuilder, type TopicOffsets } from './offset-rows.ts';
import type { Reader } from './reader.ts';
import type { Request } from './request.ts';
import type { Writer } from './writer.ts';

/** Everything that a group has committed. */
export interface GroupOffsets {
	readonly errorCode: number;
	readonly groupId: string;
	/** An offset of -1: nothing committed. */
	readonly topics: readonly TopicOffsets[];
}

/**
 * The offsets of several groups on all their topics. Not "stable" ones: while a transaction is
 * pending, those would be -1 and error 88.
 */
export const offsetFetch: Request<readonly string[], readonly GroupOffsets[]> = {
	operation: 'offset_fetch',
	key: 9,
	versions: [8, 9],
	flexible: true,
	write(writer, groupIds, version) {
		writer.array(groupIds, writeGroup, version).boolean(false).tags();
	},
	read(reader) {
		const groups = reader.array(readGroup, new RowsBuilder());
		reader.tags();
		return groups;
	},
};

function writeGroup(writer: Writer, groupId: string, version: number): void {
	writer.string(groupId);
	if (version >= 9) writer.string(null).int32(-1); // no member
	writer.array(null, () => {}).tags();
}

function readGroup(reader: Reader, rows: RowsBuilder): GroupOffsets {
	const groupId = reader.string() ?? '';
	const topics = reader.array(readTopic, rows);
	const errorCode = reader.int16();
	reader.tags();
	return { errorCode, groupId, topics };
}

/** The offsets of one group, for brokers before 3.0. */
export const offsetFetchOfOne: Request<string, GroupOffsets> = {
	operation: 'offset_fetch',
	key: 9,
	versions: [6, 7],
	flexible: true,
	write(writer, groupId, version) {
		writer.string(groupId).array(null, () => {});
		if (version >= 7) writer.boolean(false);
		writer.tags();
	},
	read(reader) {
		const topics = reader.array(readTopic, new RowsBuilder());
		const errorCode = reader.int16();
		reader.tags();
		return { errorCode, groupId: '', topics };
	},
};

/** A row takes its partition, offset, leader epoch, metadata, error and tagged fields. */
const leastRowBytes = 20;

function readTopic(reader: Reader, rows: RowsBuilder): TopicOffsets {
	const topic = reader.string() ?? '';
	const count = reader.count(leastRowBytes);
	const from = rows.length;
	rows.reserve(count);
	for (let row = 0; row < count; row++) {
		const partition = reader.int32();
		const offset = reader.int64();
		reader.skip(4); // leader epoch
		reader.skipBytes(); // metadata
		rows.add(partition, offset, reader.int16());
		reader.tags();
	}
	reader.tags();
	return { topic, rows, from, to: rows.length };
}
