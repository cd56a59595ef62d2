import {
	type GroupDescription,
	type Member,
	readAssignment,
	readDescriptions,
	writeGroupIds,
} from './group-description.ts';
import type { Reader } from './reader.ts';
import type { Request } from './request.ts';

/** Describes share groups (KIP-932); version 0 was for early access only. */
export const shareGroupDescribe: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'share_group_describe',
	key: 77,
	versions: [1, 1],
	flexible: true,
	write: writeGroupIds,
	read(reader) {
		return readDescriptions(reader, readMembers);
	},
};

function readMembers(reader: Reader): readonly Member[] {
	reader.skip(8); // epochs of the group and of its assignment
	reader.skipBytes(); // name of the assignor
	return reader.array(readMember);
}

function readMember(reader: Reader): Member {
	for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // id and rack
	reader.skip(4); // epoch
	for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // client and its host
	for (let count = reader.count(); count > 0; count--) reader.skipBytes(); // subscribed topics
	const topics = readAssignment(reader);
	reader.tags();
	return { topics };
}
