import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../test/random.ts';
import type { Control } from './control.ts';

/** What applications do on one broker. */
export interface Work {
	/**
	 * Something at random, with streams and groups that are made and deleted. Their names come from a pool
	 * that is gone through within minutes: what is gone is remembered for an hour, so that ever new names
	 * would be ever more memory until then.
	 */
	churn(): Promise<unknown>;
	/** A group of its own, which churn leaves alone. */
	readonly control: Control;
	/** Produces so much for the control group. */
	produce(count: number): Promise<void>;
	/** Reads so much as the control group. */
	consume(count: number): Promise<void>;
	close(): Promise<void>;
}

/** What was done, and what could not be done because of a fault. */
export interface Deeds {
	done: number;
	failed: number;
}

/** Churns until the signal fires. */
export async function churnOn(
	work: Work,
	chance: Chance,
	pauseMs: number,
	signal: AbortSignal,
): Promise<Deeds> {
	const deeds = { done: 0, failed: 0 };
	while (!signal.aborted) {
		try {
			await work.churn();
			deeds.done += 1;
		} catch {
			// The broker hangs, is down, or what was chosen is gone since.
			deeds.failed += 1;
		}
		await sleep(chance.between(1, 2 * pauseMs));
	}
	return deeds;
}

/** Changes the lag of a control group. */
export async function moveControl(work: Work, chance: Chance): Promise<void> {
	const count = chance.between(1, 9);
	const isReading = work.control.lag >= count && chance.below(2) === 0;
	if (isReading) await work.control.change(-count, () => work.consume(count));
	else await work.control.change(count, () => work.produce(count));
}
