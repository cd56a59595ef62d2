import { share, target } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, subjects } from '../texts.ts';

/** The job under which the exporter is scraped. */
const job = 'job="stream-lag-exporter"';

/** The exporter itself. */
export function exporterAlerts(time: Time): readonly AlertRule[] {
	return [
		{
			alert: 'StreamLagExporterDown',
			// One replica that is lost is no news. That the job is not there at all is.
			expr: `max by (job) (up{${job}}) == 0\nor\nabsent(up{${job}})`,
			for: time('5m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'critical' },
			annotations: annotations(
				'StreamLagExporterDown',
				'exporter',
				'no stream-lag-exporter can be scraped',
				'Prometheus reaches no replica of it. Nothing is known of any lag, and no other alert of streams can fire. Look at whether it runs, and at the page of targets in Prometheus.',
			),
		},
		{
			alert: 'StreamLagExporterConfigReloadFailed',
			expr: `min by (job, instance) (stream_lag_exporter_config_last_reload_successful{${job}}) == 0`,
			for: time('1m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamLagExporterConfigReloadFailed',
				'exporter',
				'stream-lag-exporter {{ $labels.instance }} did not take its new configuration',
				'The file has mistakes; the exporter goes on with the configuration before, and will not start with this one. Look at the log, or run check-config on the file: both name every mistake with its place.',
			),
		},
		{
			alert: 'StreamLagExporterSeriesDropped',
			// Each shard has a limit of its own, and its replicas leave out the same.
			expr: `sum by (${target}) (max by (${share}) (stream_target_series_dropped)) > 0`,
			for: time('5m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamLagExporterSeriesDropped',
				'target',
				`${subjects.target} has more series than the limit: some are left out`,
				'{{ $value | humanize }} series are left out, partitions first, then groups without an objective. No alert can fire for a group that is left out. Look at which streams and groups nobody needs and exclude them, or raise limits.max_series.',
			),
		},
	];
}
