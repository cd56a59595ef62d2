import { createHistogram, type Histogram, type RecordableHistogram } from 'node:perf_hooks';

/** How often the loop is looked at: a delay is told as too short by up to as much. */
const lookMs = 10;

/** When a work has begun, for much that is asked for is answered before another look would come. */
const firstLookMs = 1;

/** Each of two histograms lasts for two of these, begun one after the other. */
const windowMs = 30_000;

const mostMicroseconds = 3600e6;

/**
 * How long the event loop is held up while something is worked on: a timer comes as much too late. At
 * rest nothing is looked at, for on a virtual machine each waking up costs 30 to 100 µs, which a
 * hundred times a second is more than all else that an exporter of small targets takes.
 */
export class LoopWatch {
	readonly #windowMs: number;
	#older = emptyHistogram();
	#younger = emptyHistogram();
	#windowBeganMs = performance.now();
	#works = 0;
	#isLooking = false;
	#latest = 0;

	constructor(everyMs = windowMs) {
		this.#windowMs = everyMs;
	}

	/**
	 * Something is worked on that may hold the event loop up.
	 *
	 * @returns to be called once when it is over
	 */
	begin(): () => void {
		this.#works++;
		if (!this.#isLooking) this.#look(firstLookMs);
		return () => {
			this.#works--;
		};
	}

	/** Watches while something is worked on, from its very beginning. */
	async during<Result>(work: () => Promise<Result>): Promise<Result> {
		const end = this.begin();
		try {
			return await work();
		} finally {
			end();
		}
	}

	/** Whether something is worked on. */
	get isWatching(): boolean {
		return this.#works > 0;
	}

	/** In microseconds, when the loop was looked at last. */
	get latest(): number {
		return this.#latest;
	}

	/** In microseconds, of the last half a minute to a minute; no delay counts as 1. */
	get delays(): Histogram {
		this.#pass();
		return this.#older;
	}

	/** What holds the loop up at the end of a work is seen by the look after it. */
	#look(afterMs: number): void {
		this.#isLooking = true;
		const dueMs = performance.now() + afterMs;
		setTimeout(() => {
			const microseconds = Math.round((performance.now() - dueMs) * 1000);
			this.#pass();
			this.#latest = Math.min(mostMicroseconds, Math.max(0, microseconds));
			const recorded = Math.max(1, this.#latest);
			this.#older.record(recorded);
			this.#younger.record(recorded);
			if (this.isWatching) this.#look(lookMs);
			else this.#isLooking = false;
		}, afterMs).unref();
	}

	/** Begins a histogram anew for each window that is over. */
	#pass(): void {
		const windows = Math.floor((performance.now() - this.#windowBeganMs) / this.#windowMs);
		if (windows === 0) return;
		this.#windowBeganMs += windows * this.#windowMs;
		for (let passed = 0; passed < Math.min(windows, 2); passed++) {
			this.#older.reset();
			[this.#older, this.#younger] = [this.#younger, this.#older];
		}
	}
}

/** To a hundredth: each look at a mean or a deviation goes through all the counts, eight times as many for a thousandth. */
function emptyHistogram(): RecordableHistogram {
	return createHistogram({ lowest: 1, highest: mostMicroseconds, figures: 2 });
}

/** Of the one event loop that there is. */
export const loopWatch = new LoopWatch();
