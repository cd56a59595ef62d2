/** Times in the columns of a history are whole tenths of a second: 32 bits last for 13 years. */
export const ticksPerSecond = 10;
const tickMs = 1000 / ticksPerSecond;

/** Before the first round lie the times of what brokers look up; 0 is free to mean "never". */
const firstTick = 60 * 86_400 * ticksPerSecond;

/** Rounds come at least every one and a half intervals, also while polls fail. */
const longestStepIntervals = 4;

/**
 * The time that clocks and histories count in. It follows the times of the readings, which are the
 * wall clock's, but a wall clock is set: from one round to the next it goes neither back, nor ahead
 * by more than four intervals. So a clock that is put back or forward by an hour costs at most that
 * in accuracy, and no age is ever negative or an hour too large. A machine that slept looks the
 * same: its sleep is not counted, for nobody saw what happened meanwhile.
 */
export class Timeline {
	readonly #longestStepMs: number;
	#atMs: number | undefined;
	#steadyMs = 0;

	constructor(intervalSeconds: number) {
		this.#longestStepMs = intervalSeconds * 1000 * longestStepIntervals;
	}

	/**
	 * The tick of a round.
	 *
	 * @param atMs - when it took place, in milliseconds since 1970
	 */
	advance(atMs: number): number {
		const step = atMs - (this.#atMs ?? atMs);
		this.#steadyMs += Math.min(Math.max(step, 0), this.#longestStepMs);
		this.#atMs = atMs;
		return this.now;
	}

	/** The tick of the latest round. */
	get now(): number {
		return firstTick + Math.round(this.#steadyMs / tickMs);
	}

	/** The tick of an earlier time of the wall clock; at least 1, at most {@link now}. */
	tickOf(ms: number): number {
		const ago = Math.round(((this.#atMs ?? ms) - ms) / tickMs);
		return Math.min(Math.max(this.now - ago, 1), this.now);
	}

	/** What the wall clock, as it is set now, showed at a tick: milliseconds since 1970. */
	wallMs(tick: number): number {
		return (this.#atMs ?? 0) - (this.now - tick) * tickMs;
	}
}
