import {
	type GroupDescription,
	type Member,
	readDescriptions,
	writeGroupIds,
} from './group-description.ts';
import { MalformedAnswerError, Reader } from './reader.ts';
import type { Request } from './request.ts';

/** Describes groups of the classic protocol; others are told as Dead, or not found. */
export const describeGroups: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'describe_groups',
	key: 15,
	versions: [5, 6],
	flexible: true,
	write: writeGroupIds,
	read(reader, version) {
		return readDescriptions(reader, readMembers, version >= 6);
	},
};

function readMembers(reader: Reader): readonly Member[] {
	const protocolType = reader.string();
	reader.skipBytes(); // name of the assignor
	return reader.array(readMember, protocolType);
}

function readMember(reader: Reader, protocolType: string | null): Member {
	for (let strings = 0; strings < 4; strings++) reader.skipBytes(); // ids, client and its host
	reader.skipBytes(); // subscription
	const assignment = reader.bytes();
	reader.tags();
	// Other protocols, such as Kafka Connect's, assign something else in bytes of their own.
	if (protocolType !== 'consumer' || assignment === null || assignment.length === 0) return {};
	return memberWith(assignment);
}

/**
 * The consumer protocol's assignment (ConsumerProtocolAssignment.json), which is made by clients: the
 * broker passes on whatever they send, so that a wrong one says nothing against the broker.
 */
function memberWith(assignment: Buffer): Member {
	try {
		const reader = new Reader(assignment);
		reader.skip(2); // version
		const topics = new Set<string>();
		for (let count = reader.fixedCount(6); count > 0; count--) {
			const topic = reader.fixedString();
			const partitions = reader.fixedCount(4);
			reader.skip(partitions * 4);
			if (partitions > 0) topics.add(topic);
		}
		return { topics: [...topics] };
	} catch (error) {
		if (error instanceof MalformedAnswerError) return {};
		throw error;
	}
}
