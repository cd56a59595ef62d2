import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { connect, type NatsConnection } from 'nats';
import { repeat } from '../../demo/workload.ts';
import { makeTopics } from '../brokers/index.ts';
import type { World } from './world.ts';

/** What is produced and consumed in front of each broker while alerts are watched. */
export const parcels = { stream: 'parcels', group: 'shipping' } as const;

/** A consumer of the group `shipping` that can be stopped and started again. */
export interface Reader {
	readonly platform: string;
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** The producers and consumers of all three platforms. */
export interface Parcels {
	readonly readers: readonly Reader[];
	stop(): Promise<void>;
}

const everyMs = 200;

/** Makes a stream with a group on each broker, and produces on it until it is stopped. */
export async function sendParcels(world: World): Promise<Parcels> {
	const ending = new AbortController();
	const started: Started[] = [];
	const stop = async () => {
		for (const { reader } of started) await reader.stop();
		ending.abort();
		await Promise.all(started.map(({ produced }) => produced));
	};
	try {
		for (const begin of [onKafka, onRedis, onNats]) started.push(await begin(world, ending.signal));
	} catch (error) {
		await stop();
		throw error;
	}
	return { readers: started.map(({ reader }) => reader), stop };
}

interface Started {
	readonly reader: Reader;
	/** Settles when the producer has ended and its connections are closed. */
	readonly produced: Promise<void>;
}

async function onKafka({ kafka }: World, signal: AbortSignal): Promise<Started> {
	const client = new Kafka({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING });
	const admin = client.admin();
	await admin.connect();
	await makeTopics(admin, [{ topic: parcels.stream, numPartitions: 2 }]);
	await admin.disconnect();
	const producer = client.producer();
	await producer.connect();
	const produced = repeat(everyMs, signal, () =>
		producer.send({ topic: parcels.stream, messages: [{ value: 'one more' }] }),
	).finally(() => producer.disconnect());
	return {
		produced,
		reader: restartable('kafka', async () => {
			const consumer = client.consumer({ groupId: parcels.group });
			await consumer.connect();
			await consumer.subscribe({ topic: parcels.stream, fromBeginning: true });
			await consumer.run({ autoCommitInterval: everyMs, eachMessage: async () => {} });
			return () => consumer.disconnect();
		}),
	};
}

async function onRedis({ redis }: World, signal: AbortSignal): Promise<Started> {
	// Waits for a server that is away, as long as it takes.
	const connection = () => {
		const made = new Redis(redis.url, { maxRetriesPerRequest: null });
		made.on('error', () => {});
		return made;
	};
	const producer = connection();
	await producer.xgroup('CREATE', parcels.stream, parcels.group, '0', 'MKSTREAM');
	const produced = repeat(everyMs, signal, () =>
		producer.xadd(parcels.stream, '*', 'parcel', 'one more'),
	).finally(() => producer.disconnect());
	return {
		produced,
		reader: restartable('redis', async () => {
			const consumer = connection();
			const stopping = new AbortController();
			const ended = repeat(everyMs, stopping.signal, async () => {
				const answer = (await consumer.xreadgroup(
					...([
						'GROUP',
						parcels.group,
						'r',
						'COUNT',
						1000,
						'STREAMS',
						parcels.stream,
						'>',
					] as const),
				)) as [key: string, entries: [id: string, fields: string[]][]][] | null;
				const ids = answer?.flatMap(([, entries]) => entries.map(([id]) => id)) ?? [];
				if (ids.length > 0) await consumer.xack(parcels.stream, parcels.group, ...ids);
			});
			return async () => {
				stopping.abort();
				await ended;
				consumer.disconnect();
			};
		}),
	};
}

async function onNats({ nats }: World, signal: AbortSignal): Promise<Started> {
	const producer = await connect({ servers: nats.url });
	const manager = await producer.jetstreamManager();
	const subjects = [`${parcels.stream}.*`];
	// Limits, so that what is told of them is there.
	const limits = { max_age: 3600e9, max_msgs: 100_000 };
	await manager.streams.add({ name: parcels.stream, subjects, ...limits });
	await manager.consumers.add(parcels.stream, { durable_name: parcels.group });
	const jetstream = producer.jetstream();
	const produced = repeat(everyMs, signal, () =>
		jetstream.publish(`${parcels.stream}.new`),
	).finally(() => producer.close());
	return {
		produced,
		reader: restartable('nats', async () => {
			const connection = await connect({ servers: nats.url });
			const consumer = await connection.jetstream().consumers.get(parcels.stream, parcels.group);
			const messages = await consumer.consume();
			const taken = (async () => {
				for await (const message of messages) message.ack();
			})();
			return () => closed(connection, messages.close(), taken);
		}),
	};
}

async function closed(connection: NatsConnection, ...ends: Promise<unknown>[]): Promise<void> {
	await Promise.all(ends);
	// What was acknowledged last is on its way.
	await connection.drain();
}

/** @param begin - starts it, and gives what stops it */
function restartable(platform: string, begin: () => Promise<() => Promise<void>>): Reader {
	let end: (() => Promise<void>) | undefined;
	return {
		platform,
		async start() {
			end = await begin();
		},
		async stop() {
			await end?.();
			end = undefined;
		},
	};
}
