import type { Logger } from 'pino';
import { TargetHistory } from '../app.ts';
import type { Config } from '../config/plan.ts';
import { SeriesLimiter } from '../derive/series-limits.ts';
import { consumerWithPartitionsJson } from '../http/api/consumer-json.ts';
import { targetJson } from '../http/api/target-json.ts';
import { join } from '../metrics/exposition.ts';
import { renderTarget } from '../metrics/target-renderer.ts';
import type { Shard } from '../options/shard.ts';
import { pollOnce } from '../poll/outcome.ts';
import { shareOf } from '../targets/share.ts';
import type { outputs } from '../usage.ts';
import { formatTable, type Result } from './table.ts';

/** What is read and how it is printed. */
export interface OnceOptions {
	readonly config: Config;
	readonly output: (typeof outputs)[number];
	/** The part to read; absent: all. */
	readonly shard?: Shard | undefined;
	readonly log: Logger;
	readonly stop: AbortSignal;
}

/** What was read, as text, and whether a target could not be. */
export interface OnceResult {
	readonly text: string;
	readonly allRead: boolean;
}

/** Polls every target once, all at the same time, and renders what was read. */
export async function once({ config, output, shard, log, stop }: OnceOptions): Promise<OnceResult> {
	const limiter = new SeriesLimiter();
	const histories = await Promise.all(
		config.targets.map(async (plan) => {
			const history = new TargetHistory(plan, config, limiter, shard);
			const share = shareOf(shard, plan.name);
			const own = log.child({ target: plan.name });
			const target = plan.platform.connect(plan.options, own, plan.poll.timeoutMs, share);
			try {
				const read = (signal: AbortSignal) => target.read(signal);
				await history.poll(await pollOnce(read, plan.poll.timeoutMs, stop), target.requests);
			} finally {
				await target.close();
			}
			return history;
		}),
	);
	const render = {
		table: () => formatTable(histories),
		json: () => `${JSON.stringify(asJson(histories), undefined, 2)}\n`,
		prometheus: () =>
			Buffer.concat(
				join(histories.map(({ state, derived }) => renderTarget(state, derived))),
			).toString(),
	} as const;
	return {
		text: render[output](),
		allRead: histories.every(({ state }) => state.lastResult !== 'failed'),
	};
}

/** The shape of both routes of the API in one, with every partition. */
function asJson(results: readonly Result[]) {
	const consumers = results.flatMap(({ derived }) => [...derived.consumers]);
	return {
		targets: results.map(({ state }) => targetJson(state)),
		total: consumers.length,
		consumers: consumers.map(consumerWithPartitionsJson),
	};
}
