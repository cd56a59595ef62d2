import { Redis } from 'ioredis';
import { producedPerSecond, repeat, slowPerSecond, type Workload } from './workload.ts';

const stream = 'orders';

/** One stream and four groups, each on a connection of its own as in real life. */
export async function workOnRedis(url: string, signal: AbortSignal): Promise<Workload> {
	const connections: Redis[] = [];
	const connect = (): Redis => {
		const connection = new Redis(url);
		// Without a listener ioredis writes to the console; the loops below fail with the same error.
		connection.on('error', () => {});
		connections.push(connection);
		return connection;
	};
	const setUp = connect();
	for (const group of ['billing', 'search', 'archive', 'mailer']) {
		await setUp.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
	}

	const produce = (producer: Redis): Promise<void> =>
		repeat(200, signal, async () => {
			for (let i = 0; i < producedPerSecond / 5; i++) {
				await producer.xadd(stream, '*', 'order', 'one more');
			}
		});
	const consume = (consumer: Redis, group: string, count: number): Promise<void> =>
		repeat(250, signal, async () => {
			const ids = await read(consumer, group, count);
			if (ids.length > 0) await consumer.xack(stream, group, ...ids);
		});
	const neverAcknowledge = (consumer: Redis): Promise<void> =>
		repeat(250, signal, () => read(consumer, 'mailer', 100));

	const ended = Promise.all([
		produce(connect()),
		consume(connect(), 'billing', 100),
		consume(connect(), 'search', slowPerSecond / 4),
		neverAcknowledge(connect()),
	]).finally(() => {
		for (const connection of connections) connection.disconnect();
	});
	return {
		behaviours: [
			{ stream, group: 'billing', does: 'keeps up' },
			{ stream, group: 'search', does: 'falls behind' },
			{ stream, group: 'archive', does: 'stands still: nobody reads' },
			{ stream, group: 'mailer', does: 'reads, but never acknowledges' },
		],
		ended: ended.then(() => {}),
	};
}

/** The ids of the entries that were delivered. */
async function read(consumer: Redis, group: string, count: number): Promise<string[]> {
	const answer = (await consumer.xreadgroup(
		...(['GROUP', group, 'worker-1', 'COUNT', count, 'STREAMS', stream, '>'] as const),
	)) as [key: string, entries: [id: string, fields: string[]][]][] | null;
	return answer?.flatMap(([, entries]) => entries.map(([id]) => id)) ?? [];
}
