import type { Durations, TargetState } from '../model.ts';
import { internalProblem, type Outcome } from './outcome.ts';

/** Upper bounds in seconds: from a small Redis (milliseconds) to the longest deadline in use. */
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** The state of a target that has not been polled: every counter is born at 0. */
export function initialState(
	target: string,
	platform: {
		readonly name: string;
		readonly operations: readonly string[];
		readonly problems: readonly string[];
	},
	pollIntervalSeconds: number,
	shard?: number,
): TargetState {
	return {
		target,
		platform: platform.name,
		...(shard !== undefined && { shard }),
		pollIntervalSeconds,
		polls: { ok: 0, partial: 0, failed: 0 },
		pollDurations: {
			bounds: durationBounds,
			counts: durationBounds.map(() => 0),
			count: 0,
			sum: 0,
		},
		problemCounts: zeros([...platform.problems, internalProblem]),
		requestCounts: zeros(platform.operations),
		problems: [],
	};
}

/**
 * The state after one more poll.
 *
 * @param requests - all that were ever sent to the target, by operation
 */
export function afterPoll(
	state: TargetState,
	outcome: Outcome,
	requests: ReadonlyMap<string, number>,
): TargetState {
	const { result, reading, problems } = outcome;
	const problemCounts = { ...state.problemCounts };
	for (const { code } of problems) problemCounts[code] = (problemCounts[code] ?? 0) + 1;
	const version = reading?.version ?? state.version;
	const endedAtSeconds = outcome.startedAtMs / 1000 + outcome.durationSeconds;
	return {
		...state,
		...(version !== undefined && { version }),
		lastResult: result,
		lastPollTimestampSeconds: endedAtSeconds,
		...(result !== 'failed' && { lastSuccessTimestampSeconds: endedAtSeconds }),
		polls: { ...state.polls, [result]: state.polls[result] + 1 },
		pollDurations: observe(state.pollDurations, outcome.durationSeconds),
		problemCounts,
		requestCounts: { ...state.requestCounts, ...Object.fromEntries(requests) },
		problems,
	};
}

function zeros(names: readonly string[]): Record<string, number> {
	return Object.fromEntries(names.map((name) => [name, 0]));
}

function observe(durations: Durations, seconds: number): Durations {
	return {
		bounds: durations.bounds,
		counts: durations.counts.map((count, i) =>
			seconds <= (durations.bounds[i] as number) ? count + 1 : count,
		),
		count: durations.count + 1,
		sum: durations.sum + seconds,
	};
}
