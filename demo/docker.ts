import { runCommand } from '../test/brokers/command.ts';
import { type Blueprint, type RunningServer, start } from '../test/brokers/running.ts';

/** Whether there is a Docker engine that answers. */
export async function isDockerThere(): Promise<boolean> {
	try {
		await runCommand('docker', ['info'], { timeoutMs: 10_000 });
		return true;
	} catch {
		return false;
	}
}

/**
 * Starts a server in a container. The command line client stays and hands the signal that ends it on
 * to the container, which Docker then removes.
 *
 * @param ports - of the container, each published on the free port of the same place
 * @param options - for docker run, and the image's arguments, by the free ports
 */
async function startContainer(
	image: string,
	ports: readonly number[],
	options: (published: readonly number[]) => { env?: readonly string[]; args?: readonly string[] },
	{ name, ready }: Pick<Blueprint, 'name' | 'ready'>,
): Promise<RunningServer> {
	return start({
		name,
		version: `in a container of ${image}`,
		portCount: ports.length,
		prepare: (_folder, published) => {
			const { env = [], args = [] } = options(published);
			return {
				command: 'docker',
				args: [
					...['run', '--rm'],
					...ports.flatMap((port, i) => ['--publish', `127.0.0.1:${published[i]}:${port}`]),
					...env.flatMap((setting) => ['--env', setting]),
					...[image, ...args],
				],
			};
		},
		ready,
		// The image is pulled first.
		readyTimeoutMs: 600_000,
	});
}

export const startRedisContainer = (): Promise<RunningServer> =>
	startContainer('redis:7', [6379], () => ({}), {
		name: 'redis',
		ready: /Ready to accept connections/,
	});

/** Ports: of clients, of the monitor. */
export const startNatsContainer = (): Promise<RunningServer> =>
	startContainer('nats:2', [4222, 8222], () => ({ args: ['-js', '-m', '8222'] }), {
		name: 'nats',
		ready: /Server is ready/,
	});

/** The image has settings of its own only while none is given. */
export const startKafkaContainer = (): Promise<RunningServer> =>
	startContainer(
		'apache/kafka:4.1.0',
		[9092],
		([port]) => ({
			env: [
				'KAFKA_NODE_ID=1',
				'KAFKA_PROCESS_ROLES=broker,controller',
				'KAFKA_LISTENERS=PLAINTEXT://:9092,CONTROLLER://:9093',
				`KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:${port}`,
				'KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER',
				'KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
				'KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:9093',
				'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1',
				'KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1',
				'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1',
				'KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0',
			],
		}),
		{ name: 'kafka', ready: /Kafka Server started/ },
	);
