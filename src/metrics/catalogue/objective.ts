import type { Breaches, ConsumerObjective } from '../../model.ts';
import type { ExpectationFamily, GroupFamily } from './family.ts';

/** The thresholds that an objective may have. */
const breachKinds: readonly {
	readonly word: string;
	readonly of: (breaches: Breaches) => boolean | undefined;
}[] = [
	{ word: 'lag', of: ({ lag }) => lag },
	{ word: 'lag_seconds', of: ({ lagSeconds }) => lagSeconds },
	{ word: 'pending_age', of: ({ pendingAge }) => pendingAge },
];

/** What was promised for a group, and whether it is kept. */
export const objectiveFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_objective_info',
		help: 'Always 1: the objective of the group, and the severity of its alerts.',
		type: 'gauge',
		labels: ['objective', 'severity'],
		values: ({ objective }) => infoOf(objective),
	},
	{
		name: 'stream_consumer_objective_lag',
		help: 'Lag above which the objective of the group is breached, where it says so.',
		type: 'gauge',
		unit: 'messages',
		value: ({ objective }) => objective.lag,
	},
	{
		name: 'stream_consumer_objective_lag_seconds',
		help: 'Age of the oldest unconsumed message above which the objective of the group is breached, where it says so.',
		type: 'gauge',
		unit: 'seconds',
		value: ({ objective }) => objective.lagSeconds,
	},
	{
		name: 'stream_consumer_objective_pending_age_seconds',
		help: 'Age of the oldest pending message above which the objective of the group is breached, where it says so.',
		type: 'gauge',
		unit: 'seconds',
		value: ({ objective }) => objective.pendingAgeSeconds,
	},
	{
		name: 'stream_consumer_objective_stalled_seconds',
		help: 'From when on the group counts as stalled.',
		type: 'gauge',
		unit: 'seconds',
		value: ({ objective }) => objective.stalledAfterSeconds,
	},
	{
		name: 'stream_consumer_objective_breached',
		help: 'Whether a threshold of the objective is exceeded; absent where the value is unknown or no threshold is set.',
		type: 'gauge',
		label: 'objective_kind',
		words: breachKinds.map(({ word }) => word),
		valueOf: ({ breaches }, word) => {
			const breached = breachKinds[word]?.of(breaches);
			return breached === undefined ? undefined : breached ? 1 : 0;
		},
	},
];

/** One series for each group that the configuration expects, whether it exists or not. */
export const expectationFamilies: readonly ExpectationFamily[] = [
	{
		name: 'stream_consumer_missing',
		help: 'Whether a group that the configuration expects does not exist; absent while groups could not be listed.',
		type: 'gauge',
		value: ({ missing }) => (missing === undefined ? undefined : missing ? 1 : 0),
	},
];

/** Of each objective once: thousands of groups have the same one. */
const infos = new WeakMap<ConsumerObjective, readonly string[]>();

function infoOf(objective: ConsumerObjective): readonly string[] {
	const known = infos.get(objective);
	if (known) return known;
	const info = [objective.name, objective.severity];
	infos.set(objective, info);
	return info;
}
