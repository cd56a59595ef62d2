import type { Request } from './request.ts';

/** Which offset is asked for: the values of the protocol's `timestamp`. */
export const latest = -1;
export const earliest = -2;

export interface ListOffsetsArguments {
	readonly at: typeof latest | typeof earliest;
	readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
	/** How long the broker may look, in milliseconds. */
	readonly timeoutMs: number;
}

/** The offsets of a topic's partitions, as columns of one length. */
export interface TopicEnds {
	readonly topic: string;
	readonly partitions: Int32Array;
	/** NaN: not read. */
	readonly offsets: Float64Array;
	readonly errorCodes: Int16Array;
}

const readUncommitted = 0;
const noReplica = -1;
/** The leader epoch is not told: a stale one would be an error after every election. */
const noEpoch = -1;

/** The first or the next offset of partitions, asked of their leader. */
export const listOffsets: Request<ListOffsetsArguments, readonly TopicEnds[]> = {
	operation: 'list_offsets',
	key: 2,
	versions: [6, 11],
	flexible: true,
	write(writer, { at, topics, timeoutMs }, version) {
		writer.int32(noReplica).int8(readUncommitted);
		writer.array(topics, ({ topic, partitions }) => {
			writer.string(topic);
			writer.array(partitions, (partition) => {
				writer.int32(partition).int32(noEpoch).int64(at).tags();
			});
			writer.tags();
		});
		if (version >= 10) writer.int32(timeoutMs);
		writer.tags();
	},
	read(reader) {
		reader.int32(); // throttle time
		const topics = reader.array(() => {
			const topic = reader.string() ?? '';
			const count = reader.count();
			const partitions = new Int32Array(count);
			const offsets = new Float64Array(count);
			const errorCodes = new Int16Array(count);
			for (let row = 0; row < count; row++) {
				partitions[row] = reader.int32();
				errorCodes[row] = reader.int16();
				reader.int64(); // timestamp
				offsets[row] = reader.int64();
				reader.int32(); // leader epoch
				reader.tags();
			}
			reader.tags();
			return { topic, partitions, offsets, errorCodes };
		});
		reader.tags();
		return topics;
	},
};
