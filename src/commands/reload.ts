import type { Logger } from 'pino';
import type { App } from '../app.ts';
import type { Loaded } from '../config/load.ts';
import { printMistake } from '../config/mistake.ts';
import type { Config } from '../config/plan.ts';
import { loopWatch } from '../loop-watch.ts';
import type { ProcessMetrics } from '../metrics/process.ts';

/** What a reload needs and changes. */
export interface Reloadable {
	/** Loads the configuration from where it came from at the start. */
	readonly load: () => Loaded;
	readonly app: App;
	readonly metrics: ProcessMetrics;
	readonly log: Logger;
	/** From then on nothing is reloaded. */
	readonly stop: AbortSignal;
}

/** Loads the configuration again while everything runs: one reload at a time, in the order asked. */
export class Reloader {
	/** In use. */
	config: Config;
	readonly #reloadable: Reloadable;
	#last: Promise<unknown> = Promise.resolve();

	constructor(config: Config, reloadable: Reloadable) {
		this.config = config;
		this.#reloadable = reloadable;
	}

	/**
	 * Goes over to what is configured now; a configuration with mistakes changes nothing. The log says
	 * which it was.
	 *
	 * @returns the mistakes, as lines
	 */
	async reload(): Promise<readonly string[]> {
		const reloaded = this.#last.then(() => loopWatch.during(() => this.#reload()));
		this.#last = reloaded.catch(() => {});
		return await reloaded;
	}

	async #reload(): Promise<readonly string[]> {
		const { load, app, metrics, log, stop } = this.#reloadable;
		if (stop.aborted) return ['the exporter is stopping'];
		try {
			const loaded = load();
			if (!loaded.ok) {
				metrics.configLoaded(false, Date.now());
				const mistakes = loaded.mistakes.map(printMistake);
				for (const mistake of mistakes) log.error({ mistake }, 'a mistake in the configuration');
				log.error(
					{ mistakes: mistakes.length },
					'not reloaded: the old configuration stays in use',
				);
				return mistakes;
			}
			this.config = loaded.config;
			const changes = await app.reload(loaded.config);
			metrics.configLoaded(true, Date.now());
			log.info({ config: loaded.source, ...changes }, 'reloaded');
			return [];
		} catch (error) {
			metrics.configLoaded(false, Date.now());
			log.error({ err: error }, 'not reloaded: an error that nobody foresaw');
			throw error;
		}
	}
}
