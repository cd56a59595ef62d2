import { withObjectiveSeverity, withWarningAtMost } from '../conditions.ts';
import { group } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, backlog, subjects } from '../texts.ts';

const breached = 'group:stream_consumer_objective_breached';

/**
 * An objective may be breached for 1 % of a month. At 14.4 times that speed a fiftieth of the month's
 * budget is gone in an hour, at 6 times a twentieth in six hours; the short window beside the long one
 * makes the alert end soon after the breach (The Site Reliability Workbook, chapter 5).
 */
export function objectiveAlerts(time: Time): readonly AlertRule[] {
	return [
		{
			alert: 'StreamConsumerObjectiveBurnFast',
			expr: withObjectiveSeverity(
				`${breached}:avg1h > 0.144\nand on (${group}) ${breached}:avg5m > 0.144`,
			),
			for: time('2m'),
			keep_firing_for: time('5m'),
			annotations: annotations(
				'StreamConsumerObjectiveBurnFast',
				'group',
				`${subjects.group} breaches its objective`,
				`Over the last hour the objective was breached {{ $value | humanizePercentage }} of the time, and it still is. ${backlog}Who waits for these messages waits longer than was promised. Look at the dashboard: are readers missing, stuck, or too slow?`,
			),
		},
		{
			alert: 'StreamConsumerObjectiveBurnSlow',
			expr: withWarningAtMost(
				`${breached}:avg6h > 0.06\nand on (${group}) ${breached}:avg30m > 0.06`,
			),
			for: time('15m'),
			keep_firing_for: time('15m'),
			annotations: annotations(
				'StreamConsumerObjectiveBurnSlow',
				'group',
				`${subjects.group} breaches its objective again and again`,
				`Over the last 6 hours the objective was breached {{ $value | humanizePercentage }} of the time; 1 % is what it may. ${backlog}If it goes on, the month's budget is gone in days. Look at when it happens: at peaks, at deployments, at rebalances.`,
			),
		},
	];
}
