import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** Everything that a group has committed. */
export interface GroupOffsets {
	readonly errorCode: number;
	readonly groupId: string;
	readonly topics: readonly TopicOffsets[];
}

/** What a group has committed on a topic, as columns of one length. */
export interface TopicOffsets {
	readonly topic: string;
	readonly partitions: Int32Array;
	/** -1: nothing committed. NaN: not read. */
	readonly offsets: Float64Array;
	readonly errorCodes: Int16Array;
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
		writer.array(groupIds, (groupId) => {
			writer.string(groupId);
			if (version >= 9) writer.string(null).int32(-1); // no member
			writer.array(null, () => {}).tags();
		});
		writer.boolean(false).tags();
	},
	read(reader) {
		reader.int32(); // throttle time
		const groups = reader.array(() => {
			const groupId = reader.string() ?? '';
			const topics = reader.array(() => readTopic(reader));
			const errorCode = reader.int16();
			reader.tags();
			return { errorCode, groupId, topics };
		});
		reader.tags();
		return groups;
	},
};

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
		reader.int32(); // throttle time
		const topics = reader.array(() => readTopic(reader));
		const errorCode = reader.int16();
		reader.tags();
		return { errorCode, groupId: '', topics };
	},
};

function readTopic(reader: Reader): TopicOffsets {
	const topic = reader.string() ?? '';
	const count = reader.count();
	const partitions = new Int32Array(count);
	const offsets = new Float64Array(count);
	const errorCodes = new Int16Array(count);
	for (let row = 0; row < count; row++) {
		partitions[row] = reader.int32();
		offsets[row] = reader.int64();
		reader.int32(); // leader epoch
		reader.bytes(); // metadata
		errorCodes[row] = reader.int16();
		reader.tags();
	}
	reader.tags();
	return { topic, partitions, offsets, errorCodes };
}
