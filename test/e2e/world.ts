import { AckPolicy, connect } from 'nats';
import {
	type Kafka,
	type Nats,
	type Redis,
	startKafka,
	startNats,
	startRedis,
} from '../brokers/index.ts';
import { seedFor } from '../targets/kafka/seed.ts';

/** One real broker of each platform, with known lags at rest. */
export interface World {
	readonly kafka: Kafka;
	readonly redis: Redis;
	readonly nats: Nats;
	/** A configuration with a target for each, named like its platform and polled every second. */
	readonly configuration: string;
	stop(): Promise<void>;
}

/**
 * Starts and fills the brokers.
 *
 * @param kafkaConfig - more lines of Kafka's server.properties
 * @param onStart - told of the brokers before anything is in them
 */
export async function startWorld(
	kafkaConfig: readonly string[] = [],
	onStart: (brokers: Pick<World, 'kafka' | 'redis' | 'nats'>) => void = () => {},
): Promise<World> {
	const started = await Promise.allSettled([
		startKafka({ config: kafkaConfig }),
		startRedis(),
		startNats(),
	]);
	const stop = async () => {
		for (const one of started) if (one.status === 'fulfilled') await one.value.stop();
	};
	try {
		const [kafka, redis, nats] = started.map((one) => {
			if (one.status === 'rejected') throw one.reason;
			return one.value;
		}) as [Kafka, Redis, Nats];
		onStart({ kafka, redis, nats });
		await Promise.all([fillKafka(kafka), fillRedis(redis), fillNats(nats)]);
		const configuration = `
poll: { interval: 1s, timeout: 1s }
targets:
  - { name: kafka, platform: kafka, brokers: ['${kafka.bootstrap}'] }
  - { name: redis, platform: redis, url: '${redis.url}' }
  - { name: nats, platform: nats, servers: ['${nats.url}'] }
`;
		return { kafka, redis, nats, configuration, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function fillKafka({ bootstrap }: Kafka): Promise<void> {
	const seed = await seedFor(bootstrap);
	try {
		await seed.topic('orders', [10, 20, 30]);
		await seed.topic('payments', [4]);
		await seed.commit('billing', 'orders', [10, 5, 3]);
		await seed.commit('billing', 'payments', [4]);
		await seed.commit('audit', 'orders', [undefined, 20, undefined]);
	} finally {
		await seed.close();
	}
}

async function fillRedis(redis: Redis): Promise<void> {
	for (let index = 0; index < 8; index++) await redis.cli('XADD', 'clicks', '*', 'n', `${index}`);
	await redis.cli('XGROUP', 'CREATE', 'clicks', 'counters', '0');
	await redis.cli('XGROUP', 'CREATE', 'clicks', 'fresh', '$');
	await redis.cli('XREADGROUP', 'GROUP', 'counters', 'c1', 'COUNT', '3', 'STREAMS', 'clicks', '>');
}

async function fillNats({ url }: Nats): Promise<void> {
	const connection = await connect({ servers: url });
	try {
		const manager = await connection.jetstreamManager();
		await manager.streams.add({ name: 'EVENTS', subjects: ['events.>'] });
		await manager.consumers.add('EVENTS', {
			durable_name: 'mailer',
			ack_policy: AckPolicy.Explicit,
		});
		const jetstream = connection.jetstream();
		for (let index = 0; index < 9; index++) await jetstream.publish(`events.${index}`);
		const consumer = await jetstream.consumers.get('EVENTS', 'mailer');
		const messages = await consumer.fetch({ max_messages: 4 });
		let seen = 0;
		for await (const message of messages) {
			seen += 1;
			if (seen === 1) await message.ackAck();
		}
	} finally {
		await connection.close();
	}
}
