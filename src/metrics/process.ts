import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { loopWatch } from '../loop-watch.ts';
import type { ExpositionPart } from '../model.ts';
import { exporterFamilies } from './catalogue/exporter.ts';
import { loopMetrics } from './event-loop.ts';
import { lastPart } from './exposition.ts';

/** The metrics of the process itself, the only ones that are made at the scrape. */
export interface ProcessMetrics {
	/**
	 * The last part of an exposition, whose deflate stream ends with it. It is made anew ten times a
	 * second at most: making it costs more than all else of a small scrape, and crowds come at once.
	 */
	render(): Promise<ExpositionPart>;
	/** Says how loading the configuration went. */
	configLoaded(successful: boolean, atMs: number): void;
}

/** Makes them once, at start-up. */
export function processMetrics(
	build: {
		readonly version: string;
		readonly revision: string;
		readonly nodeVersion: string;
	},
	shard?: { readonly index: number; readonly count: number },
): ProcessMetrics {
	const registry = new Registry();
	// The longest: its own watch of the event loop is not read, see event-loop.ts.
	collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
	for (const name of misnamed) registry.removeSingleMetric(name);
	for (const { name } of registry.getMetricsAsArray()) {
		if (name.startsWith('nodejs_eventloop_lag_')) registry.removeSingleMetric(name);
	}
	loopMetrics(registry, loopWatch);
	const gauge = (
		{ name, help }: { readonly name: string; readonly help: string },
		labelNames: string[] = [],
	) => new Gauge({ name, help, labelNames, registers: [registry] });

	gauge(exporterFamilies.buildInfo, ['version', 'revision', 'nodeversion']).set(
		{ version: build.version, revision: build.revision, nodeversion: build.nodeVersion },
		1,
	);
	if (shard) gauge(exporterFamilies.shards, ['shard']).set({ shard: shard.index }, shard.count);
	const successful = gauge(exporterFamilies.configReloadSuccessful);
	const timestamp = gauge(exporterFamilies.configReloadTimestamp);
	let rendered: { readonly atMs: number; readonly part: Promise<ExpositionPart> } | undefined;
	return {
		render() {
			const nowMs = performance.now();
			if (rendered === undefined || nowMs - rendered.atMs > 100) {
				rendered = { atMs: nowMs, part: registry.metrics().then(lastPart) };
			}
			return rendered.part;
		},
		configLoaded(ok, atMs) {
			rendered = undefined;
			successful.set(ok ? 1 : 0);
			if (ok) timestamp.set(atMs / 1000);
		},
	};
}

/** Gauges that are called like counters, which promtool objects to; each is the sum of one beside it. */
const misnamed = [
	'nodejs_active_handles_total',
	'nodejs_active_requests_total',
	'nodejs_active_resources_total',
];
