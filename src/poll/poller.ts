import type { Reading } from '../model.ts';
import type { Target } from '../targets/target.ts';
import { type Outcome, pollOnce } from './outcome.ts';
import { nextDelayMs } from './schedule.ts';

/** When a target is polled. */
export interface Pace {
	readonly intervalMs: number;
	/** Of one poll; at most the interval. */
	readonly timeoutMs: number;
}

/**
 * Polls one target again and again: at once, then every interval, never two polls at a time. Each
 * target has a poller of its own, so that one that hangs delays nobody.
 */
export class Poller {
	readonly #target: Target;
	readonly #pace: Pace;
	readonly #onPoll: (outcome: Outcome) => void;
	readonly #stopping = new AbortController();
	#timer: NodeJS.Timeout | undefined;
	#running: Promise<void> = Promise.resolve();
	#failures = 0;
	/** Of a read that has not ended, perhaps long after its poll was given up. */
	#reading: Promise<Reading> | undefined;

	/** @param onPoll - told of every poll that ended, except those that {@link stop} cut short */
	constructor(target: Target, pace: Pace, onPoll: (outcome: Outcome) => void) {
		this.#target = target;
		this.#pace = pace;
		this.#onPoll = onPoll;
	}

	start(): void {
		this.#running = this.#poll();
	}

	/** Ends what is under way, closes the target's connections. Never rejects. */
	async stop(): Promise<void> {
		this.#stopping.abort(new Error('the exporter is stopping'));
		clearTimeout(this.#timer);
		// Closed while a read may still be under way: a target's close() ends that too.
		await Promise.all([this.#running, this.#target.close()]);
	}

	async #poll(): Promise<void> {
		const started = performance.now();
		const read = (signal: AbortSignal) => this.#read(signal);
		const outcome = await pollOnce(read, this.#pace.timeoutMs, this.#stopping.signal);
		if (this.#stopping.signal.aborted) return;
		this.#failures = outcome.result === 'failed' ? this.#failures + 1 : 0;
		this.#onPoll(outcome);
		const delayMs = nextDelayMs(this.#pace.intervalMs, this.#failures, Math.random());
		const left = Math.max(0, started + delayMs - performance.now());
		this.#timer = setTimeout(() => this.start(), left);
	}

	async #read(signal: AbortSignal): Promise<Reading> {
		if (this.#reading) throw new Error('the read of an earlier poll has not ended');
		this.#reading = this.#target.read(signal);
		try {
			return await this.#reading;
		} finally {
			this.#reading = undefined;
		}
	}
}
