/**
 * What the variables of a dashboard select, as matchers of PromQL. A dashboard that is opened without
 * choosing shows all.
 */
export const ofTarget = 'platform=~"$platform",target=~"$target"';
export const ofStream = `${ofTarget},stream=~"$stream"`;
export const ofGroup = `${ofStream},consumer_group=~"$consumer_group"`;

export const byTarget = 'target, platform';
export const byStream = 'target, platform, stream';
export const byGroup = 'target, platform, stream, consumer_group';

/** How lines are named: short, for the labels that all share are in the variables. */
export const legendOf = {
	target: '{{target}}',
	stream: '{{target}} {{stream}}',
	group: '{{target}} {{stream}} {{consumer_group}}',
	instance: '{{instance}}',
} as const;

/** A gauge of consumer groups: the largest that any replica of the exporter tells. */
export function groupGauge(metric: string): string {
	return `max by (${byGroup}) (${metric}{${ofGroup}})`;
}

/** A counter of consumer groups as a rate: of each replica first, for a maximum of counters falls when one restarts. */
export function groupRate(metric: string): string {
	return `max by (${byGroup}) (rate(${metric}{${ofGroup}}[$__rate_interval]))`;
}

/** A gauge of streams. */
export function streamGauge(metric: string): string {
	return `max by (${byStream}) (${metric}{${ofStream}})`;
}

/** A gauge of targets that is the same in every process. */
export function targetGauge(metric: string): string {
	return `max by (${byTarget}) (${metric}{${ofTarget}})`;
}

/** A gauge of which each shard has its part, as all of its replicas do. */
export function targetSum(metric: string): string {
	return `sum by (${byTarget}) (max by (${byTarget}, shard) (${metric}{${ofTarget}}))`;
}

/** A gauge of the shard that fares worst, by its best replica. */
export function targetWorst(metric: string): string {
	return `min by (${byTarget}) (max by (${byTarget}, shard) (${metric}{${ofTarget}}))`;
}
