import type { Ages, ConsumerEntry } from '../reading/consumer.ts';
import type { StreamLog } from '../reading/streams.ts';
import {
	agesOf,
	type Found,
	type GivenUp,
	type LookedUp,
	type Question,
	type Questions,
	questionsOf,
} from './ages.ts';

/** A consumer whose ages are wanted. */
export interface Aged {
	/** As the server has them. */
	readonly stream: string;
	readonly consumer: string;
	readonly log: StreamLog;
	readonly entry: ConsumerEntry;
	readonly givenUp?: GivenUp;
}

/** What has to be asked in one poll. */
export interface Plan {
	/** By stream; none twice. */
	readonly questions: ReadonlyMap<string, readonly Question[]>;
	/** Consumers for which the budget was too small. They keep the ages they had. */
	readonly skipped: number;
}

/** What became of a question. */
type Answer = Found | 'none';

/**
 * Remembers where and when messages were found, so that nothing is asked while nothing moves, and
 * whose turn it is when there is more to ask than one poll may.
 */
export class AgeMemory {
	#answers = new Map<string, Answer>();
	#ages = new Map<string, Ages>();
	#skipped = new Set<string>();
	/** The consumer with which the next plan begins. */
	#turn: string | undefined;

	/**
	 * Yields wherever it may be interrupted.
	 *
	 * @param budget - how many questions may be asked
	 */
	*plan(consumers: readonly Aged[], budget: number): Generator<void, Plan> {
		const before = this.#answers;
		this.#answers = new Map();
		this.#skipped = new Set();
		const toAsk = new Map<string, Map<string, Question>>();
		let left = budget;
		for (const consumer of this.#inTurn(consumers)) {
			yield;
			const { log, stream } = consumer;
			for (const question of all(questionsOf(consumer.entry, consumer.givenUp))) {
				const key = questionKey(consumer, question);
				if (this.#answers.has(key) || toAsk.get(stream)?.has(key)) continue;
				const known = before.get(key);
				if (known !== undefined && known !== 'none' && known.sequence >= (log.first ?? 0)) {
					this.#answers.set(key, known);
				} else if (left > 0) {
					left -= 1;
					const ofStream = toAsk.get(stream) ?? new Map<string, Question>();
					toAsk.set(stream, ofStream.set(key, question));
				} else {
					this.#skipped.add(id(consumer));
				}
			}
		}
		[this.#turn] = this.#skipped;
		const questions = new Map([...toAsk].map(([stream, asked]) => [stream, [...asked.values()]]));
		return { questions, skipped: this.#skipped.size };
	}

	/** @param found - undefined: there is no such message */
	learn(of: Pick<Aged, 'stream' | 'log'>, question: Question, found: Found | undefined): void {
		this.#answers.set(questionKey(of, question), found ?? 'none');
	}

	/**
	 * The ages of consumers that were planned for, after what was to be learned was learned; yields
	 * wherever it may be interrupted.
	 */
	*ages(
		consumers: readonly Aged[],
		nowMs: number,
	): Generator<void, (stream: string, consumer: string) => Ages> {
		const before = this.#ages;
		this.#ages = new Map();
		for (const consumer of consumers) {
			yield;
			const name = id(consumer);
			const kept = this.#skipped.has(name) ? before.get(name) : undefined;
			this.#ages.set(name, kept ?? this.#agesOf(consumer, nowMs));
		}
		return (stream, consumer) => this.#ages.get(id({ stream, consumer })) ?? {};
	}

	#agesOf(consumer: Aged, nowMs: number): Ages {
		const { entry, givenUp } = consumer;
		const { undelivered, unacknowledged } = questionsOf(entry, givenUp);
		const delivery = this.#lookedUp(consumer, undelivered);
		return agesOf(entry, delivery, this.#lookedUp(consumer, unacknowledged), nowMs);
	}

	/** Empty where one was not looked up: its filter may be that of the oldest message. */
	#lookedUp(consumer: Aged, asked: readonly Question[]): readonly LookedUp[] {
		const looked: LookedUp[] = [];
		for (const question of asked) {
			const answer = this.#answers.get(questionKey(consumer, question));
			if (answer === undefined) return [];
			looked.push({ sequence: question.sequence, found: answer === 'none' ? undefined : answer });
		}
		return looked;
	}

	/** Those first that the last plan had to skip. */
	#inTurn(consumers: readonly Aged[]): readonly Aged[] {
		if (this.#turn === undefined) return consumers;
		const first = consumers.findIndex((consumer) => id(consumer) === this.#turn);
		return first <= 0 ? consumers : [...consumers.slice(first), ...consumers.slice(0, first)];
	}
}

function all({ undelivered, unacknowledged }: Questions): readonly Question[] {
	return [...undelivered, ...unacknowledged];
}

/** Neither names nor subjects hold white space. What was deleted in between changes the answer. */
function questionKey(
	{ stream, log }: Pick<Aged, 'stream' | 'log'>,
	{ sequence, filter, except }: Question,
): string {
	const key = `${stream} ${log.created} ${log.deletedCount} ${sequence} ${filter}`;
	return except ? `${key} ${except.consumer} ${except.sequences.size}` : key;
}

/** Names of streams and consumers hold no dots. */
function id({ stream, consumer }: Pick<Aged, 'stream' | 'consumer'>): string {
	return `${stream}.${consumer}`;
}
