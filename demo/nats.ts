import { AckPolicy, type ConsumerMessages, connect, nanos } from 'nats';
import { atTheEnd, producedPerSecond, repeat, slowPerSecond, type Workload } from './workload.ts';

const stream = 'ORDERS';

/** One stream and four durable pull consumers. */
export async function workOnNats(url: string, signal: AbortSignal): Promise<Workload> {
	const connection = await connect({ servers: url, reconnect: false });
	const manager = await connection.jetstreamManager();
	await manager.streams.add({ name: stream, subjects: ['orders.*'] });
	for (const durable_name of ['billing', 'search', 'archive', 'mailer']) {
		await manager.consumers.add(stream, {
			durable_name,
			ack_policy: AckPolicy.Explicit,
			ack_wait: nanos(3_600_000),
			max_ack_pending: durable_name === 'mailer' ? 100 : 1000,
		});
	}
	const jetstream = connection.jetstream();

	const produce = (): Promise<void> =>
		repeat(200, signal, async () => {
			for (let i = 0; i < producedPerSecond / 5; i++)
				await jetstream.publish('orders.new', 'one more');
		});
	const consume = async (name: string, acknowledges: boolean): Promise<void> => {
		const messages = await (await jetstream.consumers.get(stream, name)).consume();
		await Promise.all([
			takeAll(messages, acknowledges),
			atTheEnd(signal).then(() => messages.close()),
		]);
	};
	const consumeSlowly = async (): Promise<void> => {
		const consumer = await jetstream.consumers.get(stream, 'search');
		await repeat(1000 / slowPerSecond, signal, async () => {
			(await consumer.next({ expires: 1000 }))?.ack();
		});
	};

	const ended = Promise.all([
		produce(),
		consume('billing', true),
		consumeSlowly(),
		consume('mailer', false),
	]).finally(() => connection.close());
	return {
		behaviours: [
			{ stream, group: 'billing', does: 'keeps up' },
			{ stream, group: 'search', does: 'falls behind' },
			{ stream, group: 'archive', does: 'stands still: nobody reads' },
			{ stream, group: 'mailer', does: 'is blocked: 100 never acknowledged' },
		],
		ended: ended.then(() => {}),
	};
}

async function takeAll(messages: ConsumerMessages, acknowledges: boolean): Promise<void> {
	for await (const message of messages) {
		if (acknowledges) message.ack();
	}
}
