import { pino } from 'pino';
import { redis } from '../../../src/targets/redis/index.ts';
import { startRedis } from '../../brokers/index.ts';
import { conformance } from '../../conformance.ts';

conformance('redis', {
	async start() {
		const server = await startRedis();
		const seed: readonly (readonly [stream: string, length: number])[] = [
			['orders', 12],
			['orders:archive', 3],
		];
		for (const [stream, length] of seed) {
			await server.cli('XGROUP', 'CREATE', stream, 'billing', '0', 'MKSTREAM');
			for (let entry = 1; entry <= length; entry++) {
				await server.cli('XADD', stream, '*', 'entry', String(entry));
			}
			// At the first and the last entry: elsewhere a 7.0 forgets how many were read when it
			// starts again, for its append-only file does not say.
			await server.cli('XGROUP', 'CREATE', stream, 'audit', '$');
			await server.cli('XGROUP', 'CREATE', stream, 'shipping', '0');
			await server.cli(
				'XREADGROUP',
				'GROUP',
				'shipping',
				'one',
				'COUNT',
				'1',
				'STREAMS',
				stream,
				'>',
			);
		}
		return {
			platform: redis,
			server,
			connect: (port = server.port) => {
				const options = redis.options.parse({ url: `redis://127.0.0.1:${port}` });
				return redis.connect(options, pino({ enabled: false }), 10_000);
			},
			expected: {
				'orders/audit': 0,
				'orders/billing': 12,
				'orders/shipping': 11,
				'orders:archive/audit': 0,
				'orders:archive/billing': 3,
				'orders:archive/shipping': 2,
			},
		};
	},
});
