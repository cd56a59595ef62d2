import type { Declaration } from './family.ts';

/** The exporter's own; `process_*` and `nodejs_*` beside them are prom-client's. */
export const exporterFamilies = {
	buildInfo: {
		name: 'stream_lag_exporter_build_info',
		help: 'Always 1: what is running.',
		type: 'gauge',
	},
	shards: {
		name: 'stream_lag_exporter_shards',
		help: 'Number of shards that read the targets together; the label `shard` says which one this is, from 0. Absent: this process reads everything.',
		type: 'gauge',
	},
	configReloadSuccessful: {
		name: 'stream_lag_exporter_config_last_reload_successful',
		help: 'Whether the configuration was valid when it was last loaded.',
		type: 'gauge',
	},
	configReloadTimestamp: {
		name: 'stream_lag_exporter_config_last_reload_success_timestamp_seconds',
		help: 'When a valid configuration was last loaded, in seconds since 1970.',
		type: 'gauge',
		unit: 'seconds',
	},
} as const satisfies Record<string, Declaration>;
