import {
	type GroupDescription,
	type Member,
	readDescriptions,
	writeGroupIds,
} from './group-description.ts';
import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** The topics that each part of a topology reads, by its id. */
type Sources = ReadonlyMap<string, readonly string[]>;

/** Describes groups of Kafka Streams in the protocol of KIP-1071. */
export const streamsGroupDescribe: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'streams_group_describe',
	key: 89,
	versions: [0, 0],
	flexible: true,
	write: writeGroupIds,
	read(reader) {
		return readDescriptions(reader, readMembers);
	},
};

function readMembers(reader: Reader): readonly Member[] {
	reader.skip(8); // epochs of the group and of its assignment
	const sources = isThere(reader) ? readTopology(reader) : undefined;
	return reader.array(readMember, sources);
}

/** A structure that may be null begins with -1 where it is. */
function isThere(reader: Reader): boolean {
	return reader.int8() !== -1;
}

function readTopology(reader: Reader): Sources {
	const sources = new Map<string, readonly string[]>();
	reader.skip(4); // epoch
	for (let count = reader.count(); count > 0; count--) {
		const id = reader.string() ?? '';
		const topics = reader.array(() => reader.string() ?? '');
		reader.array(() => reader.skipBytes()); // topics that it writes for others to read
		readInternalTopics(reader); // changelogs of its state
		const repartitioned = readInternalTopics(reader);
		reader.tags();
		sources.set(id, [...topics, ...repartitioned]);
	}
	reader.tags();
	return sources;
}

function readInternalTopics(reader: Reader): readonly string[] {
	return reader.array(() => {
		const topic = reader.string() ?? '';
		reader.skip(6); // partitions and replication
		reader.array(() => {
			reader.skipBytes();
			reader.skipBytes();
			reader.tags();
		});
		reader.tags();
		return topic;
	});
}

function readMember(reader: Reader, sources: Sources | undefined): Member {
	reader.skipBytes(); // member id
	reader.skip(4); // epoch
	for (let strings = 0; strings < 4; strings++) reader.skipBytes(); // id, rack, client, host
	reader.skip(4); // epoch of the topology
	reader.skipBytes(); // process id
	if (isThere(reader)) {
		reader.skipBytes(); // host of its endpoint
		reader.skip(2);
		reader.tags();
	}
	reader.array(() => {
		reader.skipBytes();
		reader.skipBytes();
		reader.tags();
	});
	for (let lists = 0; lists < 2; lists++) {
		reader.array(() => {
			reader.skipBytes();
			reader.skip(12); // partition and offset of a task
			reader.tags();
		});
	}
	const subtopologies = readActiveTasks(reader);
	readActiveTasks(reader); // that it shall have
	reader.skip(1); // whether it speaks the classic protocol
	reader.tags();
	if (!sources) return {};
	return { topics: [...new Set(subtopologies.flatMap((id) => sources.get(id) ?? []))] };
}

/** The parts of the topology of which a member runs tasks: standby and warm-up tasks read no input. */
function readActiveTasks(reader: Reader): readonly string[] {
	const [active = []] = [0, 1, 2].map(() =>
		reader.array(() => {
			const id = reader.string() ?? '';
			reader.skip(reader.count(4) * 4);
			reader.tags();
			return id;
		}),
	);
	reader.tags();
	return active;
}
