import { connect } from 'nats';

/** What to answer to a request for what follows so many places; undefined: nothing at all. */
export type Answer = (offset: number) => string | undefined;

/**
 * A client that answers in JetStream's place, on a server that has none: every byte takes the real
 * way, and the answers can be as bad as needed.
 */
export async function openImpostor(servers: string) {
	const connection = await connect({ servers });
	let silence = async () => {};
	return {
		/**
		 * Answers `$JS.API.STREAM.LIST`, each `$JS.API.CONSUMER.LIST.<stream>` and others, and nothing
		 * else any more.
		 *
		 * @param others - by what follows `$JS.API.`
		 */
		async answer(
			streams: Answer,
			consumers: Readonly<Record<string, Answer>>,
			others: Readonly<Record<string, () => string | undefined>> = {},
		): Promise<void> {
			await silence();
			const listings = Object.entries(consumers).map(
				([name, each]) => [`CONSUMER.LIST.${name}`, each] as const,
			);
			const all = [['STREAM.LIST', streams] as const, ...listings, ...Object.entries(others)];
			const subscriptions = all.map(([subject, each]) =>
				connection.subscribe(`$JS.API.${subject}`, {
					callback: (_, message) => {
						const { offset = 0 } = JSON.parse(message.string() || '{}') as { offset?: number };
						const text = each(offset);
						if (text !== undefined) message.respond(text);
					},
				}),
			);
			silence = async () => {
				for (const subscription of subscriptions) subscription.unsubscribe();
				await connection.flush();
			};
			await connection.flush();
		},

		close: () => connection.close(),
	};
}
