import { share, target } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, subjects } from '../texts.ts';

/** Broker installations that cannot be read; what one replica reads is read. */
export function targetAlerts(time: Time): readonly AlertRule[] {
	const polls = (matchers: string): string =>
		`sum without (result) (increase(stream_target_polls_total${matchers}[${time('15m')}]))`;
	return [
		{
			alert: 'StreamTargetDown',
			expr: `max by (${target}) (avg_over_time(stream_target_up[${time('10m')}])) < 0.5`,
			for: time('2m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'critical' },
			annotations: annotations(
				'StreamTargetDown',
				'target',
				`${subjects.target} cannot be read`,
				'In the last 10 minutes it could be read {{ $value | humanizePercentage }} of the time. Nothing is known of the lag of any group on it, and no other alert of it can be trusted. Look at whether the broker is down or only this exporter is kept out.',
			),
		},
		{
			alert: 'StreamTargetPartlyDown',
			// A shard that is gone tells nothing: what counts is how many there should be. Where none is
			// read there is nothing to count, and StreamTargetDown tells of it.
			expr: `count by (job, ${target}) (\n  max by (job, ${share}) (avg_over_time(stream_target_up[${time('10m')}]) and stream_target_up) >= 0.5\n)\n< on (job) group_left ()\nmax by (job) (stream_lag_exporter_shards)`,
			for: time('5m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'critical' },
			annotations: annotations(
				'StreamTargetPartlyDown',
				'target',
				`a part of ${subjects.target} is not read: a shard of the exporter is away, or kept out`,
				'Only {{ $value }} shards of the exporter read it. Nothing is known of the groups and streams of the others, and no alert of them can fire. Look at which instances of the exporter run, and at the log of those that cannot read it.',
			),
		},
		{
			alert: 'StreamTargetPollStale',
			// Longer than a short outage lasts beyond the threshold: those are not news.
			expr: `time() - max by (${target}) (stream_target_last_success_timestamp_seconds)\n> on (${target})\n3 * max by (${target}) (stream_target_poll_interval_seconds) + 30`,
			for: time('2m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamTargetPollStale',
				'target',
				`${subjects.target} has not been read for a while`,
				'The last poll that read something was {{ $value | humanizeDuration }} ago. What is shown of its groups is that old, and after poll.keep_failed it is gone. Look at stream_target_problems_total and the log of the exporter.',
			),
		},
		{
			alert: 'StreamTargetProblems',
			expr: `max by (${target}) (\n  ${polls('{result=~"partial|failed"}')}\n  /\n  ${polls('')}\n) > 0.5`,
			for: time('5m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamTargetProblems',
				'target',
				`${subjects.target}: most polls meet problems`,
				'{{ $value | humanizePercentage }} of the polls of the last 15 minutes could not read everything. Some groups are shown with old values, or with none. Look at stream_target_problems_total by problem: the log has the words and what to do.',
			),
		},
	];
}
