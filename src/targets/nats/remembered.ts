import { type Aged, AgeMemory } from './ages/memory.ts';
import { ByConsumer } from './by-consumer.ts';
import { settledSequence } from './reading/consumer.ts';
import type { ConsumerEntry } from './reading/entry.ts';

/** What a target remembers of its consumers from one poll to the next. */
export class Remembered {
	readonly ages = new AgeMemory();
	#settled = new ByConsumer<Settled>();

	/**
	 * Up to where a consumer had nothing left to read at the last look. One that was set back since
	 * has it all to read again (ADR-60), and so has one that was made anew.
	 */
	settledBefore(stream: string, consumer: string, entry: ConsumerEntry): number | undefined {
		const settled = this.#settled.get(stream, consumer);
		if (settled?.createdMs !== entry.createdMs) return undefined;
		return entry.delivered < settled.delivered ? undefined : settled.sequence;
	}

	/**
	 * Replaces what was remembered; what is not told of a consumer keeps what is known of it. Yields
	 * wherever it may be interrupted.
	 *
	 * @param oldestUnread - its sequence
	 */
	*settle(
		consumers: readonly Aged[],
		oldestUnread: (consumer: Aged) => number | undefined,
	): Generator<void, void> {
		const settled = new ByConsumer<Settled>();
		for (const one of consumers) {
			yield;
			const { stream, consumer, entry, log } = one;
			const sequence =
				settledSequence(entry, log, oldestUnread(one)) ??
				this.settledBefore(stream, consumer, entry);
			if (sequence === undefined) continue;
			const { createdMs, delivered } = entry;
			settled.set(stream, consumer, { createdMs, sequence, delivered });
		}
		this.#settled = settled;
	}
}

/** Stream sequences: up to where nothing was left to read, and up to where all was delivered. */
interface Settled {
	/** When the consumer was made, in milliseconds since 1970. */
	readonly createdMs: number;
	readonly sequence: number;
	readonly delivered: number;
}
