import type { Reader } from './reader.ts';
import type { Request } from './request.ts';
import type { Writer } from './writer.ts';

/** How far a share group is. */
export interface ShareGroupOffsets {
	readonly errorCode: number;
	readonly groupId: string;
	readonly topics: readonly ShareTopicOffsets[];
}

export interface ShareTopicOffsets {
	readonly topic: string;
	readonly partitions: readonly SharePartition[];
}

export interface SharePartition {
	readonly errorCode: number;
	/** Messages before it are done with; -1: not initialised. */
	readonly startOffset: number;
	/** Messages not yet acknowledged, as the broker counts them; -1: not initialised. Told since version 1. */
	readonly lag?: number;
}

/** How far share groups are on all their topics (KIP-932; lag: KIP-1226). */
export const describeShareGroupOffsets: Request<readonly string[], readonly ShareGroupOffsets[]> = {
	operation: 'describe_share_group_offsets',
	key: 90,
	versions: [0, 1],
	flexible: true,
	write(writer, groupIds) {
		writer.array(groupIds, writeGroup).tags();
	},
	read(reader, version) {
		const groups = reader.array(readGroup, version);
		reader.tags();
		return groups;
	},
};

function writeGroup(writer: Writer, groupId: string): void {
	writer.string(groupId);
	writer.array(null, () => {}).tags();
}

function readGroup(reader: Reader, version: number): ShareGroupOffsets {
	const groupId = reader.string() ?? '';
	const topics = reader.array(readTopic, version);
	const errorCode = reader.int16();
	reader.skipBytes(); // error message
	reader.tags();
	return { errorCode, groupId, topics };
}

function readTopic(reader: Reader, version: number): ShareTopicOffsets {
	const topic = reader.string() ?? '';
	reader.skip(16); // topic id
	const partitions = reader.array(readPartition, version);
	reader.tags();
	return { topic, partitions };
}

function readPartition(reader: Reader, version: number): SharePartition {
	reader.skip(4); // partition
	const startOffset = reader.int64();
	reader.skip(4); // leader epoch
	const lag = version >= 1 ? reader.int64() : undefined;
	const errorCode = reader.int16();
	reader.skipBytes(); // error message
	reader.tags();
	return { errorCode, startOffset, ...(lag !== undefined && { lag }) };
}
