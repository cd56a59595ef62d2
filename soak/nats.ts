import { AckPolicy, type ConsumerConfig, connect, DeliverPolicy, StorageType } from 'nats';
import type { Nats } from '../test/brokers/index.ts';
import type { Chance } from '../test/random.ts';
import { Control } from './control.ts';
import type { Work } from './work.ts';

const stream = 'CONTROL';
const consumer = 'control';
const mostStreams = 12;
/** Of names. */
const pool = { streams: 20, consumers: 4 };

/** Streams and consumers that come and go on JetStream. */
export async function workOnNats(nats: Nats, chance: Chance): Promise<Work> {
	const connection = await connect({
		servers: nats.url,
		maxReconnectAttempts: -1,
		reconnectTimeWait: 500,
	});
	const jetstream = connection.jetstream({ timeout: 3000 });
	const manager = await connection.jetstreamManager({ timeout: 3000 });
	const explicit = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
	await manager.streams.add({ name: stream, subjects: ['control.>'] });
	await manager.consumers.add(stream, { ...explicit, durable_name: consumer });
	const control = await Control.of(`nats ${stream} ${consumer}`, async () => {
		return (await manager.consumers.info(stream, consumer)).num_pending;
	});
	const take = async (of: string, by: string, count: number, takes = 3000) => {
		const from = await jetstream.consumers.get(of, by);
		const messages = await from.fetch({ max_messages: count, expires: takes });
		for await (const message of messages) message.ack();
	};
	const names: string[] = [];
	let made = 0;

	const make = async () => {
		made += 1;
		const name = `CHURN-${made % pool.streams}`;
		if (names.includes(name)) return;
		names.push(name);
		await manager.streams.add({
			name,
			subjects: [`${name}.>`],
			storage: chance.below(2) === 0 ? StorageType.Memory : StorageType.File,
			max_msgs: chance.between(50, 500),
		});
		await addConsumer(name, { durable_name: 'first' });
	};
	const addConsumer = async (name: string, more: Partial<ConsumerConfig>) =>
		await manager.consumers.add(name, { ...explicit, ...more });
	const remove = async () => {
		const [name = ''] = names.splice(chance.below(names.length), 1);
		await manager.streams.delete(name);
	};
	const oneOfConsumers = async (name: string) =>
		chance.oneOf(await manager.consumers.list(name).next()).name;
	const onOne = async (name: string) => {
		const some = chance.between(1, 50);
		switch (chance.below(9)) {
			case 0:
				return await addConsumer(name, {
					durable_name: `durable-${some % pool.consumers}`,
					max_deliver: 2,
				});
			case 1: // ephemeral
				return await addConsumer(name, { inactive_threshold: 20_000_000_000 });
			case 2:
				return await manager.consumers.delete(name, await oneOfConsumers(name));
			case 3: {
				// Rewound: made anew by the same name.
				const durable_name = await oneOfConsumers(name);
				await manager.consumers.delete(name, durable_name);
				return await addConsumer(name, { durable_name });
			}
			case 4:
				return await manager.streams.purge(name, { keep: some });
			case 5:
			case 6:
				return await take(name, await oneOfConsumers(name), some, 1000);
			default: {
				const body = new Uint8Array(100);
				const sent = Array.from({ length: some }, () =>
					jetstream.publish(`${name}.x`, body, { timeout: 3000 }),
				);
				return await Promise.all(sent);
			}
		}
	};
	return {
		control,
		async churn() {
			if (names.length < 3) return await make();
			const dice = chance.below(20);
			if (dice === 0 && names.length < mostStreams) return await make();
			if (dice === 1 || names.length >= mostStreams) return await remove();
			return await onOne(chance.oneOf(names));
		},
		async produce(count) {
			for (let at = 0; at < count; at++) await jetstream.publish('control.x');
		},
		consume: async (count) => await take(stream, consumer, count),
		close: () => connection.close(),
	};
}
