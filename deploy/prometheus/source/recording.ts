import { worst } from './conditions.ts';
import { group, stream } from './labels.ts';
import type { RecordingRule, RuleGroup, Time } from './rule.ts';

/**
 * Values by group and stream over all replicas of the exporter. Counters are rated before the maximum
 * is taken, for a maximum of counters falls when a replica starts anew.
 */
export function recordingRules(time: Time): readonly RuleGroup<RecordingRule>[] {
	const breached = 'group:stream_consumer_objective_breached';
	return [
		{
			name: 'stream-lag-groups',
			rules: [
				{ record: 'group:stream_consumer_lag:max', expr: worst('stream_consumer_lag') },
				{
					record: 'group:stream_consumer_lag_seconds:max',
					expr: worst('stream_consumer_lag_seconds'),
				},
				{
					record: 'group:stream_consumer_backlog:max',
					expr: `${worst('stream_consumer_lag')} + ${worst('stream_consumer_pending')}\nor\n${worst('stream_consumer_lag')}`,
				},
				{
					record: 'group:stream_consumer_objective:info',
					expr: `max by (${group}, severity) (stream_consumer_objective_info)`,
				},
				{ record: `${breached}:max`, expr: worst('stream_consumer_objective_breached') },
				...['5m', '30m', '1h', '6h'].map((range) => ({
					record: `${breached}:avg${range}`,
					expr: `avg_over_time(${breached}:max[${time(range)}])`,
				})),
				{
					record: 'group:stream_consumer_consumed:rate5m',
					expr: worst(`rate(stream_consumer_consumed_total[${time('5m')}])`),
				},
			],
		},
		{
			name: 'stream-lag-streams',
			rules: [
				{
					record: 'stream:stream_produced:rate5m',
					expr: `max by (${stream}) (rate(stream_produced_total[${time('5m')}]))`,
				},
			],
		},
	];
}
