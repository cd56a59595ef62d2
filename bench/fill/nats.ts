import { connect, StorageType } from 'nats';
import { z } from 'zod';

/** Streams with consumers, each of which stands elsewhere. */
export interface NatsSize {
	readonly streams: number;
	/** Of each stream. */
	readonly consumers: number;
}

/** Messages between the positions of two consumers, so that no two share an answer. */
const apart = 20;

/** A server that was filled. */
export interface FilledNats {
	/** Lets each consumer read one message on. */
	move(): Promise<void>;
	/** The lag of each consumer and stream before any {@link move}. */
	readonly truth: ReadonlyMap<string, number>;
	/** Ends the connection by which consumers read. */
	close(): Promise<void>;
}

/** Makes streams and consumers, the same way every time. */
export async function fillNats(url: string, { streams, consumers }: NatsSize): Promise<FilledNats> {
	const client = await connect({ servers: url });
	const manager = await client.jetstreamManager();
	const names = Array.from({ length: streams }, (_, index) => `s${index}`);
	const places: { readonly stream: string; readonly consumer: string; readonly start: number }[] =
		[];
	const messages = (consumers + 1) * apart;
	for (const stream of names) {
		await manager.streams.add({
			name: stream,
			subjects: [stream],
			storage: StorageType.Memory,
			allow_direct: true,
		});
		for (let index = 0; index < messages; index++) client.publish(stream, 'x');
		await client.flush();
		for (let index = 0; index < consumers; index++) {
			places.push({ stream, consumer: `c${index}`, start: 1 + index * apart });
		}
	}
	const queue = places.entries();
	await Promise.all(
		Array.from({ length: 32 }, async () => {
			for (const [, { stream, consumer, start }] of queue) {
				const config = {
					durable_name: consumer,
					ack_policy: 'explicit',
					deliver_policy: 'by_start_sequence',
					opt_start_seq: start,
					mem_storage: true,
				};
				const subject = `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`;
				const body = JSON.stringify({ stream_name: stream, config });
				const answer = z.looseObject({ error: z.unknown().optional() });
				const { error } = answer.parse((await client.request(subject, body)).json());
				if (error) throw new Error(JSON.stringify(error));
			}
		}),
	);
	let arrived = 0;
	client.subscribe('bench.taken', {
		callback: (_, message) => {
			message.respond('+ACK');
			arrived += 1;
		},
	});
	return {
		async move() {
			arrived = 0;
			for (const { stream, consumer } of places) {
				const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
				client.publish(subject, '', { reply: 'bench.taken' });
			}
			while (arrived < places.length) await client.flush();
			await client.flush();
		},
		truth: new Map(
			places.map(({ stream, consumer, start }) => [
				`${consumer} ${stream}`,
				messages - (start - 1),
			]),
		),
		close: () => client.close(),
	};
}
