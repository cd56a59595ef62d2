import { type Redis, startRedis } from './redis.ts';
import { until } from './until.ts';

/** Three masters that hold a third of the slots each, and a replica of each. */
export interface RedisCluster {
	readonly masters: readonly [Redis, Redis, Redis];
	readonly replicas: readonly [Redis, Redis, Redis];
	stop(): Promise<void>;
}

const slotCount = 16_384;

/**
 * Starts a cluster on free ports. A master that is gone is replaced by its replica within seconds,
 * and meanwhile the others answer.
 *
 * @param config - more lines of each node's redis.conf
 */
export async function startRedisCluster(config: readonly string[] = []): Promise<RedisCluster> {
	const nodes: Redis[] = [];
	const stop = async () => {
		await Promise.all(nodes.map((node) => node.stop()));
	};
	try {
		const starting = Array.from({ length: 6 }, async () => {
			const lines = ['cluster-node-timeout 1000', 'cluster-require-full-coverage no', ...config];
			nodes.push(await startRedis({ isClusterNode: true, config: lines }));
		});
		// All have come up before one that has not can end the others.
		await Promise.allSettled(starting);
		await Promise.all(starting);
		const masters = nodes.slice(0, 3) as [Redis, Redis, Redis];
		const replicas = nodes.slice(3) as [Redis, Redis, Redis];
		const [first] = masters;
		for (const [at, master] of masters.entries()) {
			const from = Math.floor((at * slotCount) / 3);
			const to = Math.floor(((at + 1) * slotCount) / 3) - 1;
			await master.cli('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
			await master.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
		}
		for (const { port, busPort } of nodes.filter((node) => node !== first)) {
			await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
		}
		for (const [at, replica] of replicas.entries()) {
			const id = await (masters[at] as Redis).cli('CLUSTER', 'MYID');
			await until('a replica knows its master', async () => {
				await replica.cli('CLUSTER', 'REPLICATE', id);
				return true;
			});
		}
		for (const node of nodes) {
			await until('every node sees the cluster whole', async () => {
				const info = await node.cli('CLUSTER', 'INFO');
				const replication = await node.cli('INFO', 'replication');
				return (
					/cluster_state:ok/.test(info) &&
					/cluster_slots_ok:16384/.test(info) &&
					/cluster_known_nodes:6/.test(info) &&
					(/role:master/.test(replication)
						? /connected_slaves:1/.test(replication)
						: /master_link_status:up/.test(replication))
				);
			});
		}
		return { masters, replicas, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}
