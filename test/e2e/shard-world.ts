import { AckPolicy, DeliverPolicy } from 'nats';
import { type Kafka, type Nats, type Redis, until } from '../brokers/index.ts';
import { type Seed, seedFor } from '../targets/kafka/seed.ts';
import { openClient } from '../targets/nats/client.ts';

/** So many that no request holds all of them. */
export const kafkaGroups = Array.from({ length: 430 }, (_, at) => `group-${at}`);
export const kafkaTopics = Array.from({ length: 8 }, (_, at) => `topic-${at}`);
/** Nobody reads them; one request has no room for all of their partitions. */
export const idleTopics = Array.from({ length: 6 }, (_, at) => `idle-${at}`);
export const redisKeys = [...Array.from({ length: 24 }, (_, at) => `key:${at}`), 'größe', 'named'];
export const logicalKeys = ['parts:0', 'parts:1', 'parts:2', 'jobs:0', 'jobs:1'];
export const natsStreams = Array.from({ length: 6 }, (_, at) => `STREAM-${at}`);
const natsConsumers = ['mailer', 'audit', 'search', 'billing'];

/** Fills a broker; gives what ends the readers that stay. */
export async function fillKafka({ bootstrap }: Kafka): Promise<() => Promise<void>> {
	const seed = await seedFor(bootstrap);
	try {
		for (const [at, topic] of kafkaTopics.entries()) await seed.topic(topic, [5, at, 9]);
		await seed.topic('members-only', [3]);
		await seed.admin.createTopics({
			waitForLeaders: false,
			topics: idleTopics.map((topic) => ({ topic, numPartitions: 200, replicationFactor: 1 })),
		});
		await commitAll(seed);
		return await readWithoutCommit(seed);
	} catch (error) {
		await seed.close();
		throw error;
	}
}

/** Each group on one topic, and every third on another one as well. */
async function commitAll(seed: Seed): Promise<void> {
	const left = [...kafkaGroups.entries()];
	await Promise.all(
		Array.from({ length: 8 }, async () => {
			for (let next = left.pop(); next; next = left.pop()) {
				const [at, group] = next;
				const on = (topic: number, offsets: readonly number[]) => ({
					topic: kafkaTopics[topic % kafkaTopics.length] as string,
					offsets,
				});
				const second = at % 3 === 0 ? [on(at + 3, [0])] : [];
				await seed.commitMany(group, [on(at, [at % 6, 0, 9]), ...second]);
			}
		}),
	);
}

/** A reader that has its partition and never commits. */
async function readWithoutCommit(seed: Seed): Promise<() => Promise<void>> {
	const consumer = seed.client.consumer({ groupId: 'reader' });
	let seen = 0;
	await consumer.connect();
	await consumer.subscribe({ topic: 'members-only', fromBeginning: true });
	await consumer.run({
		autoCommit: false,
		eachMessage: async () => {
			seen += 1;
		},
	});
	await until('the reader has read', () => seen === 3, { timeoutMs: 60_000 });
	return async () => {
		await consumer.disconnect();
		await seed.close();
	};
}

export async function fillRedis(redis: Redis): Promise<void> {
	for (const [at, key] of [...redisKeys, ...logicalKeys].entries()) {
		for (let entry = 0; entry <= at % 4; entry++) await redis.cli('XADD', key, '*', 'n', '1');
		await redis.cli('XGROUP', 'CREATE', key, 'workers', '0');
		await redis.cli('XGROUP', 'CREATE', key, 'late', '$');
		await redis.cli('XREADGROUP', 'GROUP', 'workers', 'w1', 'COUNT', '1', 'STREAMS', key, '>');
	}
}

/** Each durable consumer begins at a message of its own, so that each asks for another's age. */
export async function fillNats({ url }: Nats): Promise<void> {
	const client = await openClient(url);
	try {
		for (const [at, stream] of natsStreams.entries()) {
			await client.addStream({ name: stream, subjects: [`s${at}.>`] });
			await client.publish(`s${at}.x`, 6);
			for (const [place, name] of natsConsumers.entries()) {
				await client.addConsumer(stream, {
					durable_name: name,
					deliver_policy: DeliverPolicy.StartSequence,
					opt_start_seq: place + 2,
				});
			}
		}
		// Ephemeral, and there for as long as the test may take.
		for (const stream of natsStreams.slice(0, 2)) {
			await client.addConsumer(stream, {
				ack_policy: AckPolicy.None,
				inactive_threshold: 600e9,
			});
		}
	} finally {
		await client.close();
	}
}

/** Groups that must exist: of each platform one that does and one that does not. */
export const expected = [
	['kafka', 'topic-0', 'group-0'],
	['kafka', 'topic-0', 'ghost'],
	['kafka', 'topic-1', 'ghost'],
	['redis', 'key:3', 'workers'],
	['redis', 'key:4', 'ghost'],
	['redis', 'parts', 'workers'],
	['nats', 'STREAM-0', 'audit'],
	['nats', 'STREAM-1', 'ghost'],
	['nats', 'STREAM-2', 'ghost'],
] as const;
