import { withObjectiveSeverityEvenPaused, worst } from '../conditions.ts';
import { group } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, backlog, subjects } from '../texts.ts';

/** Messages that are deleted before they are read; a group that is paused loses them as well. */
export function retentionAlerts(time: Time): readonly AlertRule[] {
	const headroom = 'stream_consumer_retention_headroom_seconds';
	return [
		{
			alert: 'StreamConsumerDataLossPredicted',
			expr: withObjectiveSeverityEvenPaused(
				[
					`min by (${group}) (${headroom}) < 4 * 3600`,
					`and on (${group}) ${worst('stream_consumer_retention_used_ratio')} > 0.5`,
					`and on (${group}) min by (${group}) (deriv(${headroom}[${time('15m')}])) < 0`,
				].join('\n'),
			),
			for: time('5m'),
			keep_firing_for: time('15m'),
			annotations: annotations(
				'StreamConsumerDataLossPredicted',
				'group',
				`${subjects.group} will lose messages: retention comes close to what it has not read`,
				`The oldest unread message is deleted in about {{ $value | humanizeDuration }}. ${backlog}What is deleted cannot be read again. Lengthen the retention of the stream first; then look at why the group does not read.`,
			),
		},
		{
			alert: 'StreamConsumerDataLost',
			expr: withObjectiveSeverityEvenPaused(
				`${worst(`increase(stream_consumer_lost_total[${time('10m')}])`)} > 0`,
			),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerDataLost',
				'group',
				`${subjects.group} has lost messages: they were deleted before they were read`,
				`About {{ $value | humanize }} messages were deleted unread in the last 10 minutes. ${backlog}More are lost until the group reads faster or the stream keeps more. Lengthen the retention of the stream first; then look at why the group does not read.`,
			),
		},
	];
}
