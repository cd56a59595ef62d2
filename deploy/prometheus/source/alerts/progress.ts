import {
	aboveStalledAfter,
	grows,
	indented,
	withObjectiveSeverity,
	withWarningAtMost,
	worst,
} from '../conditions.ts';
import { group } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, backlog, sentence, subjects } from '../texts.ts';

/**
 * The clocks of a group begin anew when the exporter does: an alert on one is kept firing long enough
 * to bridge a restart, for a group that is stalled after 10 minutes.
 */
const overRestart = '15m';

/** Groups that do not move as they should. */
export function progressAlerts(time: Time): readonly AlertRule[] {
	const lag = 'group:stream_consumer_lag:max';
	return [
		{
			alert: 'StreamConsumerStopped',
			expr: withObjectiveSeverity(aboveStalledAfter('stream_consumer_stopped_seconds')),
			for: time('1m'),
			keep_firing_for: time(overRestart),
			annotations: annotations(
				'StreamConsumerStopped',
				'group',
				`${subjects.group} has stopped: messages wait and nobody reads`,
				`Nobody was seen who could read for {{ $value | humanizeDuration }}. ${backlog}What is not read in time is late, and lost when retention reaches it. Look first at whether the consumer runs, and at its last deployment.`,
			),
		},
		{
			alert: 'StreamConsumerStalled',
			expr: withObjectiveSeverity(aboveStalledAfter('stream_consumer_stalled_seconds')),
			// A reader that crashed is missed only after its session: StreamConsumerStopped, which silences
			// this one, must come first, or there are two pages for one trouble.
			for: time('3m'),
			keep_firing_for: time(overRestart),
			annotations: annotations(
				'StreamConsumerStalled',
				'group',
				`${subjects.group} is stalled: readers are there and nothing moves`,
				`The position has not moved for {{ $value | humanizeDuration }}. ${backlog}What is not read in time is late, and lost when retention reaches it. Look first at the consumer's log: one message that fails again and again, or something it waits for.`,
			),
		},
		{
			alert: 'StreamConsumerPartitionsStalled',
			expr: withWarningAtMost(
				`${worst('stream_consumer_partitions_stalled')} > 0\nunless on (${group})\n(\n${indented(aboveStalledAfter('stream_consumer_stalled_seconds'))}\n)`,
			),
			for: time('10m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerPartitionsStalled',
				'group',
				`${subjects.group}: some partitions stand still while the group moves`,
				`{{ $value | humanize }} partitions have messages and do not move. ${backlog}The keys on these partitions are late, and the group's total hides it. Look at which member holds them.`,
			),
		},
		{
			alert: 'StreamConsumerBlocked',
			expr: withObjectiveSeverity(
				`${worst('stream_consumer_pending')}\n>= on (${group})\n${worst('stream_consumer_pending_limit')}\nand on (${group})\n(\n${indented(aboveStalledAfter('stream_consumer_stalled_seconds'))}\n)`,
			),
			for: time('1m'),
			keep_firing_for: time(overRestart),
			annotations: annotations(
				'StreamConsumerBlocked',
				'group',
				`${subjects.group} is blocked: unacknowledged messages are at their limit`,
				`{{ $value | humanize }} messages are delivered and not acknowledged, so the server delivers no more. ${backlog}Nothing moves until they are acknowledged. Look at what the readers do with the messages that they hold.`,
			),
		},
		{
			alert: 'StreamConsumerLagGrowing',
			expr: withWarningAtMost(
				`${lag} > 100\nand on (${group})\n(\n${indented(grows(lag, group, time))}\n)`,
			),
			for: time('5m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerLagGrowing',
				'group',
				`${subjects.group} falls behind`,
				`{{ $value | humanize }} messages wait, and at no time of the last 10 minutes were they as few as in the 20 before. ${sentence('It consumes ', 'group:stream_consumer_consumed:rate5m', 'humanize', ' a second.')}It does not catch up by itself unless less is produced. Look on the dashboard at what is produced and what is consumed.`,
			),
		},
		{
			alert: 'StreamConsumerCatchUpSlow',
			expr: withWarningAtMost(
				`${worst('stream_consumer_drain_seconds')} > 6 * 3600\nand on (${group}) ${worst('stream_consumer_objective_breached')} == 1`,
			),
			for: time('15m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerCatchUpSlow',
				'group',
				`${subjects.group} catches up, but too slowly`,
				`At the present rate it takes {{ $value | humanizeDuration }} until nothing waits. ${backlog}The objective is breached until then. Look at how busy its readers are, and add some for a while.`,
			),
		},
	];
}
