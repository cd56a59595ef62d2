import type { Pattern } from './pattern.ts';

/** How urgent the alerts of a group are; `none` silences them. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** What was promised for groups: the first objective that matches a group is the group's. */
export interface Objective {
	readonly name: string;
	/** What is absent matches everything. */
	readonly match: {
		readonly target?: Pattern;
		readonly platform?: Pattern;
		readonly stream?: Pattern;
		readonly consumerGroup?: Pattern;
	};
	/** Thresholds: above them the objective is breached. Absent: none is set. */
	readonly lagSeconds?: number;
	readonly lag?: number;
	readonly pendingAgeSeconds?: number;
	/** From when on a group that does not move counts as stalled. */
	readonly stalledAfterSeconds: number;
	/** Lag up to this counts as none. */
	readonly ignoreLag: number;
	readonly severity: Severity;
}

/** The objective of a group that no other matches. */
export const builtInObjective: Objective = {
	name: 'default',
	match: {},
	stalledAfterSeconds: 600,
	ignoreLag: 0,
	severity: 'warning',
};

/** A group that must exist on a stream of a target. */
export interface Expected {
	readonly target: string;
	readonly stream: string;
	readonly consumerGroup: string;
}

/** The most lag series that are exported. */
export interface SeriesLimits {
	/** Of all targets together. */
	readonly total: number;
	/** Of one target; absent: as many as the total lets. */
	readonly perTarget?: number;
}
