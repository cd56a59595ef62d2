import {
	type GroupDescription,
	type Member,
	readAssignment,
	readDescriptions,
	writeGroupIds,
} from './group-description.ts';
import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** Describes consumer groups of the protocol of KIP-848. */
export const consumerGroupDescribe: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'consumer_group_describe',
	key: 69,
	versions: [0, 1],
	flexible: true,
	write: writeGroupIds,
	read(reader, version) {
		return readDescriptions(reader, version >= 1 ? readMembers : readFirstMembers);
	},
};

/** As version 0 has them. */
function readFirstMembers(reader: Reader): readonly Member[] {
	return readMembers(reader, false);
}

/** @param tellsProtocol - whether a member tells that it speaks the classic protocol */
function readMembers(reader: Reader, tellsProtocol = true): readonly Member[] {
	reader.skip(8); // epochs of the group and of its assignment
	reader.skipBytes(); // name of the assignor
	return reader.array(readMember, tellsProtocol);
}

function readMember(reader: Reader, tellsProtocol: boolean): Member {
	for (let strings = 0; strings < 3; strings++) reader.skipBytes(); // ids and rack
	reader.skip(4); // epoch
	for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // client and its host
	for (let count = reader.count(); count > 0; count--) reader.skipBytes(); // subscribed topics
	reader.skipBytes(); // subscribed pattern
	const topics = readAssignment(reader);
	readAssignment(reader); // that it shall have
	if (tellsProtocol) reader.skip(1);
	reader.tags();
	return { topics };
}
