import { until } from '../test/brokers/index.ts';

/** A time during which a lag was between two values. */
interface Span {
	toMs: number;
	readonly least: number;
	readonly most: number;
}

/** How long ago what was true is forgotten. */
const rememberedMs = 15 * 60_000;

/** A group whose lag nobody but the soak changes, so that it knows what is true of it at any time. */
export class Control {
	/** `target stream group` */
	readonly name: string;
	readonly #ask: () => Promise<number>;
	#spans: Span[] = [];
	#lag: number;

	private constructor(name: string, ask: () => Promise<number>, lag: number) {
		this.name = name;
		this.#ask = ask;
		this.#lag = lag;
		this.#begin(lag, lag);
	}

	/** @param ask - the lag as the broker tells another client */
	static async of(name: string, ask: () => Promise<number>): Promise<Control> {
		return new Control(name, ask, await ask());
	}

	/** The lag as it is now. */
	get lag(): number {
		return this.#lag;
	}

	/**
	 * Changes the lag. While that is under way, whatever lies between before and after is true.
	 *
	 * @param by - what it is to be more or less
	 */
	async change(by: number, work: () => Promise<unknown>): Promise<void> {
		const wanted = this.#lag + by;
		this.#begin(Math.min(this.#lag, wanted), Math.max(this.#lag, wanted));
		await work();
		await this.#learn();
	}

	/** Learns what came of a change that failed, between what was and what was to be. */
	async settle(): Promise<void> {
		await until(`${this.name} is known`, () => this.#learn().then(() => true), {
			timeoutMs: 60_000,
		});
	}

	/** What a broker that is asked says meanwhile is within what the change was to lead to. */
	async #learn(): Promise<void> {
		this.#lag = await this.#ask();
		this.#begin(this.#lag, this.#lag);
	}

	/** Whether a lag was true at some time since then. */
	wasTrue(lag: number, sinceMs: number): boolean {
		return this.#spans.some(
			({ toMs, least, most }) => toMs >= sinceMs && lag >= least && lag <= most,
		);
	}

	#begin(least: number, most: number): void {
		const nowMs = Date.now();
		const last = this.#spans.at(-1);
		if (last) last.toMs = nowMs;
		this.#spans = this.#spans.filter(({ toMs }) => nowMs - toMs < rememberedMs);
		this.#spans.push({ toMs: Number.POSITIVE_INFINITY, least, most });
	}
}
