import type { Histogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { LoopWatch } from '../loop-watch.ts';

/**
 * `nodejs_eventloop_lag_*` by their usual names. prom-client's own forget at each scrape: of two that
 * come at the same time, as those of two Prometheus do, the second gets NaN and a minimum of 292 years,
 * and what delays the loop during a scrape is told to nobody.
 */
export function loopMetrics(register: Registry, watch: Pick<LoopWatch, 'delays' | 'latest'>): void {
	const gauge = (part: string, what: string, read: (delays: Histogram) => number) => {
		new Gauge({
			name: `nodejs_eventloop_lag_${part}_seconds`,
			help: `${what} of the event loop's delay while the exporter reads or answers, over the last half a minute to a minute.`,
			registers: [register],
			collect() {
				const { delays } = watch;
				this.set(delays.count === 0 ? 0 : read(delays) / 1e6);
			},
		});
	};
	new Gauge({
		name: 'nodejs_eventloop_lag_seconds',
		help: "The event loop's delay when it was last looked at, while the exporter read or answered.",
		registers: [register],
		collect() {
			this.set(watch.latest / 1e6);
		},
	});
	gauge('min', 'Minimum', ({ min }) => min);
	gauge('max', 'Maximum', ({ max }) => max);
	gauge('mean', 'Mean', ({ mean }) => mean);
	gauge('stddev', 'Standard deviation', ({ stddev }) => stddev);
	for (const part of [50, 90, 99]) {
		gauge(`p${part}`, `${part}th percentile`, (delays) => delays.percentile(part));
	}
}
