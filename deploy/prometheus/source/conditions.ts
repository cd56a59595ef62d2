import { group } from './labels.ts';
import type { Time } from './rule.ts';

/**
 * Gives the groups that meet a condition the severity of their objective, and leaves out those whose
 * objective says none, and those that are paused on purpose.
 *
 * @param condition - has one series at most for each group, with the labels of a group
 */
export function withObjectiveSeverity(condition: string): string {
	return joined(objectiveSeverity, unlessPaused(condition));
}

/** The same for what is a warning at most, however critical the group is. */
export function withWarningAtMost(condition: string): string {
	const atMost =
		'label_replace(stream_consumer_objective_info{severity!="none"}, "severity", "warning", "severity", "critical")';
	return joined(`max by (${group}, severity) (\n${indented(atMost)}\n)`, unlessPaused(condition));
}

/** The severity of the objective for a condition that also concerns paused groups: loss. */
export function withObjectiveSeverityEvenPaused(condition: string): string {
	return joined(objectiveSeverity, condition);
}

/** The largest value that any replica of the exporter tells. */
export function worst(metric: string): string {
	return `max by (${group}) (${metric})`;
}

/** One clock above the time from which the group's objective calls it stalled. */
export function aboveStalledAfter(clock: string): string {
	return `${worst(clock)}\n> on (${group})\n${worst('stream_consumer_objective_stalled_seconds')}`;
}

/**
 * Whether a value grows, and not as a saw-tooth does: the least of ten minutes is above the most of
 * twenty before. Between the two lie four minutes, so that growth in steps counts as well (producers
 * that send every few minutes, targets that are read with gaps); a single step meets it for no longer
 * than those, which is less than any `for` of it.
 *
 * @param over - takes the extreme over all replicas, where that is not yet done
 */
export function grows(
	metric: string,
	on: string,
	time: Time,
	over: (extreme: string) => string = (extreme) => extreme,
): string {
	const least = over(`min_over_time(${metric}[${time('10m')}])`);
	const mostBefore = over(`max_over_time(${metric}[${time('20m')}] offset ${time('14m')})`);
	return `${least}\n> on (${on})\n${mostBefore}`;
}

/** Puts two spaces before each line. */
export function indented(lines: string): string {
	return lines.replace(/^/gm, '  ');
}

const objectiveSeverity = `max by (${group}, severity) (stream_consumer_objective_info{severity!="none"})`;

function unlessPaused(condition: string): string {
	return `(\n${indented(condition)}\n)\nunless on (${group}) stream_consumer_state{state="paused"}`;
}

/** The severities of a group may be two, while its replicas load a new configuration: many on the left. */
function joined(severities: string, condition: string): string {
	return `${severities}\n* on (${group}) group_left ()\n(\n${indented(condition)}\n)`;
}
