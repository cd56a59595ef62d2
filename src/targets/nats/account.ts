import type { Reading } from '../../model.ts';
import { tlsOptions } from '../../options/tls.ts';
import { type TellRequest, told } from '../request-log.ts';
import type { Share } from '../share.ts';
import { type Target, UnreadableError } from '../target.ts';
import type { Trial } from '../trial.ts';
import { Advisories } from './advisories.ts';
import { connect, type Settings } from './connection/connect.ts';
import type { Connection } from './connection/connection.ts';
import { type ConsumerShare, consumerShare } from './consumer-share.ts';
import { diagnose, unreachedTrials } from './diagnosis.ts';
import { ended, Failure, type Operation, operations } from './failure.ts';
import { type Finding, found, problemsOf } from './findings.ts';
import type { NatsOptions } from './options.ts';
import { type Effort, type Means, Poll } from './poll.ts';
import { Remembered } from './remembered.ts';

/** Age requests of one poll, see {@link Effort}. */
const ageRequests = 5000;

/** The streams and consumers that one user sees: those of one account. */
export class Account implements Target {
	readonly #options: NatsOptions;
	readonly #settings: Settings;
	readonly #effort: Effort;
	readonly #share: ConsumerShare;
	readonly #tell: TellRequest | undefined;
	readonly #requests = new Map<string, number>(operations.map((operation) => [operation, 0]));
	readonly #advisories = new Advisories();
	readonly #remembered = new Remembered();
	#connection: Connection | undefined;
	/** Of the read under way. */
	#ending: AbortController | undefined;
	#closed = false;

	/** @param tell - absent: nobody wants to hear how requests went */
	constructor(options: NatsOptions, pollTimeoutMs: number, share: Share, tell?: TellRequest) {
		this.#options = options;
		this.#share = consumerShare(share);
		this.#tell = tell;
		const tls = tlsOptions(options.tls);
		this.#settings = {
			login: options,
			...(tls && { encryption: { options: tls, handshakeFirst: options.tls_first } }),
			inboxPrefix: options.inbox_prefix,
			// A hung server then costs a third of a poll, and another one gets its turn.
			connectTimeoutMs: Math.ceil(pollTimeoutMs * 0.35),
		};
		this.#effort = {
			ageRequests,
			ageTimeoutMs: pollTimeoutMs * 0.2,
			// With a server down, each of two listings takes four seconds of ten already.
			singleTimeoutMs: pollTimeoutMs * 0.05,
		};
	}

	get requests(): ReadonlyMap<string, number> {
		return this.#requests;
	}

	read(signal: AbortSignal): Promise<Reading> {
		return this.#during(signal, (means) => new Poll(means, signal).read());
	}

	async diagnose(signal: AbortSignal, tell: (trial: Trial) => void): Promise<readonly string[]> {
		try {
			return await this.#during(signal, (means) => diagnose(means, tell));
		} catch (error) {
			if (!(error instanceof UnreadableError)) throw error;
			for (const trial of unreachedTrials(error.problems)) tell(trial);
			return [];
		}
	}

	/** Does something over the connection that stands, else over a new one. */
	async #during<T>(signal: AbortSignal, work: (means: Means) => Promise<T>): Promise<T> {
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
					return await this.#workOver(kept, ending.signal, work);
				} catch (error) {
					// Its end may become known only now, long after the server went.
					if (kept.open || ending.signal.aborted) throw error;
				}
			}
			this.#connection = await this.#connect(ending.signal);
			return await this.#workOver(this.#connection, ending.signal, work);
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
				const connecting = connect(server, this.#settings, signal);
				const asked = { operation: 'connect', of: server };
				const connection = await told(this.#tell, asked, connecting);
				this.#count('subscribe');
				this.#advisories.listen(connection, this.#options.domain);
				return connection;
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				findings.push(found(error, 'connect', server));
			}
		}
		throw new UnreadableError(problemsOf(findings));
	}

	async #workOver<T>(
		connection: Connection,
		signal: AbortSignal,
		work: (means: Means) => Promise<T>,
	): Promise<T> {
		const answersBefore = connection.answerCount;
		const abort = () => {
			const failure = ended(signal, 'no answer');
			// One that has answered is alive and goes on listening; one that has not may hang, and
			// another server gets its turn.
			if (connection.answerCount > answersBefore) connection.abandon(failure);
			else void connection.close(failure);
		};
		signal.addEventListener('abort', abort);
		if (signal.aborted) abort();
		try {
			return await work({
				connection,
				signal,
				options: this.#options,
				share: this.#share,
				effort: this.#effort,
				count: (operation) => this.#count(operation),
				tell: this.#tell,
				advisories: this.#advisories,
				remembered: this.#remembered,
			});
		} finally {
			signal.removeEventListener('abort', abort);
		}
	}

	#count(operation: Operation): void {
		this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1);
	}
}

function shuffled<T>(items: readonly T[]): T[] {
	const keyed = items.map((item) => ({ item, key: Math.random() }));
	return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
