import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

/** A Java program that runs until its standard input ends, which it does when this process dies. */
export class JavaProgram {
	readonly #child: ChildProcess;
	#output = '';

	constructor(java: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
		this.#child = spawn(java, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
		const collect = (data: Buffer) => {
			this.#output += data.toString();
		};
		this.#child.stdout?.on('data', collect);
		this.#child.stderr?.on('data', collect);
	}

	/** Waits until it has written a text. */
	async says(text: string): Promise<void> {
		await until(
			`the program says ${text}`,
			() => {
				if (this.#output.includes(text)) return true;
				// Ended without it: waiting longer is of no use.
				if (this.#child.exitCode !== null) return this.#child.exitCode;
				throw new Error(this.#output.slice(-2000));
			},
			{ timeoutMs: 60_000 },
		);
		if (!this.#output.includes(text)) throw new Error(`it ended: ${this.#output.slice(-2000)}`);
	}

	/** Ends its input and waits for its end, at most ten seconds. */
	async stop(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		this.#child.stdin?.end();
		const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
		await once(this.#child, 'exit');
		clearTimeout(impatience);
	}
}
