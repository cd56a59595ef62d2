import type { Request } from './request.ts';

/** A broker as the cluster announces it. */
export interface BrokerAddress {
	readonly nodeId: number;
	readonly host: string;
	readonly port: number;
}

/** A topic and who leads its partitions. */
export interface TopicMetadata {
	readonly errorCode: number;
	readonly topic: string;
	readonly partitions: readonly PartitionMetadata[];
}

export interface PartitionMetadata {
	readonly errorCode: number;
	readonly partition: number;
	/** The node id of the leader; -1 when there is none. */
	readonly leader: number;
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
		reader.int32(); // throttle time
		const brokers = reader.array(() => {
			const nodeId = reader.int32();
			const host = reader.string() ?? '';
			const port = reader.int32();
			reader.string(); // rack
			reader.tags();
			return { nodeId, host, port };
		});
		reader.string(); // cluster id
		reader.int32(); // controller
		const topics = reader.array(() => {
			const errorCode = reader.int16();
			const topic = reader.string() ?? '';
			if (version >= 10) reader.skipUuid();
			reader.boolean(); // internal
			const partitions = reader.array(() => {
				const code = reader.int16();
				const partition = reader.int32();
				const leader = reader.int32();
				reader.int32(); // leader epoch
				for (let lists = 0; lists < 3; lists++) reader.array(() => reader.int32()); // replicas
				reader.tags();
				return { errorCode: code, partition, leader };
			});
			reader.int32(); // authorized operations
			reader.tags();
			return { errorCode, topic, partitions };
		});
		if (version <= 10) reader.int32(); // authorized operations of the cluster
		reader.tags();
		return { brokers, topics };
	},
};
