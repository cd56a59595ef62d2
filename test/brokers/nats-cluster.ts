import { z } from 'zod';
import { type Nats, startNats } from './nats.ts';
import { freePorts } from './ports.ts';
import { until } from './until.ts';

/** Three NATS servers that are one cluster. */
export interface NatsCluster {
	/** `n1`, `n2`, `n3`. */
	readonly servers: readonly [Nats, Nats, Nats];
	/** By its name. */
	server(name: string): Nats;
	stop(): Promise<void>;
}

/**
 * Starts three servers as one JetStream cluster, on free ports.
 *
 * @param config - more text of each server's configuration file
 */
export async function startNatsCluster(config = ''): Promise<NatsCluster> {
	const ports = await freePorts(3);
	const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
	const started: Nats[] = [];
	const stop = async () => {
		await Promise.all(started.map((server) => server.stop()));
	};
	try {
		const starting = ports.map(async (port, index) => {
			const server = await startNats({
				config: `server_name: n${index + 1}
cluster { name: C, listen: "127.0.0.1:${port}", routes: [${routes}] }
${config}`,
			});
			started.push(server);
			return server;
		});
		await Promise.allSettled(starting);
		const servers = (await Promise.all(starting)) as [Nats, Nats, Nats];
		for (const server of servers) await isReady(server);
		return {
			servers,
			server(name) {
				const server = servers[Number(name.slice(1)) - 1];
				if (server === undefined) throw new Error(`there is no server ${name}`);
				return server;
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

const meta = z.object({
	meta_cluster: z.object({ leader: z.string().min(1), cluster_size: z.number() }),
});

/** Waits until a server of a cluster knows who leads all of it. */
export async function isReady(server: Nats): Promise<void> {
	await until(
		`${server.url} knows the cluster's leader`,
		async () => meta.parse(await server.monitor('/jsz')).meta_cluster.cluster_size === 3,
		{ timeoutMs: 30_000 },
	);
}
