import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../brokers/index.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built exporter, running as users run it. */
export interface Exporter {
	/** `http://127.0.0.1:port` */
	readonly url: string;
	readonly pid: number;
	/** Where its files are; relative paths in the configuration begin here. */
	readonly folder: string;
	/** Everything that it wrote to the log so far. */
	output(): string;
	/** Lines of the log so far. */
	log(): readonly LogLine[];
	/** The text of `/metrics`. */
	scrape(): Promise<string>;
	/** How many scrapes were begun so far, and how many of them are over. */
	scrapes(): { readonly begun: number; readonly over: number };
	/** Values of one metric, by its labels without `platform`. */
	values(metric: string): Promise<Record<string, number>>;
	/** Writes a file into the folder. */
	write(name: string, text: string): Promise<void>;
	/** Writes `config.yaml` and sends SIGHUP; gives the line that says how the reload went. */
	reload(configuration?: string): Promise<LogLine>;
	/** Settles when it has ended by itself, with the exit code. */
	ended(): Promise<number | null>;
	/** Sends a signal. */
	kill(signal: NodeJS.Signals): void;
	/** Sends SIGTERM; gives the exit code and how long it took. */
	stop(): Promise<{ readonly code: number | null; readonly afterMs: number }>;
}

export interface LogLine {
	readonly level: string;
	readonly msg: string;
	readonly [field: string]: unknown;
}

/** How an exporter is started, where that is unusual. */
export interface ExporterOptions {
	readonly args?: readonly string[];
	readonly env?: NodeJS.ProcessEnv;
	/** More files in its folder, by name. */
	readonly files?: Readonly<Record<string, string>>;
}

/**
 * Starts `serve` on a free port, and waits until it listens.
 *
 * @param configuration - of a file; absent: there is none
 */
export async function startExporter(
	configuration: string | undefined,
	{ args = [], env = {}, files = {} }: ExporterOptions = {},
): Promise<Exporter> {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	const file = join(folder, 'config.yaml');
	const write = (name: string, text: string) => writeFile(join(folder, name), text);
	for (const [name, text] of Object.entries(files)) await write(name, text);
	if (configuration !== undefined) await write('config.yaml', configuration);
	const child = spawn(
		process.execPath,
		[
			main,
			...(configuration === undefined ? [] : [`--config.file=${file}`]),
			'--web.listen-address=127.0.0.1:0',
			'--log.format=json',
			...args,
		],
		{ stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, env: { PATH: process.env.PATH, ...env } },
	);
	let output = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	const log = () => parseLog(output);
	const listening = () => log().find(({ msg }) => msg === 'listening');
	try {
		await until('the exporter listens', () => {
			if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
			return listening() !== undefined;
		});
	} catch (error) {
		child.kill('SIGKILL');
		throw error;
	}
	const url = new URL(String(listening()?.url)).origin;
	const scrapes = { begun: 0, over: 0 };
	const scrape = async () => {
		scrapes.begun++;
		try {
			return await (await fetch(`${url}/metrics`)).text();
		} finally {
			scrapes.over++;
		}
	};
	return {
		url,
		pid: child.pid ?? 0,
		folder,
		output: () => output,
		log,
		scrape,
		scrapes: () => ({ ...scrapes }),
		values: async (metric) => valuesOf(await scrape(), metric),
		write,
		async reload(text) {
			if (text !== undefined) await write('config.yaml', text);
			const ends = () => log().filter(({ msg }) => /^(not )?reloaded/.test(msg));
			const before = ends().length;
			child.kill('SIGHUP');
			return await until('the reload ends', () => ends()[before]);
		},
		async ended() {
			if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
			return child.exitCode;
		},
		kill(signal) {
			child.kill(signal);
		},
		async stop() {
			const ended = await end(child);
			await rm(folder, { recursive: true, force: true });
			return ended;
		},
	};
}

/** Runs a command of the built exporter to its end. */
export async function runExporter(
	args: readonly string[],
	env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
	const child = spawn(process.execPath, [main, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { PATH: process.env.PATH, ...env },
		cwd: tmpdir(),
	});
	const text = { stdout: '', stderr: '' };
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		text.stdout += chunk;
	});
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
		text.stderr += chunk;
	});
	const [code] = await once(child, 'close');
	return { code: code as number | null, ...text };
}

/** Values of one metric in the text format, by its labels without `platform`. */
export function valuesOf(text: string, metric: string): Record<string, number> {
	const values: Record<string, number> = {};
	for (const line of text.split('\n')) {
		const match = /^(\w+)\{(.*)\} (\S+)$/.exec(line);
		if (match?.[1] !== metric) continue;
		const labels = (match[2] ?? '').replace(/platform="\w+",?/, '').replace(/,$/, '');
		values[labels] = Number(match[3]);
	}
	return values;
}

async function end(child: ChildProcess) {
	const started = performance.now();
	if (child.exitCode === null && child.signalCode === null) {
		const exited = once(child, 'exit');
		child.kill('SIGTERM');
		await exited;
	}
	return { code: child.exitCode, afterMs: performance.now() - started };
}

function parseLog(output: string): readonly LogLine[] {
	return output
		.split('\n')
		.filter((line) => line.startsWith('{') && line.endsWith('}'))
		.map((line) => JSON.parse(line) as LogLine);
}
