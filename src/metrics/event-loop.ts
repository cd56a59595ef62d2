import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';

/** How often the loop is looked at; Node counts the pause between two looks as a part of the delay. */
const resolutionMs = 10;

/** Each of two histograms lasts for two of these, begun one after the other. */
const windowMs = 30_000;

/** The delay over the last half a minute to a minute. */
export interface LoopDelay {
	/** The older histogram. */
	current(): IntervalHistogram;
	stop(): void;
}

/**
 * Watches the event loop. There are two histograms, for what delays the loop while one is begun anew is
 * missing in that one.
 */
export function watchLoop(everyMs = windowMs): LoopDelay {
	const fresh = () => {
		const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
		histogram.enable();
		return histogram;
	};
	let [older, younger] = [fresh(), fresh()];
	const timer = setInterval(() => {
		older.reset();
		[older, younger] = [younger, older];
	}, everyMs).unref();
	return {
		current: () => older,
		stop() {
			clearInterval(timer);
			older.disable();
			younger.disable();
		},
	};
}

/**
 * `nodejs_eventloop_lag_*` by their usual names. prom-client's own forget at each scrape: of two that
 * come at the same time, as those of two Prometheus do, the second gets NaN and a minimum of 292 years,
 * and what delays the loop during a scrape is told to nobody.
 */
export function loopMetrics(register: Registry, { current }: Pick<LoopDelay, 'current'>): void {
	const gauge = (part: string, what: string, read: (delay: IntervalHistogram) => number) => {
		new Gauge({
			name: `nodejs_eventloop_lag_${part}_seconds`,
			help: `${what} of the event loop's delay over the last half a minute to a minute.`,
			registers: [register],
			collect() {
				const delay = current();
				this.set(delay.count === 0 ? 0 : read(delay) / 1e9);
			},
		});
	};
	new Gauge({
		name: 'nodejs_eventloop_lag_seconds',
		help: 'How long the event loop takes to come round at this scrape.',
		registers: [register],
		async collect() {
			const beganMs = performance.now();
			await setImmediate();
			this.set((performance.now() - beganMs) / 1000);
		},
	});
	const beyondPause = (nanoseconds: number) => Math.max(0, nanoseconds - resolutionMs * 1e6);
	gauge('min', 'Minimum', ({ min }) => beyondPause(min));
	gauge('max', 'Maximum', ({ max }) => beyondPause(max));
	gauge('mean', 'Mean', ({ mean }) => beyondPause(mean));
	gauge('stddev', 'Standard deviation', ({ stddev }) => stddev);
	for (const part of [50, 90, 99]) {
		gauge(`p${part}`, `${part}th percentile`, (delay) => beyondPause(delay.percentile(part)));
	}
}
