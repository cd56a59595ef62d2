import { Kafka as KafkaClient, logLevel } from 'kafkajs';
import { connect } from 'nats';
import { until } from '../brokers/index.ts';
import { startProxy, type TcpProxy } from '../brokers/proxy.ts';
import type { RunningServer } from '../brokers/running.ts';
import { type Exporter, type ExporterOptions, startExporter } from '../e2e/exporter.ts';
import { startWorld, type World } from '../e2e/world.ts';

export const platforms = ['kafka', 'redis', 'nats'] as const;
export type PlatformName = (typeof platforms)[number];

export const intervalSeconds = 3;

/** What can be read again is read again within two intervals, and the second that a poll may take. */
export const mostBackMs = 2 * intervalSeconds * 1000 + 1000;

/** Every lag of the world, by `target stream group`. */
export const truth = {
	'kafka orders billing': 42,
	'kafka orders audit': 0,
	'kafka payments billing': 0,
	'redis clicks counters': 5,
	'redis clicks fresh': 0,
	'nats EVENTS mailer': 5,
} as const;

/** Brokers of all platforms, each behind a proxy. */
export interface Lab {
	readonly world: World;
	readonly proxies: Readonly<Record<PlatformName, TcpProxy>>;
	server(platform: PlatformName): RunningServer;
	/** Of an exporter that reads all three through the proxies. */
	configuration(more?: string): string;
	/** Starts an exporter that reads all three through the proxies. */
	exporter(more?: string, options?: ExporterOptions): Promise<Exporter>;
	/** Waits until a broker answers one who asks it past the exporter. */
	answers(platform: PlatformName): Promise<void>;
	stop(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
	const [kafka, redis, nats] = await Promise.all([startProxy(), startProxy(), startProxy()]);
	const proxies = { kafka, redis, nats };
	const stopProxies = () => Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
	let world: World;
	try {
		const announced = `advertised.listeners=PLAINTEXT://127.0.0.1:${kafka.port}`;
		world = await startWorld([announced], (brokers) => {
			for (const platform of platforms) proxies[platform].upstream = brokers[platform].port;
		});
	} catch (error) {
		await stopProxies();
		throw error;
	}
	const configuration = (more = '') => `
poll: { interval: ${intervalSeconds}s, timeout: 2500ms }
targets:
  - { name: kafka, platform: kafka, brokers: ['127.0.0.1:${kafka.port}'] }
  - { name: redis, platform: redis, url: 'redis://127.0.0.1:${redis.port}', discovery_interval: 1s }
  - { name: nats, platform: nats, servers: ['nats://127.0.0.1:${nats.port}'] }
${more}`;
	return {
		world,
		proxies,
		server: (platform) => world[platform],
		configuration,
		exporter: (more, options) => startExporter(configuration(more), options),
		async answers(platform) {
			await until(`${platform} answers`, () => asks[platform](world), { timeoutMs: 60_000 });
		},
		async stop() {
			await stopProxies();
			await world.stop();
		},
	};
}

const asks: Readonly<Record<PlatformName, (world: World) => Promise<boolean>>> = {
	async kafka({ kafka }) {
		const client = new KafkaClient({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING });
		const admin = client.admin();
		try {
			await admin.connect();
			const offsets = await admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] });
			return offsets.length > 0;
		} finally {
			await admin.disconnect();
		}
	},
	async redis({ redis }) {
		return (await redis.cli('PING')).trim() === 'PONG';
	},
	async nats({ nats }) {
		const connection = await connect({ servers: nats.url, reconnect: false, timeout: 1000 });
		try {
			const manager = await connection.jetstreamManager();
			return (await manager.consumers.info('EVENTS', 'mailer')).num_pending === 5;
		} finally {
			await connection.close();
		}
	},
};
