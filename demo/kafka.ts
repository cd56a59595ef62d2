import { setTimeout as sleep } from 'node:timers/promises';
import { type EachMessageHandler, Kafka, logLevel, Partitioners } from 'kafkajs';
import { makeTopics } from '../test/brokers/kafka-topics.ts';
import { atTheEnd, producedPerSecond, repeat, slowPerSecond, type Workload } from './workload.ts';

const topic = 'orders';
const numPartitions = 6;

/** One topic of six partitions and three groups. */
export async function workOnKafka(bootstrap: string, signal: AbortSignal): Promise<Workload> {
	const kafka = new Kafka({
		clientId: 'stream-lag-exporter-demo',
		brokers: [bootstrap],
		logLevel: logLevel.NOTHING,
	});
	await setUp(kafka);

	const produce = async (): Promise<void> => {
		const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
		await producer.connect();
		let order = 0;
		const messages = (): { key: string; value: string }[] =>
			Array.from({ length: producedPerSecond / 5 }, () => ({
				key: `order-${order++}`,
				value: 'one more',
			}));
		await repeat(200, signal, () => producer.send({ topic, messages: messages() }));
		await producer.disconnect();
	};
	const consume = async (groupId: string, eachMessage: EachMessageHandler): Promise<void> => {
		const consumer = kafka.consumer({ groupId });
		await consumer.connect();
		await consumer.subscribe({ topic, fromBeginning: true });
		await consumer.run({ autoCommitInterval: 500, eachMessage });
		await atTheEnd(signal);
		await consumer.disconnect();
	};

	const ended = Promise.all([
		produce(),
		consume('billing', async () => {}),
		consume('search', async () => {
			await sleep(1000 / slowPerSecond, undefined, { signal }).catch(() => {});
		}),
	]);
	return {
		behaviours: [
			{ stream: topic, group: 'billing', does: 'keeps up' },
			{ stream: topic, group: 'search', does: 'falls behind' },
			{ stream: topic, group: 'archive', does: 'stands still: nobody reads' },
		],
		ended: ended.then(() => {}),
	};
}

/** The topic, and a group that once committed at its beginning and has had no member since. */
async function setUp(kafka: Kafka): Promise<void> {
	const admin = kafka.admin();
	await admin.connect();
	await makeTopics(admin, [{ topic, numPartitions }]);
	const partitions = Array.from({ length: numPartitions }, (_, partition) => ({
		partition,
		offset: '0',
	}));
	await admin.setOffsets({ groupId: 'archive', topic, partitions });
	await admin.disconnect();
}
