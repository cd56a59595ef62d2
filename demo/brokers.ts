import { type Progress, reason } from '../test/brokers/found.ts';
import { startKafka, startNats, startRedis } from '../test/brokers/index.ts';
import type { RunningServer } from '../test/brokers/running.ts';
import {
	isDockerThere,
	startKafkaContainer,
	startNatsContainer,
	startRedisContainer,
} from './docker.ts';
import { workOnKafka } from './kafka.ts';
import { workOnNats } from './nats.ts';
import { workOnRedis } from './redis.ts';
import type { Workload } from './workload.ts';

/** A broker that runs, and what the demo does with it. */
export interface Broker {
	readonly server: RunningServer;
	readonly address: string;
	/** Its part of the exporter's configuration. */
	readonly target: Readonly<Record<string, unknown>>;
	/** How a person asks the broker itself. */
	readonly ask: string;
	readonly work: (signal: AbortSignal) => Promise<Workload>;
}

/** Every platform of the demo: starts its server, and rejects when that cannot be had. */
export const brokers: readonly ((progress: Progress) => Promise<Broker>)[] = [
	async (progress) => {
		const server = await orContainer(() => startKafka({ progress }), startKafkaContainer, progress);
		const address = `127.0.0.1:${server.ports[0]}`;
		return {
			server,
			address,
			target: { name: 'kafka', platform: 'kafka', brokers: [address] },
			ask: `kafka-consumer-groups.sh --bootstrap-server ${address} --describe --all-groups`,
			work: (signal) => workOnKafka(address, signal),
		};
	},
	async (progress) => {
		const server = await orContainer(() => startRedis({ progress }), startRedisContainer, progress);
		const address = `redis://127.0.0.1:${server.ports[0]}`;
		return {
			server,
			address,
			target: { name: 'redis', platform: 'redis', url: address },
			ask: `redis-cli -p ${server.ports[0]} XINFO GROUPS orders`,
			work: (signal) => workOnRedis(address, signal),
		};
	},
	async (progress) => {
		const server = await orContainer(() => startNats({ progress }), startNatsContainer, progress);
		const address = `nats://127.0.0.1:${server.ports[0]}`;
		return {
			server,
			address,
			target: { name: 'nats', platform: 'nats', servers: [address] },
			ask: `curl 'http://127.0.0.1:${server.ports[1]}/jsz?consumers=true'`,
			work: (signal) => workOnNats(address, signal),
		};
	},
];

async function orContainer(
	own: () => Promise<RunningServer>,
	container: () => Promise<RunningServer>,
	progress: Progress,
): Promise<RunningServer> {
	try {
		return await own();
	} catch (error) {
		if (!(await isDockerThere())) throw error;
		progress(`${reason(error)}; starting a container instead`);
		return container();
	}
}
