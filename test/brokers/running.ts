import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { until } from './until.ts';
import { Warden } from './warden.ts';

/** How a server is started. */
export interface Blueprint {
	readonly name: string;
	readonly version: string;
	readonly portCount: number;
	/** Writes what the server needs into its folder and gives the program. */
	readonly prepare: (folder: string, ports: readonly number[]) => Program | Promise<Program>;
	/** What the server writes when it is ready to answer. */
	readonly ready: RegExp;
	readonly readyTimeoutMs: number;
}

/** A program with its arguments. */
export interface Program {
	readonly command: string;
	readonly args: readonly string[];
	/** Added to the environment of this process. */
	readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A server died at its start or was not ready in time; the message has its last lines. */
class StartError extends Error {
	override readonly name = 'StartError';
	/** Every server says it in these words, and some say much after them. */
	readonly portTaken: boolean;

	constructor(message: string, output: string) {
		super(`${message}; its last lines:\n${output.trim().split('\n').slice(-15).join('\n')}`);
		this.portTaken = /address already in use/i.test(output);
	}
}

/** A server that was started here, with its ports and its own temporary folder. */
export class RunningServer {
	readonly name: string;
	readonly version: string;
	readonly ports: readonly number[];
	/** Holds its configuration, its data and its output; removed by {@link stop}. */
	readonly folder: string;
	readonly #blueprint: Blueprint;
	readonly #program: Program;
	readonly #warden: Warden;
	#child: ChildProcess | undefined;
	#pid = 0;
	#stopped: Promise<void> | undefined;
	#lastLog = '';

	constructor(
		blueprint: Blueprint,
		folder: string,
		ports: readonly number[],
		program: Program,
		warden: Warden,
	) {
		this.name = blueprint.name;
		this.version = blueprint.version;
		this.ports = ports;
		this.folder = folder;
		this.#blueprint = blueprint;
		this.#program = program;
		this.#warden = warden;
	}

	/** The process id, after the end that of the last process. */
	get pid(): number {
		return this.#pid;
	}

	/** The end of what the server wrote, also after it has ended. */
	log(): string {
		return this.#stopped === undefined ? this.#output(0).slice(-4000) : this.#lastLog;
	}

	/** Freezes the process: its connections stay open and nothing answers. */
	suspend(): void {
		this.#child?.kill('SIGSTOP');
		// A thread that runs at this moment stops only when it is interrupted, and answers until then.
		const deadlineMs = performance.now() + 1000;
		while (!isStopped(this.#pid) && performance.now() < deadlineMs);
	}

	/** Lets a frozen process go on. */
	resume(): void {
		this.#child?.kill('SIGCONT');
	}

	/** Ends the process at once, as a crash does; ports and data are kept for {@link restart}. */
	async kill(): Promise<void> {
		await this.#end('SIGKILL');
	}

	/** Starts the process again, on the same ports and data; ends it first if it still runs. */
	async restart(): Promise<void> {
		if (this.#stopped !== undefined) throw new Error(`${this.name} was stopped for good`);
		await this.#end('SIGTERM');
		await this.begin();
	}

	/** Ends the process and removes its folder. The second time it does nothing. */
	stop(): Promise<void> {
		this.#stopped ??= (async () => {
			await this.#end('SIGTERM');
			this.#lastLog = this.#output(0).slice(-4000);
			await this.#warden.dismiss();
		})();
		return this.#stopped;
	}

	/**
	 * Starts the process; for `start` alone.
	 *
	 * @throws Error with the end of its output when it dies or is not ready in time
	 */
	async begin(): Promise<void> {
		const { command, args, env } = this.#program;
		const output = openSync(join(this.folder, 'output.log'), 'a');
		const written = statSync(join(this.folder, 'output.log')).size;
		const child = spawn(command, args, {
			cwd: this.folder,
			env: { ...process.env, ...env },
			// Of a group of its own: Ctrl-C in a terminal must not end it behind our back.
			detached: true,
			stdio: ['ignore', output, output],
		});
		closeSync(output);
		await once(child, 'spawn');
		child.unref();
		this.#child = child;
		this.#pid = child.pid ?? 0;
		this.#warden.watch(this.#pid);
		child.once('exit', () => {
			this.#child = undefined;
			this.#warden.watch();
		});
		const ready = await until(
			`${this.name} ${this.version} is ready`,
			() => {
				if (this.#child === undefined) return 'died';
				return this.#blueprint.ready.test(this.#output(written)) ? 'ready' : undefined;
			},
			{ timeoutMs: this.#blueprint.readyTimeoutMs, everyMs: 20 },
		).catch((error: unknown) => String(error));
		if (ready === 'ready') return;
		throw new StartError(
			`${this.name} ${this.version} ${ready === 'died' ? 'died at its start' : `did not start: ${ready}`}`,
			this.#output(written),
		);
	}

	async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		const child = this.#child;
		if (child === undefined) return;
		const exit = once(child, 'exit');
		child.ref();
		child.kill(signal);
		// A frozen process heeds SIGTERM only when it goes on.
		child.kill('SIGCONT');
		const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
		await exit;
		clearTimeout(impatience);
	}

	#output(from: number): string {
		return readFileSync(join(this.folder, 'output.log')).subarray(from).toString();
	}
}

/**
 * Starts a server on free ports in a temporary folder of its own, with other ports when another
 * process took one meanwhile.
 *
 * @throws Error with the end of the server's output when it dies or is not ready in time
 */
export async function start(blueprint: Blueprint): Promise<RunningServer> {
	for (let attempt = 1; ; attempt++) {
		const folder = await mkdtemp(join(tmpdir(), `stream-lag-exporter-${blueprint.name}-`));
		const warden = new Warden(folder);
		let server: RunningServer | undefined;
		try {
			const ports = await freePorts(blueprint.portCount);
			const program = await blueprint.prepare(folder, ports);
			server = new RunningServer(blueprint, folder, ports, program, warden);
			await server.begin();
			return server;
		} catch (error) {
			const taken = error instanceof StartError && error.portTaken;
			if (server === undefined) await warden.dismiss();
			else await server.stop();
			if (!taken || attempt === 5) throw error;
		}
	}
}

/** Whether all threads of a process are stopped; where the system does not tell, they are believed to be. */
function isStopped(pid: number): boolean {
	const tasks = `/proc/${pid}/task`;
	if (!existsSync(tasks)) return true;
	return readdirSync(tasks).every((thread) => {
		const stat = readFileSync(join(tasks, thread, 'stat'), 'utf8');
		return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
	});
}
