import type { GroupAnswers } from './answers.ts';

/**
 * How long a topic is read on after a group was last seen to use it: as long as the group itself is
 * remembered, so that the history of its ends has no gap while coordinators do not answer.
 */
const rememberedMs = 60 * 60_000;

/**
 * The topics on which groups have committed, that they share, or of which their members have
 * partitions: with a share of the groups, no others need to be read.
 */
export class UsedTopics {
	readonly #usedAtMs = new Map<string, number>();

	/** Takes note of what coordinators told. */
	learn({ offsets, shareOffsets, descriptions }: GroupAnswers, nowMs: number): void {
		for (const leg of [...offsets, ...shareOffsets]) {
			if ('error' in leg) continue;
			for (const { topics } of leg.answer) {
				for (const { topic } of topics) this.#usedAtMs.set(topic, nowMs);
			}
		}
		for (const leg of descriptions) {
			if ('error' in leg) continue;
			for (const { members } of leg.answer) {
				for (const { topics = [] } of members) {
					for (const topic of topics) this.#usedAtMs.set(topic, nowMs);
				}
			}
		}
		for (const [topic, atMs] of this.#usedAtMs) {
			if (nowMs - atMs > rememberedMs) this.#usedAtMs.delete(topic);
		}
	}

	has(topic: string): boolean {
		return this.#usedAtMs.has(topic);
	}
}
