import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRedis, type Redis, startRedis } from './redis.ts';
import { type RunningServer, start } from './running.ts';
import { until } from './until.ts';

/** A master with a replica, and three sentinels that watch over them. */
export interface RedisSentinels {
	/** What the sentinels call the master. */
	readonly name: string;
	/** Of which one is the master; at first the first. */
	readonly servers: readonly [Redis, Redis];
	readonly sentinels: readonly [RunningServer, RunningServer, RunningServer];
	/** `127.0.0.1:port` of each sentinel. */
	readonly hosts: readonly string[];
	stop(): Promise<void>;
}

const name = 'orders';

/**
 * Starts them on free ports. A master that is gone is replaced within seconds.
 *
 * @param config - more lines of the configuration of each sentinel
 */
export async function startRedisSentinels(config: readonly string[] = []): Promise<RedisSentinels> {
	const running: RunningServer[] = [];
	const keep = async <Server extends RunningServer>(starting: Promise<Server>) => {
		const server = await starting;
		running.push(server);
		return server;
	};
	const stop = async () => {
		await Promise.all(running.map((server) => server.stop()));
	};
	try {
		const master = await keep(startRedis());
		const replica = await keep(startRedis({ config: [`replicaof 127.0.0.1 ${master.port}`] }));
		await until('the replica follows', async () =>
			/master_link_status:up/.test(await replica.cli('INFO', 'replication')),
		);
		const sentinels: RunningServer[] = [];
		for (let at = 0; at < 3; at++) sentinels.push(await keep(startSentinel(master.port, config)));
		const all = sentinels as [RunningServer, RunningServer, RunningServer];
		for (const sentinel of all) {
			await until('a sentinel knows the others and the replica', () => {
				const log = sentinel.log();
				return /\+slave/.test(log) && (log.match(/\+sentinel /g)?.length ?? 0) >= 2;
			});
		}
		const hosts = all.map(({ ports }) => `127.0.0.1:${ports[0]}`);
		return { name, servers: [master, replica], sentinels: all, hosts, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function startSentinel(
	masterPort: number,
	config: readonly string[],
): Promise<RunningServer> {
	const found = await findRedis();
	return start({
		name: 'redis-sentinel',
		version: found.version,
		portCount: 1,
		prepare: async (folder, [port]) => {
			const path = join(folder, 'sentinel.conf');
			const lines = [
				'bind 127.0.0.1',
				`port ${port}`,
				`dir ${folder}`,
				`sentinel monitor ${name} 127.0.0.1 ${masterPort} 2`,
				`sentinel down-after-milliseconds ${name} 1000`,
				`sentinel failover-timeout ${name} 3000`,
				...config,
			];
			await writeFile(path, `${lines.join('\n')}\n`);
			return { command: found.path, args: [path, '--sentinel'], env: found.env };
		},
		ready: /\+monitor master/,
		readyTimeoutMs: 10_000,
	});
}
