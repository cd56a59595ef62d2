import { AgeMemory } from './ages/memory.ts';
import { type ConsumerEntry, settledSequence } from './reading/consumer.ts';
import type { StreamLog } from './reading/streams.ts';

/** What a target remembers of its consumers from one poll to the next. */
export class Remembered {
	readonly ages = new AgeMemory();
	#settled = new Map<string, number>();

	/** Up to where a consumer had nothing left to read at the last look. */
	settledBefore(stream: string, consumer: string, entry: ConsumerEntry): number | undefined {
		return this.#settled.get(settledKey(stream, consumer, entry));
	}

	/** Replaces what was remembered; `undefined` for a consumer keeps what is known of it. */
	settle(
		consumers: readonly {
			readonly stream: string;
			readonly consumer: string;
			readonly entry: ConsumerEntry;
			readonly log: StreamLog;
			readonly oldestUnread: number | undefined;
		}[],
	): void {
		const before = this.#settled;
		this.#settled = new Map();
		for (const { stream, consumer, entry, log, oldestUnread } of consumers) {
			const key = settledKey(stream, consumer, entry);
			const sequence = settledSequence(entry, log, oldestUnread) ?? before.get(key);
			if (sequence !== undefined) this.#settled.set(key, sequence);
		}
	}
}

/** Names hold no white space. A consumer that was made anew begins anew. */
function settledKey(stream: string, consumer: string, { created }: ConsumerEntry): string {
	return `${stream} ${consumer} ${created}`;
}
