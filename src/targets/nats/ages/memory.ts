import { ByConsumer } from '../by-consumer.ts';
import type { Ages, ConsumerEntry } from '../reading/consumer.ts';
import type { StreamLog } from '../reading/streams.ts';
import {
	agesOf,
	type Found,
	type GivenUp,
	type LookedUp,
	type Question,
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
	#ages = new ByConsumer<Ages>();
	/** What the last plan found to be asked of each consumer. */
	#asked = new Map<Aged, Asked>();
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
		this.#asked = new Map();
		const toAsk = new Map<string, Map<string, Question>>();
		let left = budget;
		for (const consumer of this.#inTurn(consumers)) {
			yield;
			const { log, stream } = consumer;
			const asked = askedOf(consumer);
			this.#asked.set(consumer, asked);
			for (const { key, question } of all(asked)) {
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
		const ages = new ByConsumer<Ages>();
		this.#ages = ages;
		for (const one of consumers) {
			yield;
			const { stream, consumer } = one;
			const isSkipped = this.#skipped.size > 0 && this.#skipped.has(id(one));
			const kept = isSkipped ? before.get(stream, consumer) : undefined;
			ages.set(stream, consumer, kept ?? this.#agesOf(one, nowMs));
		}
		this.#asked.clear();
		return (stream, consumer) => ages.get(stream, consumer) ?? noAges;
	}

	#agesOf(consumer: Aged, nowMs: number): Ages {
		const { undelivered, unacknowledged } = this.#asked.get(consumer) ?? askedOf(consumer);
		const delivery = this.#lookedUp(undelivered);
		return agesOf(consumer.entry, delivery, this.#lookedUp(unacknowledged), nowMs);
	}

	/** Empty where one was not looked up: its filter may be that of the oldest message. */
	#lookedUp(asked: readonly Keyed[]): readonly LookedUp[] {
		const looked: LookedUp[] = [];
		for (const { key, question } of asked) {
			const answer = this.#answers.get(key);
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

/** A question, and the key of its answer. */
interface Keyed {
	readonly key: string;
	readonly question: Question;
}

/** What is to be asked of one consumer. */
interface Asked {
	readonly undelivered: readonly Keyed[];
	readonly unacknowledged: readonly Keyed[];
}

const noAges: Ages = { lagSeconds: undefined, pendingSeconds: undefined, oldestUnread: undefined };

function askedOf(consumer: Aged): Asked {
	const { undelivered, unacknowledged } = questionsOf(consumer.entry, consumer.givenUp);
	return {
		undelivered: keyed(consumer, undelivered),
		unacknowledged: keyed(consumer, unacknowledged),
	};
}

function keyed(consumer: Aged, questions: readonly Question[]): readonly Keyed[] {
	return questions.map((question) => ({ key: questionKey(consumer, question), question }));
}

function all({ undelivered, unacknowledged }: Asked): readonly Keyed[] {
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
