import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { App } from '../app.ts';
import type { ListenAddress } from '../arguments.ts';
import type { Loaded } from '../config/load.ts';
import type { Config } from '../config/plan.ts';
import { Access, type AccessOptions } from '../http/access/access.ts';
import type { RequestTold } from '../http/request-times.ts';
import { buildServer } from '../http/server.ts';
import { processMetrics } from '../metrics/process.ts';
import { Publisher } from '../metrics/publisher.ts';
import { type Shard, shardWords } from '../options/shard.ts';
import type { Build } from '../version.ts';
import { Reloader } from './reload.ts';

/** What the daemon is started with. */
export interface ServeOptions {
	readonly config: Config;
	/** Loads it again. */
	readonly load: () => Loaded;
	/** Calls back whenever the configuration is to be loaded again. */
	readonly onHangup: (reload: () => void) => void;
	/** Whether that can be asked for over HTTP too. */
	readonly enableLifecycle: boolean;
	/** Absent: whoever reaches the port may come in, without TLS. */
	readonly web?: Omit<AccessOptions, 'onChange'>;
	/** The part of all streams and groups to read; absent: all of them. */
	readonly shard?: Shard | undefined;
	readonly build: Build;
	readonly listenAddresses: readonly ListenAddress[];
	readonly telemetryPath: string;
	readonly log: Logger;
	/** Ends the daemon. */
	readonly stop: AbortSignal;
}

/**
 * Polls and serves until it is told to stop.
 *
 * @returns when everything is closed
 * @throws when it cannot listen
 */
export async function serve(options: ServeOptions): Promise<void> {
	const { config, shard, build, telemetryPath, log, stop } = options;
	const publisher = new Publisher();
	const metrics = processMetrics(build, shard);
	metrics.configLoaded(true, Date.now());
	const app = new App(config, publisher, log, shard);
	const reloader = new Reloader(config, { load: options.load, app, metrics, log, stop });
	const site = {
		telemetryPath,
		version: build.version,
		...(shard && { shard: shardWords(shard) }),
		ready: () => app.ready,
		onFailure: (error: unknown) => log.error({ err: error }, 'a request could not be answered'),
		onRequest: requestTimes(log),
		snapshot: () => publisher.snapshot,
		lease: () => publisher.lease(),
		processMetrics: () => metrics.render(),
		effectiveYaml: () => reloader.config.effectiveYaml,
		...(options.enableLifecycle && { reload: () => reloader.reload() }),
	};
	const access = options.web && new Access({ ...options.web, onChange: tellOfAccess(log) });
	const servers = options.listenAddresses.map((address) => ({
		address,
		server: buildServer(site, access),
	}));
	const close = async () => {
		await Promise.all([app.stop(), ...servers.map(({ server }) => server.close())]);
		await access?.close();
	};
	// From now on SIGHUP does not end the process.
	options.onHangup(() => {
		// What goes wrong is in the log.
		reloader.reload().catch(() => {});
	});
	try {
		for (const { address, server } of servers) {
			const url = await listen(server.app, address);
			log.info({ url: `${url}${telemetryPath}` }, 'listening');
		}
		tellTargets(config, log);
		app.start();
		await aborted(stop);
	} finally {
		await close();
	}
}

/** A line for each platform: there may be hundreds of targets. */
function tellTargets({ targets }: Config, log: Logger): void {
	const names = new Map<string, string[]>();
	for (const { name, platform } of targets) {
		names.set(platform.name, [...(names.get(platform.name) ?? []), name]);
	}
	for (const [platform, those] of names) {
		log.info({ platform, targets: those.join(', ') }, 'polling');
	}
}

/** Absent: the log has no such lines. */
function requestTimes(log: Logger): ((told: RequestTold) => void) | undefined {
	if (!log.isLevelEnabled('debug')) return undefined;
	return ({ durationMs, isComplete, ...request }) => {
		const fields = { ...request, durationMs: Math.round(durationMs * 100) / 100 };
		log.debug(fields, isComplete ? 'request answered' : 'request broken off');
	};
}

function tellOfAccess(log: Logger): AccessOptions['onChange'] {
	return (mistakes) => {
		for (const mistake of mistakes) log.error({ mistake }, 'a mistake in the web configuration');
		if (mistakes.length > 0) log.error('the old web configuration stays in use');
		else log.info('the web configuration has changed and is in use');
	};
}

/** Without a host: every address, IPv6 and IPv4, or IPv4 alone where the machine has no other. */
async function listen(server: FastifyInstance, { host, port }: ListenAddress): Promise<string> {
	try {
		return await server.listen({ port, host: host ?? '::' });
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'EAFNOSUPPORT' && host === undefined) {
			return await server.listen({ port, host: '0.0.0.0' });
		}
		const why = listenWords[code ?? ''] ?? (error as Error).message;
		throw new Error(`cannot listen on ${host ?? ''}:${port}: ${why}`, { cause: error });
	}
}

const listenWords: Readonly<Record<string, string>> = {
	EADDRINUSE: 'something else listens there; choose another with --web.listen-address',
	EADDRNOTAVAIL: 'that is no address of this machine',
	EACCES: 'this user may not listen on that port',
	ENOTFOUND: 'no such host',
};

async function aborted(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
