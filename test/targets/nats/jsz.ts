import { z } from 'zod';
import type { Nats } from '../../brokers/index.ts';

/** What the server itself tells of its consumers and streams, past every client. */
const answer = z.object({
	account_details: z
		.array(
			z.object({
				stream_detail: z
					.array(
						z.object({
							name: z.string(),
							state: z.object({ messages: z.number(), bytes: z.number() }),
							consumer_detail: z
								.array(
									z.object({
										name: z.string(),
										config: z.object({ durable_name: z.string().optional() }),
										num_pending: z.number(),
										num_ack_pending: z.number(),
										num_redelivered: z.number(),
										num_waiting: z.number(),
										delivered: z.object({ stream_seq: z.number() }),
										cluster: z.object({ leader: z.string().optional() }).optional(),
									}),
								)
								.default([]),
						}),
					)
					.default([]),
			}),
		)
		.default([]),
});

type Stream = NonNullable<
	z.output<typeof answer>['account_details'][number]['stream_detail']
>[number];

/** Every stream of every account, with its consumers. */
export async function jsz(server: Nats): Promise<readonly Stream[]> {
	const told = answer.parse(await server.monitor('/jsz?consumers=true&config=true'));
	return told.account_details.flatMap((account) => account.stream_detail);
}
