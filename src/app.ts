import type { Logger } from 'pino';
import type { Config, TargetPlan } from './config/plan.ts';
import { derive } from './derive/derive.ts';
import { History } from './derive/history.ts';
import { type DerivePlan, planOf } from './derive/plan.ts';
import type { Publisher } from './metrics/publisher.ts';
import type { Carried, Derived, TargetState } from './model.ts';
import { carry } from './poll/carry.ts';
import type { Outcome } from './poll/outcome.ts';
import { Poller } from './poll/poller.ts';
import { ProblemLog } from './poll/problem-log.ts';
import { afterPoll, initialState } from './poll/target-state.ts';

/** Polls every target on its own schedule and publishes what each poll led to. */
export class App {
	readonly #pollers: readonly Poller[];
	readonly #untried: Set<string>;

	constructor({ targets }: Config, publisher: Publisher, log: Logger) {
		this.#untried = new Set(targets.map(({ name }) => name));
		this.#pollers = targets.map((plan) => {
			const targetLog = log.child({ target: plan.name });
			const target = plan.platform.connect(plan.options, targetLog, plan.poll.timeoutMs);
			const history = new TargetHistory(plan);
			const problemLog = new ProblemLog(targetLog);
			publisher.publish(history.state, history.derived);
			return new Poller(target, plan.poll, (outcome) => {
				history.poll(outcome, target.requests);
				problemLog.poll(outcome);
				publisher.publish(history.state, history.derived);
				this.#untried.delete(plan.name);
			});
		});
	}

	start(): void {
		for (const poller of this.#pollers) poller.start();
	}

	/** Whether every target was tried once. */
	get ready(): boolean {
		return this.#untried.size === 0;
	}

	/** Ends all polling and closes every connection. */
	async stop(): Promise<void> {
		await Promise.all(this.#pollers.map((poller) => poller.stop()));
	}
}

/** What the polls of one target have led to so far. */
export class TargetHistory {
	state: TargetState;
	derived: Derived = { consumers: [], streams: [], expectations: [] };
	#carried: Carried | undefined;
	readonly #plan: TargetPlan;
	readonly #history: History;
	readonly #derivePlan: DerivePlan;

	constructor(plan: TargetPlan) {
		this.#plan = plan;
		const intervalSeconds = plan.poll.intervalMs / 1000;
		this.state = initialState(plan.name, plan.platform, intervalSeconds);
		this.#history = new History(intervalSeconds);
		const origin = { target: plan.name, platform: plan.platform.name, intervalSeconds };
		this.#derivePlan = planOf(origin);
	}

	/** @param requests - all that the target has sent since it was made */
	poll(outcome: Outcome, requests: ReadonlyMap<string, number>): void {
		const { keepFailedMs } = this.#plan;
		this.state = afterPoll(this.state, outcome, requests);
		this.#carried = carry(this.#carried, outcome.reading, outcome.startedAtMs, keepFailedMs);
		this.derived = derive(this.#history, this.#carried, this.#derivePlan);
	}
}
