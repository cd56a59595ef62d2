import { ByConsumer } from '../by-consumer.ts';
import type { Ages } from '../reading/consumer.ts';
import type { ConsumerEntry } from '../reading/entry.ts';
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
	readonly givenUp?: GivenUp | undefined;
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
	#asked = new ByConsumer<Asked>();
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
		const askedBefore = this.#asked;
		this.#answers = new Map();
		this.#skipped = new Set();
		this.#asked = new ByConsumer();
		const toAsk = new Map<string, Map<string, Question>>();
		let left = budget;
		for (const consumer of this.#inTurn(consumers)) {
			yield;
			const { log, stream } = consumer;
			const asked = askedOf(consumer, askedBefore.get(stream, consumer.consumer));
			this.#asked.set(stream, consumer.consumer, asked);
			for (const { key, question } of asked.all) {
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
		return (stream, consumer) => ages.get(stream, consumer) ?? noAges;
	}

	#agesOf(consumer: Aged, nowMs: number): Ages {
		const asked = askedOf(consumer, this.#asked.get(consumer.stream, consumer.consumer));
		const { all, undeliveredCount } = asked;
		const undelivered = this.#lookedUp(all, 0, undeliveredCount);
		const unacknowledged = this.#lookedUp(all, undeliveredCount, all.length);
		return agesOf(consumer.entry, undelivered, unacknowledged, nowMs);
	}

	/** Empty where one was not looked up: its filter may be that of the oldest message. */
	#lookedUp(questions: readonly Keyed[], from: number, to: number): readonly LookedUp[] {
		if (from === to) return noneLookedUp;
		const looked: LookedUp[] = [];
		for (let at = from; at < to; at++) {
			const { key, question } = questions[at] as Keyed;
			const answer = this.#answers.get(key);
			if (answer === undefined) return noneLookedUp;
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
	/** As it was when these were made, which may be many polls ago. */
	readonly of: Aged;
	/** First those about what was not delivered, then those about what was not acknowledged. */
	readonly all: readonly Keyed[];
	/** How many of them are about what was not delivered. */
	readonly undeliveredCount: number;
}

const noneLookedUp: readonly LookedUp[] = [];

const noAges: Ages = { lagSeconds: undefined, pendingSeconds: undefined, oldestUnread: undefined };

/** @param before - what was to be asked of it last: the same again, where nothing moved that it depends on */
function askedOf(consumer: Aged, before: Asked | undefined): Asked {
	if (before && (before.of === consumer || asksTheSame(before.of, consumer))) return before;
	const { undelivered, unacknowledged } = questionsOf(consumer.entry, consumer.givenUp);
	const all: Keyed[] = [];
	for (const questions of [undelivered, unacknowledged]) {
		for (const question of questions) all.push({ key: questionKey(consumer, question), question });
	}
	return { of: consumer, all, undeliveredCount: undelivered.length };
}

/** Whether {@link questionsOf} and {@link questionKey} say the same of both; those that gave something up are asked anew. */
function asksTheSame(one: Aged, other: Aged): boolean {
	return (
		one.log.created === other.log.created &&
		one.log.deletedCount === other.log.deletedCount &&
		one.givenUp === undefined &&
		other.givenUp === undefined &&
		asksTheSameOf(one.entry, other.entry)
	);
}

function asksTheSameOf(one: ConsumerEntry, other: ConsumerEntry): boolean {
	return (
		one.delivered === other.delivered &&
		one.floor === other.floor &&
		one.undelivered > 0 === other.undelivered > 0 &&
		one.unacknowledged > 0 === other.unacknowledged > 0 &&
		one.acknowledges === other.acknowledges &&
		one.filters.length === other.filters.length &&
		one.filters.every((filter, at) => filter === other.filters[at])
	);
}

/** Neither names nor subjects hold white space. What was deleted in between changes the answer. */
function questionKey(
	{ stream, log }: Pick<Aged, 'stream' | 'log'>,
	{ sequence, filter, except }: Question,
): string {
	const key = `${stream} ${log.created} ${log.deletedCount} ${sequence} ${filter}`;
	return except ? `${key} ${except.consumer} ${[...except.sequences].join()}` : key;
}

/** Names of streams and consumers hold no dots. */
function id({ stream, consumer }: Pick<Aged, 'stream' | 'consumer'>): string {
	return `${stream}.${consumer}`;
}
