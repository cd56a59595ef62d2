import { type Aged, AgeMemory } from './ages/memory.ts';
import { type ConsumerEntry, settledSequence } from './reading/consumer.ts';

/** What a target remembers of its consumers from one poll to the next. */
export class Remembered {
	readonly ages = new AgeMemory();
	#settled = new Map<string, Settled>();

	/**
	 * Up to where a consumer had nothing left to read at the last look. One that was set back since
	 * has it all to read again (ADR-60).
	 */
	settledBefore(stream: string, consumer: string, entry: ConsumerEntry): number | undefined {
		const settled = this.#settled.get(settledKey(stream, consumer, entry));
		if (settled === undefined || entry.delivered.stream_seq < settled.delivered) return undefined;
		return settled.sequence;
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
		const settled = new Map<string, Settled>();
		for (const one of consumers) {
			yield;
			const { stream, consumer, entry, log } = one;
			const sequence =
				settledSequence(entry, log, oldestUnread(one)) ??
				this.settledBefore(stream, consumer, entry);
			if (sequence === undefined) continue;
			const delivered = entry.delivered.stream_seq;
			settled.set(settledKey(stream, consumer, entry), { sequence, delivered });
		}
		this.#settled = settled;
	}
}

/** Stream sequences: up to where nothing was left to read, and up to where all was delivered. */
interface Settled {
	readonly sequence: number;
	readonly delivered: number;
}

/** Names hold no white space. A consumer that was made anew begins anew. */
function settledKey(stream: string, consumer: string, { created }: ConsumerEntry): string {
	return `${stream} ${consumer} ${created}`;
}
