import type { Logger } from 'pino';
import type { Config, TargetPlan } from './config/plan.ts';
import { sameTarget } from './config/same-target.ts';
import { deriveInSteps } from './derive/derive.ts';
import { History } from './derive/history.ts';
import { type DerivePlan, planOf } from './derive/plan.ts';
import { SeriesLimiter } from './derive/series-limits.ts';
import type { Publisher } from './metrics/publisher.ts';
import { countSeries, type TargetValues } from './metrics/series.ts';
import type { Carried, Derived, TargetState } from './model.ts';
import type { Shard } from './options/shard.ts';
import { carryInSteps } from './poll/carry.ts';
import type { Outcome } from './poll/outcome.ts';
import { Poller } from './poll/poller.ts';
import { ProblemLog } from './poll/problem-log.ts';
import { afterPoll, initialState } from './poll/target-state.ts';
import { inTurns } from './steps.ts';
import { shareOf } from './targets/share.ts';

/** What a reload did, by the names of the targets. */
export interface Changes {
	readonly added: readonly string[];
	/** Their settings or secrets are others: they were closed and made anew. */
	readonly changed: readonly string[];
	readonly removed: readonly string[];
	readonly kept: readonly string[];
}

/** Polls every target on its own schedule and publishes what each poll led to. */
export class App {
	readonly #publisher: Publisher;
	readonly #log: Logger;
	readonly #limiter = new SeriesLimiter();
	readonly #shard: Shard | undefined;
	/** By name. */
	readonly #running = new Map<string, Running>();
	#allTried = false;
	#phase: 'made' | 'started' | 'stopping' = 'made';

	/** @param shard - the part of all streams and groups to read; absent: all of them */
	constructor(config: Config, publisher: Publisher, log: Logger, shard?: Shard) {
		this.#publisher = publisher;
		this.#log = log;
		this.#shard = shard;
		for (const plan of config.targets) this.#add(plan, config);
	}

	start(): void {
		this.#phase = 'started';
		for (const { poller } of this.#running.values()) poller.start();
	}

	/**
	 * Whether every target was tried once, and what came of it is served. It stays so, also while a new
	 * target has not been tried.
	 */
	get ready(): boolean {
		const { targets } = this.#publisher.snapshot;
		const tried = new Set(
			targets.flatMap(({ target, lastResult }) => (lastResult === undefined ? [] : [target])),
		);
		this.#allTried ||= [...this.#running.keys()].every((name) => tried.has(name));
		return this.#allTried;
	}

	/**
	 * Goes on with another configuration. A target whose settings are the same is not touched; one
	 * whose settings are others is closed and made anew, and shows its old values until it was polled.
	 * One reload at a time.
	 *
	 * @returns when everything that had to be closed is closed
	 */
	async reload(config: Config): Promise<Changes> {
		const { targets } = config;
		const added = targets.filter(({ name }) => !this.#running.has(name));
		const changed: Promise<string>[] = [];
		const removed: Promise<string>[] = [];
		const kept: string[] = [];
		for (const [name, running] of [...this.#running]) {
			const plan = targets.find((target) => target.name === name);
			if (plan === undefined) {
				removed.push(this.#remove(running));
			} else if (sameTarget(running.history.plan, plan)) {
				running.history.follow(plan, config);
				kept.push(name);
			} else {
				changed.push(this.#replace(running, plan, config));
			}
		}
		for (const plan of added) this.#begin(plan, config);
		return {
			added: added.map(({ name }) => name),
			changed: await Promise.all(changed),
			removed: await Promise.all(removed),
			kept,
		};
	}

	/** Ends all polling and closes every connection. */
	async stop(): Promise<void> {
		this.#phase = 'stopping';
		await Promise.all([...this.#running.values()].map(({ poller }) => poller.stop()));
	}

	#begin(plan: TargetPlan, promises: Promises): void {
		if (this.#phase === 'stopping') return;
		const { poller } = this.#add(plan, promises);
		if (this.#phase === 'started') poller.start();
	}

	#add(plan: TargetPlan, promises: Promises): Running {
		const log = this.#log.child({ target: plan.name });
		const share = shareOf(this.#shard, plan.name);
		const make = () => plan.platform.connect(plan.options, log, plan.poll.timeoutMs, share);
		const history = new TargetHistory(plan, promises, this.#limiter, this.#shard);
		const problemLog = new ProblemLog(log);
		const running: Running = {
			history,
			poller: new Poller(make, plan.poll, async (outcome, requests) => {
				const values = await history.poll(outcome, requests);
				problemLog.poll(outcome);
				this.#publisher.publish(history.state, history.derived, values);
			}),
		};
		// What a target of this name showed before is shown until this one was polled.
		if (!this.#running.has(plan.name)) this.#publisher.publish(history.state, history.derived);
		this.#running.set(plan.name, running);
		return running;
	}

	async #replace({ poller }: Running, plan: TargetPlan, promises: Promises): Promise<string> {
		await poller.stop();
		this.#begin(plan, promises);
		return plan.name;
	}

	async #remove({ poller, history }: Running): Promise<string> {
		const { name } = history.plan;
		await poller.stop();
		this.#running.delete(name);
		this.#publisher.remove(name);
		this.#limiter.forget(name);
		return name;
	}
}

/** A target and what has become of it. */
interface Running {
	readonly poller: Poller;
	readonly history: TargetHistory;
}

/** What the polls of one target have led to so far. */
export class TargetHistory {
	state: TargetState;
	derived: Derived = { consumers: [], streams: [], expectations: [] };
	#plan: TargetPlan;
	#derivePlan: DerivePlan;
	#carried: Carried | undefined;
	readonly #history: History;
	readonly #limiter: SeriesLimiter;
	readonly #shard: Shard | undefined;

	constructor(
		plan: TargetPlan,
		promises: Promises,
		limiter: SeriesLimiter,
		shard: Shard | undefined,
	) {
		const intervalSeconds = plan.poll.intervalMs / 1000;
		this.#plan = plan;
		this.#shard = shard;
		this.#derivePlan = derivePlan(plan, promises, shard);
		this.#limiter = limiter;
		this.#history = new History(intervalSeconds);
		this.state = initialState(plan.name, plan.platform, intervalSeconds, shard?.index);
	}

	get plan(): TargetPlan {
		return this.#plan;
	}

	/** Goes on with a plan that reads the same, perhaps under other promises. */
	follow(plan: TargetPlan, promises: Promises): void {
		this.#plan = plan;
		this.#derivePlan = derivePlan(plan, promises, this.#shard);
	}

	/**
	 * @param requests - all that were ever sent, by operation
	 * @returns what the records said that were derived, those that a limit left out among them
	 */
	async poll(outcome: Outcome, requests: ReadonlyMap<string, number>): Promise<TargetValues> {
		this.state = afterPoll(this.state, outcome, requests);
		return await inTurns(this.#take(outcome));
	}

	/** @returns the same as {@link poll} */
	*#take({ reading, startedAtMs }: Outcome): Generator<void, TargetValues> {
		const { name, platform, keepFailedMs, seriesLimits } = this.#plan;
		this.#carried = yield* carryInSteps(this.#carried, reading, startedAtMs, keepFailedMs);
		const derived = yield* deriveInSteps(this.#history, this.#carried, this.#derivePlan);
		const counts = yield* countSeries(platform.name, derived);
		this.derived = yield* this.#limiter.limit(name, derived, counts, seriesLimits);
		return counts.values;
	}
}

/** What the configuration promises of groups, whatever the target. */
type Promises = Pick<Config, 'objectives' | 'expected'>;

/** Of the groups that are expected, each has one shard to look for it. */
function derivePlan(
	{ name, platform, poll }: TargetPlan,
	{ objectives, expected }: Promises,
	shard: Shard | undefined,
): DerivePlan {
	const intervalSeconds = poll.intervalMs / 1000;
	const origin = { target: name, platform: platform.name, intervalSeconds };
	const share = shareOf(shard, name);
	const own = expected.filter(({ stream, consumerGroup }) =>
		share.owns(platform.groupKey(stream, consumerGroup)),
	);
	return planOf(origin, objectives, own);
}
