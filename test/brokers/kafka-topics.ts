import type { Admin, ITopicConfig } from 'kafkajs';
import { until } from './until.ts';

/**
 * Makes topics and waits until their leaders know that they are. kafkajs' own wait gives up where the
 * broker that it asks does not know a new topic for a moment.
 */
export async function makeTopics(
	admin: Admin,
	topics: readonly ITopicConfig[],
	timeoutMs = 30_000,
): Promise<void> {
	await admin.createTopics({ waitForLeaders: false, timeout: timeoutMs, topics: [...topics] });
	await until(
		'new topics have their leaders',
		async () => {
			// Metadata tells a leader before the leader itself knows; who answers this is one.
			const offsets = await Promise.all(topics.map(({ topic }) => admin.fetchTopicOffsets(topic)));
			return topics.every(({ numPartitions, replicaAssignment }, index) => {
				return offsets[index]?.length === (numPartitions ?? replicaAssignment?.length);
			});
		},
		{ timeoutMs },
	);
}
