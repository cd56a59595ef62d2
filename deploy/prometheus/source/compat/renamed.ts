import { indented } from '../conditions.ts';
import { group, stream } from '../labels.ts';
import type { RecordingRule, RuleGroup } from '../rule.ts';

/** Labels of another exporter, with ours that hold the same. */
export type Labels = Readonly<Record<string, string>>;

/** What tells series of ours apart, replicas aside. */
export const identity = {
	group,
	groupPartition: `${group}, partition`,
	stream,
	streamPartition: `${stream}, partition`,
} as const;

/** A metric of ours on one platform: the largest value that any replica tells. */
export function told(
	metric: string,
	platform: 'kafka' | 'redis' | 'nats',
	by: keyof typeof identity,
): string {
	return `max by (${identity[by]}) (${metric}{platform="${platform}"})`;
}

/**
 * Puts the values of an expression under the labels of another exporter; each value stays one of its own.
 *
 * @param expression - of labels of ours alone: with those of the scrape, replicas would become one
 */
export function renamed(expression: string, labels: Labels): string {
	return folded('max', expression, labels);
}

/** The same where several values get the same labels: their sum or the largest. */
export function folded(fold: 'sum' | 'max', expression: string, labels: Labels): string {
	const inner = Object.entries(labels).reduce(
		(inside, [theirs, ours]) => (theirs === ours ? inside : copied(inside, ours, theirs)),
		expression,
	);
	return `${fold} by (${Object.keys(labels).join(', ')}) (\n${indented(inner)}\n)`;
}

/** Of all characters, for keys of Redis may hold newlines. */
function copied(expression: string, from: string, to: string): string {
	return `label_replace(\n${indented(expression)},\n  "${to}", "$1", "${from}", "(?s)(.*)"\n)`;
}

/**
 * The rules that record values under the names of another exporter.
 *
 * @param labels - what all of its series carry; `job` first of all, for selectors go by it
 */
export function compatible(
	exporter: string,
	labels: Labels,
	expressions: Readonly<Record<string, string>>,
): RuleGroup<RecordingRule> {
	return {
		name: `stream-lag-compat-${exporter}`,
		rules: Object.entries(expressions).map(([record, expr]) => ({ record, expr, labels })),
	};
}
