import { type Admin, Kafka, type KafkaConfig, logLevel, type Producer } from 'kafkajs';
import { makeTopics, until } from '../../brokers/index.ts';

/** The part of kafkajs' own cluster that commits offsets as a simple consumer does. */
interface Cluster {
	connect(): Promise<void>;
	disconnect(): Promise<void>;
	findGroupCoordinator(options: { groupId: string }): Promise<{
		offsetCommit(options: {
			groupId: string;
			groupGenerationId: number;
			memberId: string;
			topics: readonly {
				topic: string;
				partitions: readonly { partition: number; offset: string }[];
			}[];
		}): Promise<unknown>;
	}>;
}

/** Fills a broker by another client's code than the one under test. */
export interface Seed {
	readonly admin: Admin;
	readonly producer: Producer;
	readonly client: Kafka;
	/** Makes a topic whose partition i holds counts[i] messages. */
	topic(topic: string, counts: readonly number[]): Promise<void>;
	/** Commits offsets[i] on partition i, without joining the group; absent ones are left out. */
	commit(groupId: string, topic: string, offsets: readonly (number | undefined)[]): Promise<void>;
	/** Commits on several topics at once. */
	commitMany(
		groupId: string,
		topics: readonly {
			readonly topic: string;
			readonly offsets: readonly (number | undefined)[];
		}[],
	): Promise<void>;
	close(): Promise<void>;
}

/** Connects the seeding clients. */
export async function seedFor(
	bootstrap: string,
	login: Pick<KafkaConfig, 'ssl' | 'sasl' | 'socketFactory'> = {},
): Promise<Seed> {
	const client = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, ...login });
	const admin = client.admin();
	// A batch that is sent again, because the machine is slow, must not be there twice.
	const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
	const cluster = clusterOf(client);
	await Promise.all([admin.connect(), producer.connect(), cluster.connect()]);
	const seed: Seed = {
		admin,
		producer,
		client,
		async topic(topic, counts) {
			await makeTopics(admin, [{ topic, numPartitions: counts.length, replicationFactor: 1 }]);
			await producer.sendBatch({
				topicMessages: counts.map((count, partition) => ({
					topic,
					messages: Array.from({ length: count }, (_, index) => ({ partition, value: `${index}` })),
				})),
			});
		},
		async commit(groupId, topic, offsets) {
			await seed.commitMany(groupId, [{ topic, offsets }]);
		},
		async commitMany(groupId, wanted) {
			const topics = wanted.map(({ topic, offsets }) => ({
				topic,
				partitions: offsets.flatMap((offset, partition) =>
					offset === undefined ? [] : [{ partition, offset: String(offset) }],
				),
			}));
			// Right after its start a coordinator does not know yet that it is one.
			await until(
				`group ${groupId} has committed`,
				async () => {
					const coordinator = await cluster.findGroupCoordinator({ groupId });
					await coordinator.offsetCommit({ groupId, groupGenerationId: -1, memberId: '', topics });
					return true;
				},
				// A broker that is busy with thousands of new partitions takes its time.
				{ timeoutMs: 60_000 },
			);
		},
		async close() {
			await Promise.allSettled([admin.disconnect(), producer.disconnect(), cluster.disconnect()]);
		},
	};
	return seed;
}

/** kafkajs' admin can only commit by joining the group, which takes seconds. */
function clusterOf(client: Kafka): Cluster {
	const createCluster = Object.getOwnPropertySymbols(client).find(
		({ description }) => description === 'private:Kafka:createCluster',
	);
	const make = (client as unknown as Record<symbol, (options: object) => Cluster>)[
		createCluster as symbol
	];
	return (make as (options: object) => Cluster)({
		allowAutoTopicCreation: false,
		metadataMaxAge: 300_000,
		maxInFlightRequests: 5,
		isolationLevel: 0,
	});
}
