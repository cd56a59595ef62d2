import type { Breaches, ConsumerObjective } from '../model.ts';
import { builtInObjective, type Objective } from '../options/objective.ts';

/** What an objective is matched with. */
export interface Named {
	readonly target: string;
	readonly platform: string;
	readonly stream: string;
	readonly consumerGroup: string;
}

const builtIn = ofConsumer(builtInObjective, false);

/** Gives the objective of a group: the first of a list that matches, else the built-in one. */
export function objectiveFinder(
	objectives: readonly Objective[],
): (of: Named) => ConsumerObjective {
	const ready = objectives.map(
		(objective) => [objective.match, ofConsumer(objective, true)] as const,
	);
	return (of) => ready.find(([match]) => matches(match, of))?.[1] ?? builtIn;
}

function matches(match: Objective['match'], of: Named): boolean {
	const { target, platform, stream, consumerGroup } = match;
	return (
		(target?.matches(of.target) ?? true) &&
		(platform?.matches(of.platform) ?? true) &&
		(stream?.matches(of.stream) ?? true) &&
		(consumerGroup?.matches(of.consumerGroup) ?? true)
	);
}

function ofConsumer({ match: _, ...facts }: Objective, expressed: boolean): ConsumerObjective {
	return { ...facts, expressed };
}

const answers = [undefined, false, true] as const;

/** All that there can be: a record of its own for each group would be garbage at each poll. */
const allBreaches: readonly Breaches[] = answers.flatMap((lag) =>
	answers.flatMap((lagSeconds) =>
		answers.map((pendingAge) => ({
			...(lag !== undefined && { lag }),
			...(lagSeconds !== undefined && { lagSeconds }),
			...(pendingAge !== undefined && { pendingAge }),
		})),
	),
);

/** Which thresholds of the objective are exceeded. */
export function breachesOf(
	objective: ConsumerObjective,
	values: {
		readonly lag?: number | undefined;
		readonly lagSeconds?: number | undefined;
		readonly pending?: number | undefined;
		readonly pendingAgeSeconds?: number | undefined;
	},
): Breaches {
	const lag = above(values.lag, objective.lag);
	const lagSeconds = above(values.lagSeconds, objective.lagSeconds);
	// Without pending messages there is no oldest one, and nothing is too old.
	const pendingAgeSeconds = values.pending === 0 ? 0 : values.pendingAgeSeconds;
	const pendingAge = above(pendingAgeSeconds, objective.pendingAgeSeconds);
	return allBreaches[(lag * answers.length + lagSeconds) * answers.length + pendingAge] as Breaches;
}

/** Which of the answers it is. */
function above(value: number | undefined, threshold: number | undefined): number {
	if (value === undefined || threshold === undefined) return 0;
	return value > threshold ? 2 : 1;
}
