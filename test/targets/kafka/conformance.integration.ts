import { pino } from 'pino';
import { kafka } from '../../../src/targets/kafka/index.ts';
import { startKafka } from '../../brokers/index.ts';
import { conformance } from '../../conformance.ts';
import { seedFor } from './seed.ts';

conformance('kafka', {
	async start() {
		const server = await startKafka();
		const seed = await seedFor(server.bootstrap);
		try {
			await seed.topic('orders', [10, 20]);
			await seed.topic('payments', [5]);
			await seed.commit('billing', 'orders', [10, 3]);
			await seed.commit('billing', 'payments', [5]);
			await seed.commit('audit', 'orders', [0, 0]);
		} finally {
			await seed.close();
		}
		return {
			platform: kafka,
			server,
			connect(port = server.port) {
				const options = kafka.options.parse({ brokers: [`127.0.0.1:${port}`] });
				return kafka.connect(options, pino({ level: 'silent' }), 10_000);
			},
			expected: { 'orders/audit': 30, 'orders/billing': 17, 'payments/billing': 0 },
		};
	},
});
