import {
	AckPolicy,
	type ConnectionOptions,
	type ConsumerConfig,
	connect,
	DeliverPolicy,
	ErrorCode,
	type JsMsg,
	type NatsConnection,
	NatsError,
	StorageType,
	type StreamConfig,
} from 'nats';
import { until } from '../../brokers/index.ts';

/** An application's client: the client library's own JetStream API, which the target never uses. */
export async function openClient(
	servers: string,
	login: Pick<ConnectionOptions, 'user' | 'pass' | 'authenticator'> = {},
) {
	const connection: NatsConnection = await connect({ servers, ...login });
	const stream = connection.jetstream();
	const manager = await connection.jetstreamManager();
	return {
		connection,
		manager,

		/** Kept in memory unless told otherwise, for servers with many files end slowly. */
		async addStream(config: Partial<StreamConfig> & { readonly name: string }): Promise<void> {
			await manager.streams.add({ storage: StorageType.Memory, ...config });
		},

		/** From the first message on, acknowledged one by one, unless told otherwise. */
		async addConsumer(stream: string, config: Partial<ConsumerConfig>): Promise<string> {
			const { name } = await manager.consumers.add(stream, {
				ack_policy: AckPolicy.Explicit,
				deliver_policy: DeliverPolicy.All,
				...config,
			});
			return name;
		},

		async publish(subject: string, count: number): Promise<void> {
			// Not by the library's publish: it cannot read the answer of a stream with an odd name.
			const messages = Array.from({ length: count }, (_, index) =>
				answered(subject, () => connection.request(subject, String(index))),
			);
			await Promise.all(messages);
		},

		/** Takes messages from a pull consumer without acknowledging them. */
		async take(streamName: string, consumer: string, count: number): Promise<JsMsg[]> {
			const from = await stream.consumers.get(streamName, consumer);
			const taken = await answered(`${streamName}/${consumer}`, async () => {
				const messages: JsMsg[] = [];
				const coming = await from.fetch({ max_messages: count, expires: 5000 });
				for await (const message of coming) messages.push(message);
				return messages;
			});
			if (taken.length !== count) throw new Error(`got ${taken.length} messages of ${count}`);
			return taken;
		},

		close: () => connection.close(),
	};
}

/**
 * Asks once somebody is there to answer. In a cluster a server may not know of a leader yet when that
 * leader's own word of having been made has come through it, and for a moment there may be none.
 * What nobody answers, nobody has done.
 */
async function answered<Answer>(whose: string, ask: () => Promise<Answer>): Promise<Answer> {
	const outcome = await until(`somebody answers for ${whose}`, async () => {
		const [asked] = await Promise.allSettled([ask()]);
		return !isUnanswered(asked) && asked;
	});
	if (outcome.status === 'rejected') throw outcome.reason;
	return outcome.value;
}

function isUnanswered(asked: PromiseSettledResult<unknown>): boolean {
	if (asked.status === 'fulfilled') return false;
	return asked.reason instanceof NatsError && asked.reason.code === ErrorCode.NoResponders;
}

/** Waits until the server has counted an acknowledgement. */
export async function acknowledge(messages: readonly JsMsg[]): Promise<void> {
	for (const message of messages) await message.ackAck();
}
