import {
	type GroupDescription,
	readAssignment,
	readDescriptions,
	writeGroupIds,
} from './group-description.ts';
import type { Request } from './request.ts';

/** Describes consumer groups of the protocol of KIP-848. */
export const consumerGroupDescribe: Request<readonly string[], readonly GroupDescription[]> = {
	operation: 'consumer_group_describe',
	key: 69,
	versions: [0, 1],
	flexible: true,
	write: writeGroupIds,
	read(reader, version) {
		return readDescriptions(reader, () => {
			reader.skip(8); // epochs of the group and of its assignment
			reader.skipBytes(); // name of the assignor
			return reader.array(() => {
				for (let strings = 0; strings < 3; strings++) reader.skipBytes(); // ids and rack
				reader.skip(4); // epoch
				for (let strings = 0; strings < 2; strings++) reader.skipBytes(); // client and its host
				reader.array(() => reader.skipBytes()); // subscribed topics
				reader.skipBytes(); // subscribed pattern
				const topics = readAssignment(reader);
				readAssignment(reader); // that it shall have
				if (version >= 1) reader.skip(1); // whether it speaks the classic protocol
				reader.tags();
				return { topics };
			});
		});
	},
};
