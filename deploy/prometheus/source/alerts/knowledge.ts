import { withWarningAtMost, worst } from '../conditions.ts';
import { group, stream } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, subjects } from '../texts.ts';

/** Groups of which nothing is known: that do not exist, or whose lag cannot be told. */
export function knowledgeAlerts(time: Time): readonly AlertRule[] {
	return [
		{
			alert: 'StreamConsumerMissing',
			// A group that does not exist has no objective that could say how severe this is.
			expr: `${worst('stream_consumer_missing')} == 1`,
			for: time('5m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'critical' },
			annotations: annotations(
				'StreamConsumerMissing',
				'group',
				`${subjects.group} does not exist, and the configuration expects it`,
				'The group is not on the broker, so nothing of its stream is consumed and no lag tells of it. If it is created anew it may begin at the end and skip what came meanwhile. Look at whether the consumer runs and against which broker, and whether someone deleted the group.',
			),
		},
		{
			alert: 'StreamConsumerLagUnknown',
			// On an empty stream nothing can wait, whether or not the group has committed.
			expr: withWarningAtMost(
				[
					`${worst('stream_consumer_lag_unknown')} == 1`,
					`unless on (${group}) stream_consumer_lag`,
					`unless on (${stream}) stream_length == 0`,
				].join('\n'),
			),
			for: time('15m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerLagUnknown',
				'group',
				`${subjects.group}: its lag cannot be told`,
				'The group exists, but how far behind it is cannot be told; the label reason of stream_consumer_lag_unknown says why. Until then no alert on its lag can fire. Look at the reason, then at the runbook.',
			),
		},
	];
}
