import { readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import {
	type FoundServer,
	find,
	findOnPath,
	isAtHand,
	type Progress,
	tellOnStandardError,
	type Wanted,
} from './found.ts';
import { type RunningServer, start } from './running.ts';

/** What an Alertmanager of one's own is told. */
export interface AlertmanagerOptions {
	/** The text of its configuration file. */
	readonly configuration: string;
	readonly progress?: Progress;
}

/** An Alertmanager that was started here. */
export interface Alertmanager extends RunningServer {
	/** `127.0.0.1:port`, as Prometheus wants it. */
	readonly address: string;
	/** `http://127.0.0.1:port` */
	readonly url: string;
	/** The alerts that it holds. */
	alerts(): Promise<readonly HeldAlert[]>;
}

/** One alert of `/api/v2/alerts`. */
export interface HeldAlert {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly status: {
		readonly state: 'unprocessed' | 'active' | 'suppressed';
		/** Fingerprints of the alerts that silence this one. */
		readonly inhibitedBy: readonly string[];
	};
}

/** Finds or gets alertmanager. */
export function findAlertmanager(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find(wanted('alertmanager', 'ALERTMANAGER', progress));
}

/** Whether there is an alertmanager that needs no download. */
export function isAlertmanagerAtHand(): boolean {
	return isAtHand(wanted('alertmanager', 'ALERTMANAGER', tellOnStandardError));
}

/** Finds or gets amtool, which comes with alertmanager. */
export function findAmtool(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find(wanted('amtool', 'AMTOOL', progress));
}

/**
 * Starts an Alertmanager of one's own on a free port, without peers.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
	const found = await findAlertmanager(options.progress);
	const server = await start({
		name: 'alertmanager',
		version: found.version,
		portCount: 1,
		prepare: async (folder, [port]) => {
			const path = join(folder, 'alertmanager.yml');
			await writeFile(path, options.configuration);
			if (found.source === 'cache')
				await symlink(dirname(dirname(found.path)), join(folder, 'usr'));
			return {
				command: found.path,
				args: [
					`--config.file=${path}`,
					`--storage.path=${join(folder, 'data')}`,
					`--web.listen-address=127.0.0.1:${port}`,
					'--cluster.listen-address=',
				],
				env: found.env,
			};
		},
		ready: /msg="?Listening/i,
		readyTimeoutMs: 20_000,
	});
	const address = `127.0.0.1:${server.ports[0]}`;
	const url = `http://${address}`;
	return Object.assign(server, {
		address,
		url,
		alerts: async () => {
			const response = await fetch(`${url}/api/v2/alerts`, { signal: AbortSignal.timeout(5000) });
			if (!response.ok) throw new Error(`${url}/api/v2/alerts answered ${response.status}`);
			return (await response.json()) as readonly HeldAlert[];
		},
	});
}

/**
 * Debian's alertmanager has its templates in files and their path built in. Unpacked elsewhere it
 * looks for them from where it runs: a path of the same length without the leading slash.
 */
async function useUnpackedTemplates(executable: string): Promise<void> {
	const program = await readFile(executable);
	const builtIn = '/usr/share/prometheus/alertmanager';
	for (let at = program.indexOf(builtIn); at >= 0; at = program.indexOf(builtIn, at)) {
		program.write('usr//share/prometheus/alertmanager', at);
	}
	await writeFile(executable, program);
}

function wanted(name: 'alertmanager' | 'amtool', variable: string, progress: Progress): Wanted {
	// Debian's package puts its own prefix before the server's name.
	const debian = name === 'alertmanager' ? 'prometheus-alertmanager' : name;
	return {
		name,
		variable,
		executable: findOnPath(name) === undefined ? debian : name,
		version: async (path, env = {}) => {
			const { stdout, stderr } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
			return /version[ =](\d[^\s,]*)/.exec(stdout + stderr)?.[1] ?? stdout.trim();
		},
		entry: 'alertmanager',
		get: async (folder) => {
			const tell = (line: string) => progress(`${name}: ${line}`);
			await unpackPackages(['prometheus-alertmanager'], folder, tell);
			await useUnpackedTemplates(join(folder, 'usr/bin', debian));
		},
		inFolder: (folder) => ({ path: join(folder, 'usr/bin', debian), env: libraryPath(folder) }),
		advice: 'install alertmanager (Debian: apt-get install prometheus-alertmanager)',
	};
}
