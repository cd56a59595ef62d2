import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashQuestion } from './hash-worker.ts';

interface Deferred {
	resolve(matches: boolean): void;
	reject(error: Error): void;
}

/**
 * Checks bcrypt hashes in a thread of its own, one after the other: each takes a tenth of a second by
 * design, for which nobody else must wait.
 */
export class HashThread {
	#worker: Worker | undefined;
	#lastId = 0;
	readonly #waiting = new Map<number, Deferred>();

	/** Whether a password has a hash. */
	async compare(password: string, hash: string): Promise<boolean> {
		this.#worker ??= this.#start();
		this.#lastId += 1;
		const id = this.#lastId;
		return await new Promise<boolean>((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.#worker?.postMessage({ id, password, hash } satisfies HashQuestion);
		});
	}

	async close(): Promise<void> {
		await this.#worker?.terminate();
	}

	#start(): Worker {
		const worker = new Worker(new URL('hash-worker.js', import.meta.url));
		worker.unref();
		worker.on('message', ({ id, matches }: HashAnswer) => {
			this.#waiting.get(id)?.resolve(matches);
			this.#waiting.delete(id);
		});
		worker.on('error', (error) => {
			for (const { reject } of this.#waiting.values()) reject(error);
			this.#waiting.clear();
			this.#worker = undefined;
		});
		return worker;
	}
}
