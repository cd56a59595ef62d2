import { startKafka, startNats, startRedis } from '../../test/brokers/index.ts';
import { freePorts } from '../../test/brokers/ports.ts';
import { startProxy } from '../../test/brokers/proxy.ts';
import type { RunningServer } from '../../test/brokers/running.ts';
import { fillKafka } from '../fill/kafka.ts';
import { fillNats } from '../fill/nats.ts';
import { fillRedis } from '../fill/redis.ts';

export type PlatformName = 'kafka' | 'nats' | 'redis';

/** How a program reaches a broker. */
export interface Address {
	/** `127.0.0.1:port` */
	readonly server: string;
	/** Of the server's own report by HTTP, `127.0.0.1:port`; NATS alone has one. */
	readonly monitor?: string;
}

/** A real broker that was filled, with the lags that it has for certain. */
export interface Installation {
	readonly platform: PlatformName;
	/** `500 groups × 10 topics × 10 partitions` */
	readonly shape: string;
	readonly server: RunningServer;
	readonly direct: Address;
	/** Through a proxy that counts. */
	readonly counted: Address;
	/** Bytes that went through the proxy so far, both ways. */
	countedBytes(): number;
	/** The lag of each group; the key is what {@link Contender.lags} names, joined by blanks. */
	readonly truth: ReadonlyMap<string, number>;
	stop(): Promise<void>;
}

/** Starts and fills the brokers of a platform; 1 is the size that goals are about. */
export const installations: Readonly<
	Record<PlatformName, (scale: number) => Promise<Installation>>
> = { kafka: installKafka, nats: installNats, redis: installRedis };

async function installKafka(scale: number): Promise<Installation> {
	const size = {
		topics: Math.max(10, scaled(200, scale)),
		partitions: 10,
		groups: scaled(500, scale),
		topicsPerGroup: 10,
	};
	const proxy = await startProxy();
	const [port = 0] = await freePorts(1);
	proxy.upstream = port;
	// As a real one is run, not as tests do it: with the compiler that makes it fast.
	const server = await startKafka({
		javaFlags: ['-Xmx1g', '-XX:TieredStopAtLevel=4'],
		second: { port, advertisedPort: proxy.port },
	});
	const stop = () => stopAll(server, proxy);
	return await orStop(stop, async () => ({
		platform: 'kafka',
		shape: `${size.groups} groups × ${size.topicsPerGroup} of ${size.topics} topics × ${size.partitions} partitions`,
		server,
		direct: { server: server.bootstrap },
		counted: { server: `127.0.0.1:${proxy.port}` },
		countedBytes: () => proxy.bytes,
		truth: await fillKafka(server.bootstrap, size),
		stop,
	}));
}

async function installRedis(scale: number): Promise<Installation> {
	const streams = scaled(10_000, scale);
	const proxy = await startProxy();
	const server = await startRedis({ config: ['appendonly no'] });
	proxy.upstream = server.port;
	const stop = () => stopAll(server, proxy);
	return await orStop(stop, async () => ({
		platform: 'redis',
		shape: `${streams} streams × 1 group`,
		server,
		direct: { server: `127.0.0.1:${server.port}` },
		counted: { server: `127.0.0.1:${proxy.port}` },
		countedBytes: () => proxy.bytes,
		truth: await fillRedis(server.url, streams),
		stop,
	}));
}

/** The login to the system account, whose reports a peer asks for. */
export const natsSystem = { user: 'system', password: 'system' } as const;

const accounts = `
accounts {
	BENCH { jetstream: enabled, users: [{ user: bench, password: bench }] }
	SYSTEM { users: [{ user: ${natsSystem.user}, password: ${natsSystem.password} }] }
}
system_account: SYSTEM
no_auth_user: bench
`;

async function installNats(scale: number): Promise<Installation> {
	const size = { streams: scaled(50, scale), consumers: 60 };
	const [proxy, monitorProxy] = [await startProxy(), await startProxy()];
	const server = await startNats({ config: accounts });
	proxy.upstream = server.port;
	monitorProxy.upstream = server.monitorPort;
	const stop = () => stopAll(server, proxy, monitorProxy);
	return await orStop(stop, async () => {
		const filled = await fillNats(server.url, size);
		await filled.move();
		await filled.close();
		return {
			platform: 'nats',
			shape: `${size.streams} streams × ${size.consumers} consumers`,
			server,
			direct: { server: `127.0.0.1:${server.port}`, monitor: `127.0.0.1:${server.monitorPort}` },
			counted: { server: `127.0.0.1:${proxy.port}`, monitor: `127.0.0.1:${monitorProxy.port}` },
			countedBytes: () => proxy.bytes + monitorProxy.bytes,
			truth: new Map([...filled.truth].map(([key, lag]) => [key, lag - 1])),
			stop,
		};
	});
}

function scaled(count: number, scale: number): number {
	return Math.max(1, Math.round(count * scale));
}

async function stopAll(...all: readonly { stop(): Promise<void> }[]): Promise<void> {
	for (const one of all) await one.stop();
}

async function orStop<T>(stop: () => Promise<void>, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await stop();
		throw error;
	}
}
