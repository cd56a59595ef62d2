import type { Reading } from '../../model.ts';
import { type Target, UnreadableError } from '../target.ts';
import { type Connection, connect, type Settings } from './client.ts';
import { consumerListSubject } from './consumers.ts';
import { ended, Failure, type Operation, operations } from './failure.ts';
import { type Finding, found, problemsOf } from './findings.ts';
import { type Listing, listAll } from './listing.ts';
import { mapSome } from './map-some.ts';
import type { NatsOptions } from './options.ts';
import { type Listed, parsePage } from './page.ts';
import { readAnswers } from './read.ts';
import { readStreams, streamListSubject } from './streams.ts';

/** Streams whose consumers are listed at a time. */
const streamsAtATime = 16;

/** The streams and consumers that one user sees: those of one account. */
export class Account implements Target {
	readonly #options: NatsOptions;
	readonly #settings: Settings;
	readonly #requests = new Map<string, number>(operations.map((operation) => [operation, 0]));
	#connection: Connection | undefined;
	/** Of the read under way. */
	#ending: AbortController | undefined;
	#closed = false;

	constructor(options: NatsOptions, pollTimeoutMs: number) {
		this.#options = options;
		this.#settings = {
			username: options.username,
			password: options.password ?? options.password_file,
			token: options.token ?? options.token_file,
			// A hung server then costs a third of a poll, and another one gets its turn.
			connectTimeoutMs: Math.ceil(pollTimeoutMs * 0.35),
			answerTimeoutMs: pollTimeoutMs,
		};
	}

	get requests(): ReadonlyMap<string, number> {
		return this.#requests;
	}

	async read(signal: AbortSignal): Promise<Reading> {
		const ending = new AbortController();
		const end = () => ending.abort(signal.reason);
		signal.addEventListener('abort', end);
		if (signal.aborted) end();
		if (this.#closed) ending.abort(new Error('the target is closed'));
		this.#ending = ending;
		try {
			const kept = this.#connection;
			if (kept?.open) {
				try {
					return await this.#readOver(kept, ending.signal);
				} catch (error) {
					// Its end may become known only now, long after the server went.
					if (kept.open || ending.signal.aborted) throw error;
				}
			}
			this.#connection = await this.#connect(ending.signal);
			return await this.#readOver(this.#connection, ending.signal);
		} finally {
			signal.removeEventListener('abort', end);
			this.#ending = undefined;
		}
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#ending?.abort(new Error('the target is closed'));
		await this.#connection?.close(new Failure('connection_lost', 'the target is closed'));
	}

	/** Connects to the first server that lets it, in random order. */
	async #connect(signal: AbortSignal): Promise<Connection> {
		const findings: Finding[] = [];
		for (const server of shuffled(this.#options.servers)) {
			if (signal.aborted) {
				findings.push(found(ended(signal, 'not tried'), 'connect', server));
				continue;
			}
			this.#count('connect');
			try {
				return await connect(server, this.#settings, signal);
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				findings.push(found(error, 'connect', server));
			}
		}
		throw new UnreadableError(problemsOf(findings));
	}

	async #readOver(connection: Connection, signal: AbortSignal): Promise<Reading> {
		// With requests unanswered it is in no known state, so it is not used again.
		const abort = () => connection.close(ended(signal, 'no answer'));
		signal.addEventListener('abort', abort);
		if (signal.aborted) await abort();
		try {
			const listing = await this.#list(connection, 'streams', streamListSubject);
			if (listing.failure && listing.entries.size === 0 && listing.missing.size === 0) {
				const finding = found(listing.failure, 'stream_list', streamListSubject);
				throw new UnreadableError(problemsOf([finding]));
			}
			const streams = readStreams(listing, this.#options.streams, Date.now());
			const names = streams.streams.keys();
			const consumers = await mapSome(names, streamsAtATime, async (stream) => {
				const subject = consumerListSubject(stream);
				return [stream, await this.#list(connection, 'consumers', subject)] as const;
			});
			return readAnswers(connection.version, streams, new Map(consumers), this.#options.groups);
		} finally {
			signal.removeEventListener('abort', abort);
		}
	}

	#list(connection: Connection, listed: Listed, subject: string): Promise<Listing> {
		return listAll(async (offset) => {
			if (connection.open) this.#count(listed === 'streams' ? 'stream_list' : 'consumer_list');
			return parsePage(await connection.ask(subject, JSON.stringify({ offset })), listed);
		});
	}

	#count(operation: Operation): void {
		this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1);
	}
}

function shuffled<T>(items: readonly T[]): T[] {
	const keyed = items.map((item) => ({ item, key: Math.random() }));
	return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
