import { makeTopics } from '../../test/brokers/index.ts';
import { type Seed, seedFor } from '../../test/targets/kafka/seed.ts';

/** So many topics with so many partitions, and groups of which each reads some of the topics. */
export interface KafkaSize {
	readonly topics: number;
	readonly partitions: number;
	readonly groups: number;
	readonly topicsPerGroup: number;
}

/**
 * Fills a broker, the same way every time: a few messages in each partition, of which each group has
 * committed some.
 *
 * @returns the lag of each group, topic and partition
 */
export async function fillKafka(
	bootstrap: string,
	size: KafkaSize,
): Promise<ReadonlyMap<string, number>> {
	const truth = new Map<string, number>();
	const seed = await seedFor(bootstrap);
	try {
		// Has the topic of offsets made before there are thousands of others.
		await seed.commitMany('group-0', []);
		await fillTopics(seed, size);
		for (let group = 0; group < size.groups; group += 10) {
			const ten = Array.from({ length: Math.min(10, size.groups - group) }, (_, at) => group + at);
			await Promise.all(ten.map((one) => commit(seed, size, one, truth)));
		}
	} finally {
		await seed.close();
	}
	return truth;
}

export const topicName = (index: number) => `topic-${String(index).padStart(4, '0')}`;

/** Messages in a partition: from 1 to 6. */
function messagesIn(topic: number, partition: number): number {
	return 1 + ((topic * 7 + partition * 3) % 6);
}

/** The topics of a group are spread, so that every topic has as many groups. */
async function commit(
	seed: Seed,
	{ topics, partitions, topicsPerGroup }: KafkaSize,
	group: number,
	truth: Map<string, number>,
): Promise<void> {
	const name = `group-${group}`;
	const commits = Array.from({ length: topicsPerGroup }, (_, at) => {
		const topic = (group * topicsPerGroup + at) % topics;
		const offsets = Array.from({ length: partitions }, (_, partition) => {
			const end = messagesIn(topic, partition);
			const committed = (group + topic + partition) % (end + 1);
			truth.set(`${name} ${topicName(topic)} ${partition}`, end - committed);
			return committed;
		});
		return { topic: topicName(topic), offsets };
	});
	await seed.commitMany(name, commits);
}

const topicsAtOnce = 50;

async function fillTopics(
	{ admin, producer }: Seed,
	{ topics, partitions }: KafkaSize,
): Promise<void> {
	for (let first = 0; first < topics; first += topicsAtOnce) {
		const indices = Array.from(
			{ length: Math.min(topicsAtOnce, topics - first) },
			(_, at) => first + at,
		);
		const names = indices.map(topicName);
		await makeTopics(
			admin,
			names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
			120_000,
		);
		await producer.sendBatch({
			topicMessages: indices.map((topic) => ({
				topic: topicName(topic),
				messages: Array.from({ length: partitions }, (_, partition) => partition).flatMap(
					(partition) =>
						Array.from({ length: messagesIn(topic, partition) }, () => ({ partition, value: 'x' })),
				),
			})),
		});
	}
}
