import { grows, indented, worst } from '../conditions.ts';
import { group, stream } from '../labels.ts';
import type { AlertRule, Time } from '../rule.ts';
import { annotations, subjects } from '../texts.ts';

/** Names that are in use for streams of messages which could not be processed. */
const deadLetters = '(?i).*(dlq|dead[-_.]?letter|\\\\.DLT).*';

/** Streams that fill up, and streams that should stay empty. */
export function streamAlerts(time: Time): readonly AlertRule[] {
	const longest = (length: string): string => `max by (${stream}) (${length})`;
	return [
		{
			alert: 'StreamLengthGrowing',
			// A margin of a tenth: the two rates are never read at one moment.
			expr: [
				`${longest('stream_length')} > 100`,
				`and on (${stream})\n(\n${indented(grows('stream_length', stream, time, longest))}\n)`,
				`and on (${stream})\n(\n${indented(`sum by (${stream}) (group:stream_consumer_consumed:rate5m)\n< on (${stream})\n0.9 * stream:stream_produced:rate5m`)}\n)`,
			].join('\n'),
			for: time('15m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamLengthGrowing',
				'stream',
				`${subjects.stream} grows: its groups consume less than is produced`,
				'It holds {{ $value | humanize }} messages, and at no time of the last 10 minutes were they as few as in the 20 before. It grows until a limit deletes messages or memory ends. Look at which of its groups is slow, and whether anything trims the stream.',
			),
		},
		{
			alert: 'StreamLengthNearLimit',
			expr: [
				`${longest('stream_length')}\n> on (${stream})\n0.9 * ${longest('stream_length_limit')}`,
				`and on (${stream})\n(\n${indented(`${worst('stream_consumer_lag')} > 0\nand on (${group}) stream_consumer_objective_info{severity!="none"}`)}\n)`,
			].join('\n'),
			for: time('10m'),
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamLengthNearLimit',
				'stream',
				`${subjects.stream} is nearly full while a group has yet to read`,
				'It holds {{ $value | humanize }} messages, more than nine tenths of its limit. At the limit the oldest messages are deleted, read or not, or new ones are refused. Look at the group with the most lag on it.',
			),
		},
		{
			alert: 'StreamDeadLettersArriving',
			expr: `max by (${stream}) (increase(stream_produced_total{stream=~"${deadLetters}"}[${time('15m')}])) > 0`,
			keep_firing_for: time('5m'),
			labels: { severity: 'warning' },
			annotations: annotations(
				'StreamDeadLettersArriving',
				'stream',
				`dead letters arrive on ${subjects.stream}`,
				'About {{ $value | humanize }} messages arrived in the last 15 minutes. Each is one that a consumer gave up: its work is not done. Look at the newest of them: their headers or fields say who gave up and why.',
			),
		},
	];
}
