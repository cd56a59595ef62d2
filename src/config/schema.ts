import { z } from 'zod';
import { count } from '../options/count.ts';
import { duration, period } from '../options/duration.ts';
import { nearest } from '../options/nearest.ts';
import { quoted } from '../options/quoted.ts';
import { thorough } from '../options/thorough.ts';
import { platforms } from '../targets/index.ts';
import type { Platform } from '../targets/target.ts';
import { checkNames, checkTimeouts } from './check.ts';
import { checkExpected, checkMatches } from './check-references.ts';
import { expected, objective } from './objectives.ts';

const poll = z.strictObject({
	interval: period.prefault('15s'),
	/** Of one poll of one target; must not exceed interval. */
	timeout: period.prefault('10s'),
	/** How long what cannot be read keeps its last value. */
	keep_failed: duration.prefault('5m'),
});

/** What every target has, whatever its platform. */
const common = {
	/** The label `target`; unique. */
	name: z.string().regex(/^[a-z0-9_-]{1,63}$/, {
		error: ({ input }) => `expected 1 to 63 of a-z, 0-9, _ and -, got ${quoted(String(input))}`,
	}),
	/** Instead of the outer `poll`, key by key. */
	poll: z
		.strictObject({ interval: period, timeout: period, keep_failed: duration })
		.partial()
		.optional(),
	limits: z
		.strictObject({
			/** Of this target's lag series. */
			max_series: count(1).optional(),
		})
		.optional(),
};

/** A target of one platform: that platform's options beside the common ones. */
function targetOf({ name, options }: Platform): TargetSchema {
	return options.safeExtend({ ...common, platform: z.literal(name) });
}

/** What is known of a target's schema before it is known which platforms there are. */
type TargetSchema = z.ZodObject<
	typeof common & { readonly platform: z.ZodLiteral<string> },
	z.core.$loose
>;

const [first, ...others] = platforms.map(targetOf);
if (first === undefined) throw new Error('there are no platforms');

/** The whole configuration: every option and every default. Durations are milliseconds. */
export const schema = z
	.strictObject({
		poll: poll.prefault({}),
		limits: z
			.strictObject({
				/** Of the lag series of all targets. */
				max_series: count(1).default(200_000),
			})
			.prefault({}),
		targets: z
			.array(z.discriminatedUnion('platform', [first, ...others]))
			.min(1, 'expected at least one target')
			.superRefine(checkNames('targets'), thorough),
		objectives: z.array(objective).superRefine(checkNames('objectives'), thorough).prefault([]),
		expected: z.array(expected).prefault([]),
	})
	.superRefine(checkTimeouts, thorough)
	.superRefine(checkExpected, thorough)
	.superRefine(checkMatches, thorough);

/** A configuration that was checked, with the file's keys. */
export type CheckedConfig = z.output<typeof schema>;

/**
 * What can be checked of a target whose platform is not right: all of it by the platform that was
 * probably meant, else what all targets have.
 */
export function likelyTarget(given: { readonly platform?: unknown }): {
	readonly target: z.ZodObject;
	/** Instead of the one that was given. */
	readonly platform: string | undefined;
} {
	const names = platforms.map(({ name }) => name);
	const near = typeof given.platform === 'string' ? nearest(given.platform, names) : undefined;
	const platform = platforms.find(({ name }) => name === near);
	return {
		target: platform ? targetOf(platform) : z.looseObject(common),
		platform: platform?.name,
	};
}
