import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import {
	type FoundServer,
	find,
	isAtHand,
	type Progress,
	tellOnStandardError,
	type Wanted,
} from './found.ts';
import { type RunningServer, start } from './running.ts';

/** What a Prometheus of one's own scrapes. */
export interface PrometheusOptions {
	/** Addresses as host and port: `127.0.0.1:10977`. */
	readonly scrape: readonly string[];
	/** Also of the evaluation of rules; 1 unless given. */
	readonly scrapeIntervalSeconds?: number;
	/** Paths of rule files. */
	readonly ruleFiles?: readonly string[];
	/** Where alerts are sent, as host and port. */
	readonly alertmanager?: string;
	readonly progress?: Progress;
}

/** A Prometheus that was started here. */
export interface Prometheus extends RunningServer {
	readonly port: number;
	/** `http://127.0.0.1:port` */
	readonly url: string;
	/**
	 * Asks the HTTP API: `query('up')` gives the vector of `/api/v1/query`.
	 *
	 * @throws Error with Prometheus' own words when it refuses
	 */
	query(expression: string): Promise<readonly Sample[]>;
	/** The series that an expression has between two times, in seconds since 1970; a point a second. */
	queryRange(expression: string, start: number, end: number): Promise<readonly unknown[]>;
	/** The alerts that are pending or firing. */
	alerts(): Promise<readonly Alert[]>;
}

/** One alert of `/api/v1/alerts`. */
export interface Alert {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly state: 'pending' | 'firing';
	/** When its condition became true. */
	readonly activeAt: string;
}

/** One series of an answer. */
export interface Sample {
	readonly metric: Readonly<Record<string, string>>;
	/** Seconds since 1970, and the value as text. */
	readonly value: readonly [number, string];
}

/** Finds or gets prometheus. */
export function findPrometheus(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find(wanted('prometheus', 'PROMETHEUS', progress));
}

/** Whether there is a prometheus that needs no download. */
export function isPrometheusAtHand(): boolean {
	return isAtHand(wanted('prometheus', 'PROMETHEUS', tellOnStandardError));
}

/** Finds or gets promtool, which comes with prometheus. */
export function findPromtool(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find(wanted('promtool', 'PROMTOOL', progress));
}

/**
 * Starts a Prometheus of one's own on a free port.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
	const found = await findPrometheus(options.progress);
	const assets = join(dirname(found.path), '../share/prometheus/web');
	const server = await start({
		name: 'prometheus',
		version: found.version,
		portCount: 1,
		prepare: async (folder, [port]) => {
			const path = join(folder, 'prometheus.yml');
			await writeFile(path, configuration(options));
			return {
				command: found.path,
				args: [
					`--config.file=${path}`,
					`--storage.tsdb.path=${join(folder, 'data')}`,
					`--web.listen-address=127.0.0.1:${port}`,
					// Debian's package has its pages in files, and they may have been unpacked elsewhere.
					...(existsSync(assets) ? [`--web.local-assets=${assets}`] : []),
				],
				env: found.env,
			};
		},
		ready: /Server is ready to receive web requests/,
		readyTimeoutMs: 20_000,
	});
	const [port = 0] = server.ports;
	const url = `http://127.0.0.1:${port}`;
	return Object.assign(server, {
		port,
		url,
		query: async (expression: string) => {
			const parameters = new URLSearchParams({ query: expression });
			const path = `/api/v1/query?${parameters}`;
			return (await ask<{ result: readonly Sample[] }>(url, path, expression)).result;
		},
		queryRange: async (expression: string, start: number, end: number) => {
			const range = { start: String(start), end: String(end), step: '1' };
			const path = `/api/v1/query_range?${new URLSearchParams({ query: expression, ...range })}`;
			return (await ask<{ result: readonly unknown[] }>(url, path, expression)).result;
		},
		alerts: async () =>
			(await ask<{ alerts: readonly Alert[] }>(url, '/api/v1/alerts', 'to tell its alerts')).alerts,
	});
}

/** @param what - is asked, for the error */
async function ask<Data>(url: string, path: string, what: string): Promise<Data> {
	const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
	const answer = (await response.json()) as Answer<Data>;
	if (answer.status === 'success') return answer.data;
	throw new Error(`prometheus refuses ${what}: ${answer.error}`);
}

type Answer<Data> = { status: 'success'; data: Data } | { status: 'error'; error: string };

/** JSON is YAML. */
function configuration(options: PrometheusOptions): string {
	const interval = `${options.scrapeIntervalSeconds ?? 1}s`;
	return JSON.stringify({
		global: {
			scrape_interval: interval,
			scrape_timeout: interval,
			evaluation_interval: interval,
		},
		rule_files: options.ruleFiles ?? [],
		alerting: {
			alertmanagers: options.alertmanager
				? [{ static_configs: [{ targets: [options.alertmanager] }] }]
				: [],
		},
		scrape_configs: [
			{ job_name: 'stream-lag-exporter', static_configs: [{ targets: options.scrape }] },
		],
	});
}

function wanted(name: 'prometheus' | 'promtool', variable: string, progress: Progress): Wanted {
	return {
		name,
		variable,
		executable: name,
		version: async (path, env = {}) => {
			const { stdout, stderr } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
			return /version (\S+)/.exec(stdout + stderr)?.[1] ?? stdout.trim();
		},
		entry: 'prometheus',
		get: (folder) => unpackPackages(['prometheus'], folder, (line) => progress(`${name}: ${line}`)),
		inFolder: (folder) => ({ path: join(folder, 'usr/bin', name), env: libraryPath(folder) }),
		advice: 'install prometheus (Debian: apt-get install prometheus)',
	};
}
