import type { ConsumerObjective } from '../model.ts';
import type { Expected, Objective } from '../options/objective.ts';
import { type Named, objectiveFinder } from './objectives.ts';

/** Whose readings they are, and what was promised for them. One object a configuration. */
export interface DerivePlan {
	readonly target: string;
	readonly platform: string;
	readonly intervalSeconds: number;
	readonly objectiveOf: (group: Named) => ConsumerObjective;
	/** Of this target alone. */
	readonly expected: readonly Expected[];
}

/** Prepares a configuration for the rounds of one target. */
export function planOf(
	origin: Pick<DerivePlan, 'target' | 'platform' | 'intervalSeconds'>,
	objectives: readonly Objective[] = [],
	expected: readonly Expected[] = [],
): DerivePlan {
	return {
		...origin,
		objectiveOf: objectiveFinder(objectives),
		expected: expected.filter(({ target }) => target === origin.target),
	};
}
