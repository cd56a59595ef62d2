import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** A broker as the cluster announces it. */
export interface BrokerAddress {
	readonly nodeId: number;
	readonly host: string;
	readonly port: number;
}

/** A topic and who leads its partitions, as columns of one length. */
export interface TopicMetadata {
	readonly errorCode: number;
	readonly topic: string;
	/** Ascending, without duplicates. */
	readonly partitions: Int32Array;
	/** Node ids; -1 where there is no leader. */
	readonly leaders: Int32Array;
}

export function nameOf({ topic }: TopicMetadata): string {
	return topic;
}

export interface MetadataAnswer {
	readonly brokers: readonly BrokerAddress[];
	readonly topics: readonly TopicMetadata[];
}

/** Metadata of the brokers and of all topics; never creates one. */
export const metadata: Request<void, MetadataAnswer> = {
	operation: 'metadata',
	key: 3,
	versions: [9, 12],
	flexible: true,
	write(writer, _, version) {
		writer.array(null, () => {}).boolean(false);
		if (version <= 10) writer.boolean(false);
		writer.boolean(false).tags();
	},
	read(reader, version) {
		const brokers = reader.array(() => {
			const nodeId = reader.int32();
			const host = reader.string() ?? '';
			const port = reader.int32();
			reader.skipBytes(); // rack
			reader.tags();
			return { nodeId, host, port };
		});
		reader.skipBytes(); // cluster id
		reader.skip(4); // controller
		const topics = reader.array(() => {
			const errorCode = reader.int16();
			const topic = reader.string() ?? '';
			if (version >= 10) reader.skip(16); // topic id
			reader.skip(1); // internal
			const columns = readPartitions(reader);
			reader.skip(4); // authorized operations
			reader.tags();
			return { errorCode, topic, ...columns };
		});
		if (version <= 10) reader.skip(4); // authorized operations of the cluster
		reader.tags();
		return { brokers, topics };
	},
};

/** A row takes its error, partition, leader, epoch, three lists and tagged fields. */
const leastRowBytes = 18;

function readPartitions(reader: Reader): Pick<TopicMetadata, 'partitions' | 'leaders'> {
	const count = reader.count(leastRowBytes);
	const partitions = new Int32Array(count);
	const leaders = new Int32Array(count);
	let ascending = true;
	for (let row = 0; row < count; row++) {
		reader.skip(2); // error: a missing replica is one too, a missing leader is told by itself
		const partition = reader.int32();
		ascending &&= row === 0 || partition > (partitions[row - 1] as number);
		partitions[row] = partition;
		leaders[row] = reader.int32();
		reader.skip(4); // leader epoch
		for (let lists = 0; lists < 3; lists++) reader.skip(reader.count(4) * 4); // replicas
		reader.tags();
	}
	return ascending ? { partitions, leaders } : sorted(partitions, leaders);
}

function sorted(partitions: Int32Array, leaders: Int32Array) {
	const byPartition = new Map(Array.from(partitions, (id, row) => [id, leaders[row] as number]));
	const ids = Int32Array.from(byPartition.keys()).sort();
	return { partitions: ids, leaders: ids.map((id) => byPartition.get(id) ?? -1) };
}
