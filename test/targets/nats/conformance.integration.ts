import { StorageType } from 'nats';
import { pino } from 'pino';
import { nats } from '../../../src/targets/nats/index.ts';
import { type NatsRelease, startNats } from '../../brokers/index.ts';
import { conformance } from '../../conformance.ts';
import { openClient } from './client.ts';

for (const release of ['newest', 'older'] satisfies NatsRelease[]) {
	conformance(release === 'newest' ? 'nats' : 'nats, an older one,', {
		async start() {
			const server = await startNats({ release });
			const { close, ...client } = await openClient(server.url);
			try {
				for (const [stream, length] of [
					['orders', 12],
					['orders_archive', 3],
				] as const) {
					await client.addStream({ name: stream, subjects: [stream], storage: StorageType.File });
					await client.addConsumer(stream, { durable_name: 'billing' });
					await client.addConsumer(stream, { durable_name: 'shipping' });
					await client.publish(stream, length);
					await client.take(stream, 'shipping', 2);
				}
			} finally {
				await close();
			}
			return {
				platform: nats,
				server,
				connect: (port = server.port) => {
					const options = nats.options.parse({ servers: [`127.0.0.1:${port}`] });
					return nats.connect(options, pino({ enabled: false }), 10_000);
				},
				expected: {
					'orders/billing': 12,
					'orders/shipping': 10,
					'orders_archive/billing': 3,
					'orders_archive/shipping': 1,
				},
			};
		},
	});
}
