import { z } from 'zod';
import { count } from '../options/count.ts';
import { duration, durationText, positiveDuration } from '../options/duration.ts';
import { builtInObjective, type Expected, type Objective } from '../options/objective.ts';
import { pattern } from '../options/pattern.ts';
import { text } from '../options/text.ts';
import { platforms } from '../targets/index.ts';

/** What an objective does not say is as it is for groups without one. */
const { stalledAfterSeconds, ignoreLag, severity } = builtInObjective;

/** What is wanted of groups: the first objective that matches a group is the group's own. */
export const objective = z.strictObject({
	name: text,
	/** What is left out matches everything. */
	match: z
		.strictObject({
			target: pattern,
			platform: pattern.refine((wanted) => platforms.some(({ name }) => wanted.matches(name)), {
				error: `matches none of ${platforms.map(({ name }) => name).join(', ')}`,
			}),
			stream: pattern,
			consumer_group: pattern,
		})
		.partial()
		.prefault({}),
	lag_seconds: duration.optional(),
	lag: count(0).optional(),
	pending_age: duration.optional(),
	/** With 0s every group would be stalled, whatever it does. */
	stalled_after: positiveDuration.prefault(durationText(stalledAfterSeconds * 1000)),
	/** Lag up to this counts as none. */
	ignore_lag: count(0).default(ignoreLag),
	/** What its alerts carry. */
	severity: z.enum(['critical', 'warning', 'info', 'none']).default(severity),
});

/** A group that must exist, by the names that metrics have. */
export const expected = z.strictObject({ target: text, stream: text, consumer_group: text });

/** An objective as the program has it, in seconds. */
export function planObjective(given: z.output<typeof objective>): Objective {
	const { target, platform, stream, consumer_group } = given.match;
	const seconds = (ms: number) => ms / 1000;
	return {
		name: given.name,
		match: {
			...(target && { target }),
			...(platform && { platform }),
			...(stream && { stream }),
			...(consumer_group && { consumerGroup: consumer_group }),
		},
		...(given.lag_seconds !== undefined && { lagSeconds: seconds(given.lag_seconds) }),
		...(given.lag !== undefined && { lag: given.lag }),
		...(given.pending_age !== undefined && { pendingAgeSeconds: seconds(given.pending_age) }),
		stalledAfterSeconds: seconds(given.stalled_after),
		ignoreLag: given.ignore_lag,
		severity: given.severity,
	};
}

export function planExpected(given: z.output<typeof expected>): Expected {
	const { target, stream, consumer_group } = given;
	return { target, stream, consumerGroup: consumer_group };
}
