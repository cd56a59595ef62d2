import type { Logger } from 'pino';
import { TargetHistory } from '../app.ts';
import type { Config } from '../config/plan.ts';
import { join, renderTarget } from '../metrics/exposition.ts';
import type { Consumer, TargetState } from '../model.ts';
import { pollOnce } from '../poll/outcome.ts';
import type { outputs } from '../usage.ts';
import { formatTable } from './table.ts';

/** What is read and how it is printed. */
export interface OnceOptions {
	readonly config: Config;
	readonly output: (typeof outputs)[number];
	readonly log: Logger;
	readonly stop: AbortSignal;
}

/** What was read, as text, and whether a target could not be. */
export interface OnceResult {
	readonly text: string;
	readonly allRead: boolean;
}

/** Polls every target once, all at the same time, and renders what was read. */
export async function once({ config, output, log, stop }: OnceOptions): Promise<OnceResult> {
	const histories = await Promise.all(
		config.targets.map(async (plan) => {
			const history = new TargetHistory(plan);
			const target = plan.platform.connect(plan.options, log, plan.poll.timeoutMs);
			try {
				const read = (signal: AbortSignal) => target.read(signal);
				history.poll(await pollOnce(read, plan.poll.timeoutMs, stop), target.requests);
			} finally {
				await target.close();
			}
			return history;
		}),
	);
	const states = histories.map(({ state }) => state);
	const consumers = histories.flatMap(({ derived }) => derived.consumers);
	const render = {
		table: () => formatTable(consumers, states),
		json: () => `${JSON.stringify(asJson(consumers, states), undefined, 2)}\n`,
		prometheus: () =>
			join(histories.map(({ state, derived }) => renderTarget(state, derived))).toString(),
	} as const;
	return {
		text: render[output](),
		allRead: states.every(({ lastResult }) => lastResult !== 'failed'),
	};
}

/** Keys are the labels and metrics of `/metrics`, without their common beginning. */
function asJson(consumers: readonly Consumer[], targets: readonly TargetState[]) {
	return {
		targets: targets.map((state) => ({
			target: state.target,
			platform: state.platform,
			version: state.version,
			up: state.lastResult !== 'failed',
			problems: state.problems,
		})),
		total: consumers.length,
		consumers: consumers.map((consumer) => ({
			target: consumer.target,
			platform: consumer.platform,
			stream: consumer.stream,
			consumer_group: consumer.consumerGroup,
			kind: consumer.kind,
			state: consumer.state,
			lag: consumer.lag,
			lag_uncertainty: consumer.lagUncertainty,
			lag_unknown: consumer.lagUnknown,
			partition_lag_max: consumer.partitionLagMax,
			partitions_unknown: consumer.partitionsUnknown,
			pending: consumer.pending,
			pending_limit: consumer.pendingLimit,
			redelivered: consumer.redelivered,
			members: consumer.members,
			waiting_pulls: consumer.waitingPulls,
			partitions: partitions(consumer),
		})),
	};
}

function partitions({ partitions: columns }: Consumer) {
	if (!columns) return undefined;
	const known = (value: number | undefined) => (Number.isNaN(value) ? undefined : value);
	return Array.from(columns.ids, (partition, row) => ({
		partition,
		lag: known(columns.lag[row]),
		offset: known(columns.committed[row]),
	}));
}
