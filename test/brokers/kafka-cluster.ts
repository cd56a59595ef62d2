import { brokerProperties, clusterId, prepareNode, readiness } from './kafka.ts';
import { findKafka } from './kafka-jars.ts';
import type { RunningServer } from './running.ts';
import { start } from './running.ts';

/** Brokers of one cluster, and a controller beside them that stays when they go. */
export interface KafkaCluster {
	/** Node ids count from 1 on. */
	readonly brokers: readonly RunningServer[];
	/** Of all brokers: `127.0.0.1:port`. */
	readonly bootstrap: readonly string[];
	stop(): Promise<void>;
}

const controllerId = 100;

/**
 * Starts a Kafka cluster on free ports. The topic of offsets has a replica on every broker.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startKafkaCluster(count: number): Promise<KafkaCluster> {
	const found = await findKafka();
	const cluster = clusterId();
	const started: RunningServer[] = [];
	const stop = async () => {
		await Promise.all(started.map((server) => server.stop()));
	};
	const node = { name: 'kafka', version: found.version, portCount: 1, ...readiness };
	try {
		const controller = await start({
			...node,
			prepare: async (folder, [port = 0]) =>
				await prepareNode(
					found,
					folder,
					cluster,
					['-Xmx256m'],
					[
						'process.roles=controller',
						`node.id=${controllerId}`,
						`controller.quorum.voters=${controllerId}@127.0.0.1:${port}`,
						`listeners=CONTROLLER://127.0.0.1:${port}`,
						'controller.listener.names=CONTROLLER',
						`log.dirs=${folder}/data`,
					],
				),
		});
		started.push(controller);
		const brokers: RunningServer[] = [];
		for (let id = 1; id <= count; id++) {
			const broker = await start({
				...node,
				prepare: async (folder, [port = 0]) =>
					await prepareNode(
						found,
						folder,
						cluster,
						['-Xmx256m'],
						[
							...brokerProperties(folder, port),
							'process.roles=broker',
							`node.id=${id}`,
							`controller.quorum.voters=${controllerId}@127.0.0.1:${controller.ports[0]}`,
							`listeners=PLAINTEXT://127.0.0.1:${port}`,
							`offsets.topic.replication.factor=${count}`,
							'broker.session.timeout.ms=3000',
						],
					),
			});
			started.push(broker);
			brokers.push(broker);
		}
		return {
			brokers,
			bootstrap: brokers.map(({ ports }) => `127.0.0.1:${ports[0]}`),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}
