import { withObjectiveSeverity, withWarningAtMost, worst } from '../conditions.ts';
import { group } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, sentence, subjects } from '../texts.ts';

/** Messages that were delivered and not acknowledged: Redis and NATS. */
export function pendingAlerts(time: Time): readonly AlertRule[] {
	const pending = sentence(
		'',
		'stream_consumer_pending',
		'humanize',
		' messages are delivered and not acknowledged.',
	);
	return [
		{
			alert: 'StreamConsumerPendingTooOld',
			expr: withObjectiveSeverity(
				`${worst('stream_consumer_objective_breached{objective_kind="pending_age"}')} == 1`,
			),
			for: time('5m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerPendingTooOld',
				'group',
				`${subjects.group}: a delivered message has waited too long to be acknowledged`,
				`${sentence('The oldest unacknowledged message is ', 'stream_consumer_pending_age_seconds', 'humanizeDuration', ' old.')}${pending}It is taken for work in progress, and may be nobody's. Look at which reader holds it, and whether that one still lives.`,
			),
		},
		{
			alert: 'StreamConsumerPendingAbandoned',
			expr: withWarningAtMost(`${worst('stream_consumer_pending_abandoned')} > 0`),
			for: time('10m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerPendingAbandoned',
				'group',
				`${subjects.group}: nobody claims the messages of a dead consumer`,
				`{{ $value | humanize }} messages were delivered to a consumer that has not come back to them. ${pending}They are never processed until someone claims them. Look with XPENDING whose they are.`,
			),
		},
		{
			alert: 'StreamConsumerRedelivering',
			// Gauges count what is redelivered now; the offset keeps one that is new from counting as old.
			expr: withWarningAtMost(
				[
					`${worst(`min_over_time(stream_consumer_redelivered[${time('15m')}])`)} > 0`,
					`and on (${group}) ${worst(`stream_consumer_redelivered offset ${time('15m')}`)} > 0`,
					'or',
					`${worst('stream_consumer_oldest_pending_deliveries')} > 5`,
				].join('\n'),
			),
			for: time('1m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerRedelivering',
				'group',
				`${subjects.group}: messages are delivered again and again`,
				`${sentence('', 'stream_consumer_redelivered', 'humanize', ' messages are delivered more than once and still not acknowledged.')}${sentence('The oldest pending message was delivered ', 'stream_consumer_oldest_pending_deliveries', 'humanize', ' times.')}Work is done twice, and a message that always fails is given up at last. Look in the consumer's log for the same failure repeated.`,
			),
		},
		{
			alert: 'StreamConsumerMessagesExhausted',
			expr: withObjectiveSeverity(
				`${worst(`increase(stream_consumer_exhausted_total[${time('10m')}])`)} > 0`,
			),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerMessagesExhausted',
				'group',
				`${subjects.group}: the server has given messages up`,
				`About {{ $value | humanize }} messages were given up in the last 10 minutes, after as many deliveries as are allowed. Nobody will process them. They are still in the stream, until retention deletes them. Look for their sequences in the advisories, and at why they failed.`,
			),
		},
	];
}
