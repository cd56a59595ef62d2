import type { TargetState } from '../../model.ts';

/** A target for programs; what is not known before its first poll is left out. */
export function targetJson(state: TargetState) {
	return {
		target: state.target,
		platform: state.platform,
		version: state.version,
		up: state.lastResult === undefined ? undefined : state.lastResult !== 'failed',
		last_poll: state.lastResult,
		last_poll_timestamp_seconds: state.lastPollTimestampSeconds,
		last_success_timestamp_seconds: state.lastSuccessTimestampSeconds,
		poll_interval_seconds: state.pollIntervalSeconds,
		problems: state.problems,
	};
}
