import { loopWatch } from '../loop-watch.ts';
import type { Target } from '../targets/target.ts';
import { type Outcome, pollOnce } from './outcome.ts';
import { nextDelayMs } from './schedule.ts';

/** When a target is polled. */
export interface Pace {
	readonly intervalMs: number;
	/** Of one poll; at most the interval. */
	readonly timeoutMs: number;
}

/** How a poll went, and all requests that were ever sent, by operation. */
export type OnPoll = (outcome: Outcome, requests: ReadonlyMap<string, number>) => Promise<void>;

/**
 * Polls one target again and again: at once, then every interval, never two polls at a time. Each
 * target has a poller of its own, so that one that hangs delays nobody. A target whose read goes on
 * after its deadline, which is a defect of ours, is closed and made anew.
 */
export class Poller {
	readonly #make: () => Target;
	readonly #pace: Pace;
	readonly #onPoll: OnPoll;
	readonly #stopping = new AbortController();
	#target: Target;
	/** What targets have sent that were given up. */
	readonly #sentBefore = new Map<string, number>();
	#closing: Promise<unknown> = Promise.resolve();
	#timer: NodeJS.Timeout | undefined;
	#running: Promise<void> = Promise.resolve();
	#failures = 0;

	/**
	 * @param make - makes the target, without opening anything
	 * @param onPoll - told of every poll that ended, except those that {@link stop} cut short; the next
	 * poll waits for it
	 */
	constructor(make: () => Target, pace: Pace, onPoll: OnPoll) {
		this.#make = make;
		this.#target = make();
		this.#pace = pace;
		this.#onPoll = onPoll;
	}

	start(): void {
		this.#running = loopWatch.during(() => this.#poll());
	}

	/** Ends what is under way, closes the target's connections. Never rejects. */
	async stop(): Promise<void> {
		this.#stopping.abort(new Error('the exporter is stopping'));
		clearTimeout(this.#timer);
		// Closed while a read may still be under way: a target's close() ends that too.
		await Promise.all([this.#running, this.#target.close(), this.#closing]);
	}

	async #poll(): Promise<void> {
		const started = performance.now();
		let isReading = false;
		const read = async (signal: AbortSignal) => {
			isReading = true;
			try {
				return await this.#target.read(signal);
			} finally {
				isReading = false;
			}
		};
		const outcome = await pollOnce(read, this.#pace.timeoutMs, this.#stopping.signal);
		if (this.#stopping.signal.aborted) return;
		if (isReading) this.#giveUp();
		this.#failures = outcome.result === 'failed' ? this.#failures + 1 : 0;
		await this.#onPoll(outcome, this.#requests());
		if (this.#stopping.signal.aborted) return;
		const delayMs = nextDelayMs(this.#pace.intervalMs, this.#failures, Math.random());
		const left = Math.max(0, started + delayMs - performance.now());
		this.#timer = setTimeout(() => this.start(), left);
	}

	/** Leaves a read that does not end to itself, with the connections that it may wait for. */
	#giveUp(): void {
		for (const [operation, count] of this.#requests()) this.#sentBefore.set(operation, count);
		this.#closing = Promise.all([this.#closing, this.#target.close()]);
		this.#target = this.#make();
	}

	#requests(): ReadonlyMap<string, number> {
		const sent = new Map(this.#sentBefore);
		for (const [operation, count] of this.#target.requests) {
			sent.set(operation, (sent.get(operation) ?? 0) + count);
		}
		return sent;
	}
}
