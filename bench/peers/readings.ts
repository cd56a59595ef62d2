import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import { Scraper } from './http.ts';
import { type OwnPolls, ownPolls } from './own-polls.ts';

/** Full readings of a broker by a running exporter, seen from outside. */
export interface Readings {
	/** Waits for one more, and gives how long it took. */
	time(): Promise<ReadingTime>;
	/**
	 * Lets about so many go by with one scrape each, and disturbs them by nothing else.
	 *
	 * @param meter - read before the first and after the last, while there is nothing to do
	 */
	measured<T>(count: number, meter: () => Promise<T>): Promise<Passed<T>>;
	/** Lets so many go by with one scrape each, whatever they read. */
	pass(count: number): Promise<void>;
	close(): void;
}

/** In milliseconds. */
export interface ReadingTime {
	/** Until all of its values are served. */
	readonly totalMs: number;
	/** Of which after the broker had answered everything; NaN where nobody can tell from outside. */
	readonly afterPollMs: number;
}

/** Readings that went by. */
export interface Passed<T> {
	readonly readings: number;
	readonly before: T;
	readonly after: T;
}

/** @param port - where it serves `/metrics` */
export function readingsOf({ reads, readEveryMs }: Contender, port: number): Readings {
	return reads === 'when scraped'
		? new WhenScraped(port, readEveryMs)
		: new AtItsOwnPace(port, readEveryMs);
}

/** What a reading leaves to do after its values are served: freeing memory, mostly. */
const settleMs = 200;

/** The reading is the scrape. */
class WhenScraped implements Readings {
	readonly #scraper: Scraper;
	readonly #everyMs: number;

	constructor(port: number, everyMs: number) {
		this.#scraper = new Scraper(port);
		this.#everyMs = everyMs;
	}

	async time(): Promise<ReadingTime> {
		const { tookMs } = await this.#scraper.get('/metrics');
		await sleep(Math.max(settleMs, this.#everyMs - tookMs));
		return { totalMs: tookMs, afterPollMs: Number.NaN };
	}

	async pass(count: number): Promise<void> {
		for (let reading = 0; reading < count; reading++) await this.time();
	}

	async measured<T>(count: number, meter: () => Promise<T>): Promise<Passed<T>> {
		const before = await meter();
		await this.pass(count);
		return { readings: count, before, after: await meter() };
	}

	close(): void {
		this.#scraper.close();
	}
}

/** How often one looks whether new values are served. The answer has a few hundred bytes. */
const lookEveryMs = { exactly: 4, cheaply: 50 } as const;

/**
 * How long a poll took is told by its histogram; when its values are served is seen by looking again
 * and again at the JSON of targets, which is of the same snapshot as the metrics.
 */
class AtItsOwnPace implements Readings {
	readonly #scraper: Scraper;
	readonly #everyMs: number;

	constructor(port: number, everyMs: number) {
		this.#scraper = new Scraper(port);
		this.#everyMs = everyMs;
	}

	async time(): Promise<ReadingTime> {
		for (;;) {
			const before = await this.#polls();
			// The next one begins no earlier than nine tenths of an interval after the last.
			await sleep(Math.max(0, before.endedAtMs + this.#everyMs / 2 - Date.now()));
			const servedAtMs = await this.#nextServed(before.endedAtMs, lookEveryMs.exactly);
			const after = await this.#polls();
			if (after.count !== before.count + 1) continue;
			assertWhole(before, after);
			const afterPollMs = servedAtMs - after.endedAtMs;
			return { totalMs: after.sumMs - before.sumMs + afterPollMs, afterPollMs };
		}
	}

	async pass(count: number): Promise<void> {
		for (let scrape = 0; scrape < count; scrape++) {
			await sleep(this.#everyMs);
			await this.#scraper.get('/metrics');
		}
	}

	async measured<T>(count: number, meter: () => Promise<T>): Promise<Passed<T>> {
		await this.#nextServed(await this.#endedAtMs(), lookEveryMs.cheaply);
		const first = await this.#polls();
		await sleep(settleMs);
		const before = await meter();
		await this.pass(count);
		await this.#nextServed(await this.#endedAtMs(), lookEveryMs.cheaply);
		// Of the reading that was waited for.
		await this.#scraper.get('/metrics');
		await sleep(settleMs);
		const after = await meter();
		const last = await this.#polls();
		assertWhole(first, last);
		return { readings: last.count - first.count, before, after };
	}

	close(): void {
		this.#scraper.close();
	}

	async #polls(): Promise<OwnPolls> {
		return ownPolls((await this.#scraper.get('/metrics', 'identity')).body);
	}

	/**
	 * Waits for the values of a later poll, and gives when they were there.
	 *
	 * @param thanMs - when the poll before had read everything; 0 or NaN: there was none
	 */
	async #nextServed(thanMs: number, everyMs: number): Promise<number> {
		for (;;) {
			const { beganAtMs, tookMs, text } = await this.#scraper.get('/api/v1/targets');
			const endedAtMs = endOf(text());
			if (endedAtMs > (thanMs || 0)) return beganAtMs + tookMs;
			await sleep(everyMs);
		}
	}

	/** When the last poll had read everything, in milliseconds since 1970; 0: none ever has. */
	async #endedAtMs(): Promise<number> {
		return endOf((await this.#scraper.get('/api/v1/targets')).text());
	}
}

/** When the last poll had read everything, by the JSON of a single target. */
function endOf(json: string): number {
	const { targets } = JSON.parse(json) as {
		targets: { last_success_timestamp_seconds?: number }[];
	};
	return 1000 * (targets[0]?.last_success_timestamp_seconds ?? 0);
}

/** A poll that was cut off costs less than a reading, and is none. */
function assertWhole(before: OwnPolls, after: OwnPolls): void {
	const polls = after.count - before.count;
	const whole = after.whole - before.whole;
	if (whole !== polls)
		throw new Error(`${polls - whole} of ${polls} polls did not read everything`);
}
