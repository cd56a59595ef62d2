import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Remembers the process id that it last read and waits for the end of its input, which comes when
 * this process dies, however it dies: no exit hook runs after SIGKILL.
 */
const script =
	'while read -r line; do pid=$line; done; [ -z "$pid" ] || kill -9 "$pid"; rm -rf -- "$0"';

/** A small process that ends a server and removes its folder once nobody is left who would. */
export class Warden {
	readonly #shell: ChildProcess;

	/** @param folder - removed at the end */
	constructor(folder: string) {
		// Of a group of its own, so that Ctrl-C in a terminal ends this process but not the warden.
		this.#shell = spawn('sh', ['-c', script, folder], {
			detached: true,
			stdio: ['pipe', 'ignore', 'ignore'],
		});
		this.#shell.unref();
		// A pipe is a net.Socket, but typed as a plain stream.
		(this.#shell.stdin as unknown as { unref(): void }).unref();
	}

	/** @param pid - of the server that runs now; absent: none does, and no process id may be killed */
	watch(pid?: number): void {
		this.#shell.stdin?.write(`${pid ?? ''}\n`);
	}

	/** Kills the server if one is watched, removes the folder and ends. */
	async dismiss(): Promise<void> {
		if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
		this.#shell.ref();
		this.#shell.stdin?.end();
		await once(this.#shell, 'exit');
	}
}
