import type { PlainReading } from '../../model.ts';
import { passes } from '../../options/pattern.ts';
import { inTurns, turn } from '../../steps.ts';
import { displayText } from '../name.ts';
import { type TellRequest, told } from '../request-log.ts';
import { UnreadableError } from '../target.ts';
import type { Advisories } from './advisories.ts';
import type { Aged } from './ages/memory.ts';
import { lookUp } from './ages/message-times.ts';
import type { Answer, Connection } from './connection/connection.ts';
import type { ConsumerShare } from './consumer-share.ts';
import { ended, Failure, type Operation } from './failure.ts';
import { type Finding, found, problemsOf } from './findings.ts';
import { mapSome } from './map-some.ts';
import type { NatsOptions } from './options.ts';
import { parseAnswer } from './reading/api-answer.ts';
import type { Ages } from './reading/consumer.ts';
import { type ConsumersListed, pickConsumers } from './reading/consumers.ts';
import { ephemeralGroup } from './reading/ephemeral.ts';
import { type Listing, listAll, withFound } from './reading/listing.ts';
import { type Listed, parsePage } from './reading/page.ts';
import { readAnswers, streamNotFound } from './reading/read.ts';
import { readStreams, type StreamsRead } from './reading/streams.ts';
import type { Remembered } from './remembered.ts';
import { Subjects } from './subjects.ts';

/** Streams that are worked on at a time. */
const streamsAtATime = 16;

/** Streams and consumers that a listing misses and that are asked for singly, in one poll. */
const singleRequests = 64;

/** The server's number for a consumer that does not exist. */
export const consumerNotFound = 10014;

/** How much one poll may ask for. */
export interface Effort {
	/** Messages that are looked up for their age at most. */
	readonly ageRequests: number;
	/** Of a request for one message: its stream's leader may be gone, and nobody says so. */
	readonly ageTimeoutMs: number;
	/** Of a request about one stream or consumer that a listing missed, after four seconds or more. */
	readonly singleTimeoutMs: number;
}

/** What one poll needs. */
export interface Means {
	readonly connection: Connection;
	/** Ends the poll: what was not read until then is not read. */
	readonly signal: AbortSignal;
	readonly options: NatsOptions;
	readonly share: ConsumerShare;
	readonly effort: Effort;
	readonly count: (operation: Operation) => void;
	readonly tell: TellRequest | undefined;
	readonly advisories: Advisories;
	readonly remembered: Remembered;
}

/** One look at everything, over a connection that stands. */
export class Poll {
	readonly #means: Means;
	readonly #deadline: AbortSignal;
	readonly #subjects: Subjects;
	readonly #findings: Finding[] = [];
	#singleRequests = singleRequests;

	/** @param deadline - the signal that the target was given for this poll: whoever gave it asks whether it is at work */
	constructor(means: Means, deadline: AbortSignal) {
		this.#means = means;
		this.#deadline = deadline;
		this.#subjects = new Subjects(means.options.domain);
	}

	/** @throws {@link UnreadableError} when not even the streams could be listed */
	async read(): Promise<PlainReading> {
		const { connection, advisories, remembered } = this.#means;
		const counted = advisories.known();
		const streams = await this.#listStreams();
		const { consumers, gone } = await this.#listConsumers(streams);
		const aged = await this.#inTurns(this.#aged(consumers, streams));
		const ages = await this.#ages(aged);
		const steps = readAnswers({
			version: connection.server.version,
			streams,
			consumers,
			gone,
			findings: [...this.#findings, ...advisories.findings()],
			share: this.#means.share,
			beside: (stream, { name, entry }, log) => ({
				log,
				ages: ages(stream, name),
				exhaustedCount: advisories.countOf(stream, name),
				settledBefore: remembered.settledBefore(stream, name, entry),
			}),
		});
		const reading = await this.#inTurns(steps);
		const oldestUnread = (one: Aged) => ages(one.stream, one.consumer).oldestUnread;
		await this.#inTurns(remembered.settle(aged, oldestUnread));
		if (counted.length > 0 && reading.complete && reading.unread.length === 0) {
			advisories.forget(counted, namesOf(consumers));
		}
		return reading;
	}

	/** The consumers that were listed, with the streams that they read. */
	*#aged(
		consumers: readonly ConsumersListed[],
		{ streams }: StreamsRead,
	): Generator<void, readonly Aged[]> {
		const all: Aged[] = [];
		for (const { stream, durable, ephemeral, ephemeralUnread } of consumers) {
			const log = streams.get(stream)?.log;
			if (log === undefined) continue;
			for (const { name, entry } of ephemeralUnread ? durable : [...durable, ...ephemeral]) {
				yield;
				const givenUp = this.#means.advisories.givenUp(stream, name, entry.floor);
				all.push({ stream, consumer: name, log, entry, givenUp });
			}
		}
		return all;
	}

	async #listStreams(): Promise<StreamsRead> {
		const { streamList } = this.#subjects;
		const listing = await this.#list('streams', streamList);
		if (listing.failure && listing.entries.size === 0 && listing.missing.size === 0) {
			throw new UnreadableError(
				problemsOf([found(listing.failure, 'stream_list', streamList), ...this.#findings]),
			);
		}
		const { streams: scope } = this.#means.options;
		const missing = [...listing.missing].filter((name) => passes(scope, displayText(name)));
		const whole = await this.#askSingly(listing, missing, 'stream_info', (name) =>
			this.#subjects.streamInfo(name),
		);
		return await this.#inTurns(readStreams(whole, streamList, scope, Date.now()));
	}

	async #listConsumers(
		streams: StreamsRead,
	): Promise<{ consumers: ConsumersListed[]; gone: ReadonlySet<string> }> {
		const { groups: scope, ephemeral } = this.#means.options;
		const { share } = this.#means;
		const listed = new Map<string, ConsumersListed>();
		const gone = new Set<string>();
		await mapSome(streams.streams.keys(), streamsAtATime, async (stream) => {
			const subject = this.#subjects.consumerList(stream);
			const listing = await this.#list('consumers', subject);
			if (listing.failure?.apiErrorCode === streamNotFound) {
				gone.add(stream);
				return;
			}
			const shown = displayText(stream);
			const owns = (consumer: string) => share.ownsConsumer(shown, consumer);
			const missing = [...listing.missing].filter(
				// Whether it is an ephemeral one is not known.
				(name) =>
					passes(scope, displayText(name)) && (owns(displayText(name)) || owns(ephemeralGroup)),
			);
			const whole = await this.#askSingly(listing, missing, 'consumer_info', (name) =>
				this.#subjects.consumerInfo(stream, name),
			);
			const steps = pickConsumers(stream, whole, subject, { scope, ephemeral, owns });
			listed.set(stream, await this.#inTurns(steps));
		});
		// From poll to poll in the same order, whoever answers first.
		const consumers = [...streams.streams.keys()].flatMap((name) => listed.get(name) ?? []);
		return { consumers, gone };
	}

	/** The ages of consumers, as far as they may be asked for and are told. */
	async #ages(aged: readonly Aged[]): Promise<(stream: string, consumer: string) => Ages> {
		const { options, effort, remembered } = this.#means;
		if (options.time_lag === 'none') return () => ({});
		const { questions, skipped } = await this.#inTurns(
			remembered.ages.plan(aged, effort.ageRequests),
		);
		const logs = new Map<string, Aged['log']>();
		for (const { stream, log } of aged) logs.set(stream, log);
		await mapSome(questions, streamsAtATime, async ([name, asked]) => {
			const log = logs.get(name);
			if (log === undefined) return;
			const failed = await lookUp(
				(operation, subject, body) => this.#ask(operation, subject, body, effort.ageTimeoutMs),
				this.#subjects,
				{ name, allowsDirectGets: log.allowsDirectGets },
				asked,
				(question, found) => remembered.ages.learn({ stream: name, log }, question, found),
			);
			if (failed) this.#findings.push(found(failed.failure, failed.operation, failed.subject));
		});
		if (skipped > 0) {
			this.#findings.push({
				code: 'ages_skipped',
				operation: 'direct_get',
				subject: `${skipped} consumers`,
				reason: `their ages stay as they were: one poll reads ${effort.ageRequests} messages at most; set time_lag to none, or narrow groups`,
			});
		}
		return await this.#inTurns(remembered.ages.ages(aged, Date.now()));
	}

	#list(listed: Listed, subject: string): Promise<Listing> {
		const operation = listed === 'streams' ? 'stream_list' : 'consumer_list';
		return listAll(async (offset) => {
			const { data } = await this.#ask(operation, subject, JSON.stringify({ offset }));
			// Answers come together, and each takes a while to read.
			await turn();
			return parsePage(data, listed);
		});
	}

	/**
	 * What a listing misses is asked for by name: in a cluster a page waits four seconds for all
	 * leaders and then goes without those that were late.
	 */
	async #askSingly(
		listing: Listing,
		missing: readonly string[],
		operation: 'stream_info' | 'consumer_info',
		subjectOf: (name: string) => string,
	): Promise<Listing> {
		const { singleTimeoutMs } = this.#means.effort;
		const asked = missing.slice(0, this.#singleRequests);
		this.#singleRequests -= asked.length;
		const told = new Map<string, unknown>();
		await mapSome(asked, asked.length, async (name) => {
			try {
				const { data } = await this.#ask(operation, subjectOf(name), '', singleTimeoutMs);
				told.set(name, parseAnswer(data));
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				const gone = [streamNotFound, consumerNotFound] as (number | undefined)[];
				if (gone.includes(error.apiErrorCode)) told.set(name, undefined);
				else if (error.code === 'not_authorized') {
					this.#findings.push(found(error, operation, subjectOf(name)));
				}
			}
		});
		return withFound(listing, told);
	}

	/** The answers are there: at the poll's deadline they are read to the end, and not thrown away. */
	#inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
		return inTurns(steps, this.#deadline);
	}

	#ask(operation: Operation, subject: string, body: string, timeoutMs?: number): Promise<Answer> {
		return ask(this.#means, operation, subject, body, timeoutMs);
	}
}

/** The durable consumers of each stream. */
function namesOf(listed: readonly ConsumersListed[]): ReadonlyMap<string, readonly string[]> {
	const ofStreams = new Map<string, readonly string[]>();
	for (const { stream, durable } of listed) {
		const names: string[] = [];
		for (const { name } of durable) names.push(name);
		ofStreams.set(stream, names);
	}
	return ofStreams;
}

/**
 * Sends a request, counts it and tells how it went.
 *
 * @throws {@link Failure}
 */
export async function ask(
	{ connection, signal, count, tell }: Pick<Means, 'connection' | 'signal' | 'count' | 'tell'>,
	operation: Operation,
	subject: string,
	body: string,
	timeoutMs?: number,
): Promise<Answer> {
	if (signal.aborted) throw ended(signal, 'no answer');
	if (connection.open) count(operation);
	const asked = { operation, of: connection.address, subject };
	return await told(tell, asked, connection.ask(subject, body, timeoutMs));
}
