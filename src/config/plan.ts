import type { Expected, Objective, SeriesLimits } from '../options/objective.ts';
import { platforms } from '../targets/index.ts';
import type { Platform } from '../targets/target.ts';
import { planExpected, planObjective } from './objectives.ts';
import type { CheckedConfig } from './schema.ts';

/** What the program is to do. Made without opening a socket. */
export interface Config {
	/** At least one, with different names. */
	readonly targets: readonly TargetPlan[];
	/** The first that matches a group is the group's. */
	readonly objectives: readonly Objective[];
	readonly expected: readonly Expected[];
	/** All of it as YAML, with every default and without secrets. */
	readonly effectiveYaml: string;
}

/** One target: what to connect to, and when to read it. */
export interface TargetPlan {
	readonly name: string;
	readonly platform: Platform;
	/** The platform's own options, for its `connect`. */
	readonly options: Parameters<Platform['connect']>[0];
	readonly poll: {
		readonly intervalMs: number;
		/** Of one poll; at most the interval. */
		readonly timeoutMs: number;
	};
	/** How long what cannot be read keeps its last value. */
	readonly keepFailedMs: number;
	/** The total is the same for all. */
	readonly seriesLimits: SeriesLimits;
}

/** Turns a checked configuration into plans: every target with its platform and its own timing. */
export function plan(config: CheckedConfig): Omit<Config, 'effectiveYaml'> {
	return {
		targets: config.targets.map(
			({ name, platform: wanted, poll: own = {}, limits, ...options }) => {
				const platform = platforms.find((one) => one.name === wanted);
				if (platform === undefined) throw new Error(`the schema let pass the platform ${wanted}`);
				return {
					name,
					platform,
					options,
					poll: {
						intervalMs: own.interval ?? config.poll.interval,
						timeoutMs: own.timeout ?? config.poll.timeout,
					},
					keepFailedMs: own.keep_failed ?? config.poll.keep_failed,
					seriesLimits: {
						total: config.limits.max_series,
						...(limits?.max_series !== undefined && { perTarget: limits.max_series }),
					},
				};
			},
		),
		objectives: config.objectives.map(planObjective),
		expected: config.expected.map(planExpected),
	};
}
