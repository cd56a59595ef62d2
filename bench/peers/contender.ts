import { runCommand } from '../../test/brokers/command.ts';
import { findOnPath } from '../../test/brokers/found.ts';
import { type RunningServer, start } from '../../test/brokers/running.ts';
import type { Address, PlatformName } from './installation.ts';

/** A program that exports lags, ready to be started. */
export interface Contender {
	readonly name: string;
	readonly version: string;
	/** When it asks the broker. */
	readonly reads: 'at its own pace' | 'when scraped';
	/** Milliseconds from one reading to the next. */
	readonly readEveryMs: number;
	/** Readings that go by before anything is measured: caches are filled, and code is compiled. */
	readonly warmUp: number;
	readonly lags: Lags;
	/** Serves `/metrics` on its first port. */
	start(address: Address): Promise<RunningServer>;
}

/** How often brokers are read here unless a bench wants more: more often than usual, for time is short. */
export const usuallyEveryMs = 3000;

/** The metric that holds the lag, and the labels that tell whose it is. */
export interface Lags {
	readonly metric: string;
	readonly labels: readonly string[];
}

/** What is known of another exporter: all that there is of it here. */
export interface Peer {
	/** Of its program, too. */
	readonly name: string;
	/** The environment variable that may name its path. */
	readonly variable: string;
	readonly platform: PlatformName;
	readonly lags: Lags;
	/** Absent: it has none. */
	readonly versionFlag?: string;
	readonly args: (address: Address, port: number) => readonly string[];
	readonly env?: (address: Address, port: number) => NodeJS.ProcessEnv;
	/** What it writes when it listens. */
	readonly ready: RegExp;
}

/** Finds a peer's program by its variable or on PATH; all of them ask the broker when scraped. */
export async function findPeer(peer: Peer): Promise<Contender | undefined> {
	const path = process.env[peer.variable] || findOnPath(peer.name);
	if (path === undefined) return undefined;
	const { name, lags, ready } = peer;
	const version = await versionOf(path, peer.versionFlag);
	return {
		name,
		version,
		reads: 'when scraped',
		readEveryMs: usuallyEveryMs,
		warmUp: 5,
		lags,
		start: (address) =>
			start({
				name,
				version,
				portCount: 1,
				prepare: (_, [port = 0]) => ({
					command: path,
					args: peer.args(address, port),
					env: peer.env?.(address, port),
				}),
				ready,
				readyTimeoutMs: 20_000,
			}),
	};
}

const untold = 'of untold version';

/** The first thing that looks like a version in what it says. */
async function versionOf(path: string, flag: string | undefined): Promise<string> {
	if (flag === undefined) return untold;
	try {
		const { stdout, stderr } = await runCommand(path, [flag], { timeoutMs: 10_000 });
		return /\d+\.\d+\.\d+\S*/.exec(stdout + stderr)?.[0] ?? untold;
	} catch {
		return untold;
	}
}
