import type { GroupFamily } from './family.ts';
import { factFamilies } from './group-facts.ts';
import { flowFamilies } from './group-flow.ts';
import { lagFamilies } from './group-lag.ts';
import { groupPartitionFamilies } from './group-partition.ts';
import { pendingFamilies } from './group-pending.ts';
import { objectiveFamilies } from './objective.ts';

/** One series for each consumer group on each stream (and partition). */
export const groupFamilies: readonly GroupFamily[] = [
	...lagFamilies,
	...pendingFamilies,
	...flowFamilies,
	...factFamilies,
	...objectiveFamilies,
	...groupPartitionFamilies,
];
