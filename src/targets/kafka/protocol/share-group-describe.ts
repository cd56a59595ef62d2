import { type GroupDescription, readAssignment } from './group-description.ts';
import type { Request } from './request.ts';

/** Describes share groups (KIP-932); version 0 was for early access only. */
export const shareGroupDescribe: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'share_group_describe',
	key: 77,
	versions: [1, 1],
	flexible: true,
	write(writer, groupIds) {
		writer
			.array(groupIds, (groupId) => writer.string(groupId))
			.boolean(false)
			.tags();
	},
	read(reader) {
		const groups = reader.array(() => {
			const errorCode = reader.int16();
			reader.skipBytes(); // error message
			const groupId = reader.string() ?? '';
			const state = reader.string() ?? '';
			reader.skip(8); // epochs of the group and of its assignment
			reader.skipBytes(); // name of the assignor
			const members = reader.array(() => {
				for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // id and rack
				reader.skip(4); // epoch
				for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // client and its host
				reader.array(() => reader.skipBytes()); // subscribed topics
				const topics = readAssignment(reader);
				reader.tags();
				return { topics };
			});
			reader.skip(4); // authorized operations
			reader.tags();
			return { errorCode, groupId, state, members };
		});
		reader.tags();
		return groups;
	},
};
