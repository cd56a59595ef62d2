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
	/** Lines of the log so far. */
	log(): readonly LogLine[];
	/** The text of `/metrics`. */
	scrape(): Promise<string>;
	/** Values of one metric, by its labels without `platform`. */
	values(metric: string): Promise<Record<string, number>>;
	/** Sends SIGTERM; gives the exit code and how long it took. */
	stop(): Promise<{ readonly code: number | null; readonly afterMs: number }>;
}

export interface LogLine {
	readonly level: string;
	readonly msg: string;
	readonly [field: string]: unknown;
}

/** Starts `serve` with a configuration file on a free port, and waits until it listens. */
export async function startExporter(configuration: string): Promise<Exporter> {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	const file = join(folder, 'config.yaml');
	await writeFile(file, configuration);
	const child = spawn(
		process.execPath,
		[main, `--config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--log.format=json'],
		{ stdio: ['ignore', 'ignore', 'pipe'] },
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
	const scrape = async () => await (await fetch(`${url}/metrics`)).text();
	return {
		url,
		pid: child.pid ?? 0,
		log,
		scrape,
		values: async (metric) => valuesOf(await scrape(), metric),
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
