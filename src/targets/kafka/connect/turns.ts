import { setTimeout as pass } from 'node:timers/promises';

/** A broker answers a connection in turn: more at a time only fill its buffers. */
const mostUnderWay = 5;

/**
 * Whose turn it is to be sent over a connection: few at a time, and nobody while the broker wants
 * silence. kafkajs could keep them waiting too, but would not tell when a request was sent, and a
 * request that only waits here must not be taken for one without an answer.
 */
export class Turns {
	#free = mostUnderWay;
	readonly #waiting: (() => void)[] = [];
	#silentUntilMs = 0;

	/** How long the broker still wants silence (KIP-219), in milliseconds. */
	get silentMs(): number {
		return Math.max(0, this.#silentUntilMs - performance.now());
	}

	/** The broker wants silence from now on. */
	silence(forMs: number): void {
		this.#silentUntilMs = Math.max(this.#silentUntilMs, performance.now() + forMs);
	}

	/** Waits for a turn, which is to be given back. */
	async take(): Promise<void> {
		if (this.#free > 0) this.#free -= 1;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	give(): void {
		const next = this.#waiting.shift();
		if (next) next();
		else this.#free += 1;
	}

	/** Waits until the broker wants no silence any more. */
	async silent(signal: AbortSignal): Promise<void> {
		while (this.silentMs > 0) await pass(Math.ceil(this.silentMs), undefined, { signal });
	}
}
