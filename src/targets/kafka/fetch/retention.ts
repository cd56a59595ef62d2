import type { Problem } from '../../../model.ts';
import { errorCode, nameOfCode, problemOfCode } from '../error-codes.ts';
import { addTo } from '../lists.ts';
import { fewOf } from '../problems.ts';
import { nameOf } from '../protocol/metadata.ts';
import type { Answers } from './answers.ts';

/** The settings of a topic that tell how long its messages are kept. */
export const configNames = ['cleanup.policy', 'retention.ms'] as const;

/** Settings change seldom. */
const ageMs = 5 * 60_000;

/** How long topics keep their messages, as last told. */
export class Retention {
	#topics = new Map<string, { readonly seconds?: number; readonly askedAtMs: number }>();
	/** What was told of refusals, which would else be told at every poll. */
	#told = new Set<number>();

	/** The topics of which it is not known, or not any more. */
	due(topics: readonly string[], nowMs: number): readonly string[] {
		const due: string[] = [];
		for (const topic of topics) {
			const known = this.#topics.get(topic);
			if (known === undefined || nowMs - known.askedAtMs > ageMs) due.push(topic);
		}
		return due;
	}

	/** Seconds. Absent: for ever, as a compacted topic does, or not told. */
	seconds(topic: string): number | undefined {
		return this.#topics.get(topic)?.seconds;
	}

	/**
	 * Takes note of answers, and forgets topics that are gone.
	 *
	 * @returns what was refused, each kind of refusal once: nothing of importance is lost, so that
	 * it shall not make every poll a partial one
	 */
	learn(
		{ configs, metadata }: Pick<Answers, 'configs' | 'metadata'>,
		nowMs: number,
	): readonly Problem[] {
		const refused = new Map<number, string[]>();
		for (const leg of configs) {
			// Who did not answer is asked again; what was known holds so long.
			if ('error' in leg) continue;
			for (const topic of leg.asked) this.#topics.set(topic, { askedAtMs: nowMs });
			for (const { topic, errorCode: code, configs: settings } of leg.answer) {
				const seconds = code === errorCode.none ? secondsOf(settings) : undefined;
				this.#topics.set(topic, {
					...(seconds !== undefined && { seconds }),
					askedAtMs: nowMs,
				});
				// A topic that was deleted meanwhile is no refusal.
				if (code === errorCode.none || code === errorCode.unknownTopicOrPartition) continue;
				addTo(refused, code, topic);
			}
		}
		if (configs.length > 0) {
			const present = new Set(metadata.topics.map(nameOf));
			for (const topic of this.#topics.keys()) if (!present.has(topic)) this.#topics.delete(topic);
		}
		const news = [...refused].filter(([code]) => !this.#told.has(code));
		for (const [code] of news) this.#told.add(code);
		return news.map(([code, topics]) => ({
			code: problemOfCode(code),
			operation: 'describe_configs',
			message: `the retention of ${topics.length} topics is not told (${fewOf(topics)}): ${nameOfCode(code)}; with DESCRIBE_CONFIGS on topics it would be; told once`,
		}));
	}
}

/** Only the policy `delete` deletes by age; a compacted topic keeps the latest of every key. */
function secondsOf(settings: ReadonlyMap<string, string | null>): number | undefined {
	const policies = (settings.get('cleanup.policy') ?? '').split(',').map((policy) => policy.trim());
	const ms = Number(settings.get('retention.ms') ?? Number.NaN);
	// -1: for ever.
	return policies.includes('delete') && ms >= 0 ? ms / 1000 : undefined;
}
