import { type Address, addressText } from '../../../options/address.ts';
import { type TellRequest, told } from '../../request-log.ts';
import { apiVersions } from '../protocol/api-versions.ts';
import { MalformedAnswerError } from '../protocol/reader.ts';
import { commonVersion, type Request, type Versions } from '../protocol/request.ts';
import {
	ConnectionLostError,
	RequestTimeoutError,
	ThrottledError,
	UnsupportedRequestError,
} from './connection-errors.ts';
import { type Decoded, exchangeOf } from './exchange.ts';
import { Turns } from './turns.ts';
import { Wire, type WireSettings } from './wire.ts';

/** What all connections of a target have in common. */
export interface ConnectionSettings extends WireSettings {
	/** Of connecting as a whole, and of each request, in milliseconds. */
	readonly timeoutMs: number;
	/** Of a whole poll, in milliseconds: a session must last so long. */
	readonly pollTimeoutMs: number;
	/** Absent: nobody wants to hear how requests went. */
	readonly tell?: TellRequest | undefined;
}

/**
 * One connection to one broker, for as long as its socket lives: a new socket is a new object, with
 * versions of its own.
 *
 * It knows the time, which kafkajs does not: requests wait here for their turn, and each has one timer
 * from when it is sent; SASL and ApiVersions would wait without a time-out, so the whole of connecting
 * has one; and a time-out ends the connection, which would else stay "connected" while it hangs.
 */
export class BrokerConnection {
	readonly #wire: Wire;
	readonly #settings: ConnectionSettings;
	readonly #address: string;
	#versions: Versions = new Map();
	#lost: Error | undefined;
	readonly #waiting = new Set<(error: Error) => void>();
	readonly #turns = new Turns();
	/** Of requests under way: brokers answer in turn, so that each answer begins the time of the next. */
	readonly #timers = new Set<NodeJS.Timeout>();

	private constructor(address: Address, settings: ConnectionSettings) {
		this.#settings = settings;
		this.#address = addressText(address);
		this.#wire = new Wire(address, settings, {
			answered: () => {
				for (const timer of this.#timers) timer.refresh();
			},
			ended: (cause) => this.close(cause),
		});
	}

	/**
	 * Connects, learns the broker's versions and authenticates.
	 *
	 * @throws the cause when that fails or takes longer than the settings' time; no socket is left
	 */
	static async open(
		address: Address,
		settings: ConnectionSettings,
		signal: AbortSignal,
	): Promise<BrokerConnection> {
		const opened = new BrokerConnection(address, settings);
		const silence = () =>
			opened.#wire.isReached
				? 'it accepts the connection and says nothing: it hangs, or is no Kafka listener'
				: 'nothing answers at this address: check host, port and firewalls';
		try {
			await opened.#told('connect', opened.#bounded(silence, opened.#establish(), signal));
			return opened;
		} catch (error) {
			opened.close(error as Error);
			throw error;
		}
	}

	get isOpen(): boolean {
		return this.#lost === undefined && this.#wire.isConnected;
	}

	/** Settles when the socket is gone. */
	get gone(): Promise<void> {
		return this.#wire.gone;
	}

	/** The version of a request that would be used; none when the broker lacks it. */
	version(request: Pick<Request<never, unknown>, 'key' | 'versions'>): number | undefined {
		return commonVersion(request, this.#versions);
	}

	/**
	 * Sends a request and reads its answer. Several may be under way at a time.
	 *
	 * @throws {@link RequestTimeoutError}, {@link ConnectionLostError}, {@link MalformedAnswerError},
	 * and the connection is closed; {@link UnsupportedRequestError}, {@link ThrottledError}
	 */
	async send<Arguments, Answer>(
		request: Request<Arguments, Answer>,
		args: Arguments,
		signal: AbortSignal,
	): Promise<Answer> {
		const version = this.version(request);
		if (version === undefined) {
			const [lowest, highest] = request.versions;
			throw new UnsupportedRequestError(
				`the broker does not speak ${request.operation} in a version from ${lowest} to ${highest}`,
			);
		}
		try {
			await this.#turns.take();
			try {
				// Whoever was under way gives up its turn first, and is the one to tell what was not answered.
				if (this.#lost) throw this.#lost;
				const { silentMs } = this.#turns;
				if (silentMs > this.#settings.timeoutMs) {
					throw new ThrottledError(
						`the broker throttles this client for ${Math.ceil(silentMs)} ms`,
					);
				}
				await this.#unlessLost(this.#turns.silent(signal), signal);
				const work = this.#exchange(request, args, version);
				const answered = this.#bounded(
					() => `no answer to ${request.operation}`,
					work,
					signal,
					this.#timers,
				);
				return await this.#told(request.operation, answered);
			} finally {
				this.#turns.give();
			}
		} catch (error) {
			if (!(error instanceof ThrottledError)) this.close(error as Error);
			throw error;
		}
	}

	/**
	 * Logs in again where the session would end within the time of a poll (KIP-368). To be called
	 * while nothing is under way.
	 *
	 * @throws as {@link send}, or what the login throws; the connection is closed then
	 */
	async renew(signal: AbortSignal): Promise<void> {
		const { session } = this.#wire;
		if (!this.isOpen || session === undefined) return;
		const { ageMs, lifeMs } = session;
		if (lifeMs - ageMs > this.#settings.pollTimeoutMs) return;
		// Brokers refuse to be logged in to twice within a second.
		if (ageMs < Math.max(lifeMs / 2, leastSessionAgeMs)) return;
		try {
			const renewed = this.#bounded(
				() => 'no answer to logging in again',
				this.#wire.authenticate(this.#versions),
				signal,
			);
			await this.#told('connect', renewed);
		} catch (error) {
			this.close(error as Error);
			throw error;
		}
	}

	/** Closes at once; what waits for an answer is rejected. */
	close(cause: Error = new ConnectionLostError('the connection was closed')): void {
		if (this.#lost) return;
		this.#lost = cause;
		for (const reject of this.#waiting) reject(cause);
		this.#wire.cut(cause);
	}

	#told<T>(operation: string, work: Promise<T>): Promise<T> {
		return told(this.#settings.tell, { operation, of: this.#address }, work);
	}

	async #establish(): Promise<void> {
		await this.#wire.connect();
		const { errorCode, versions } = await this.#exchange(apiVersions, undefined, 0);
		if (errorCode !== 0) throw new MalformedAnswerError(`ApiVersions answers error ${errorCode}`);
		this.#versions = versions;
		await this.#wire.authenticate(versions);
	}

	async #exchange<Arguments, Answer>(
		request: Request<Arguments, Answer>,
		args: Arguments,
		version: number,
	): Promise<Answer> {
		const exchange = exchangeOf(request, args, version);
		const { throttleMs, answer } = (await this.#wire.send(exchange)) as Decoded<Answer>;
		this.#turns.silence(throttleMs);
		return answer;
	}

	/**
	 * Waits for what was sent, but not longer than a request may take.
	 *
	 * @param failure - what to say when it takes longer
	 * @param timers - those that begin anew with each answer
	 */
	async #bounded<T>(
		failure: () => string,
		work: Promise<T>,
		signal: AbortSignal,
		timers?: Set<NodeJS.Timeout>,
	): Promise<T> {
		const { timeoutMs } = this.#settings;
		const timer = setTimeout(() => {
			this.close(new RequestTimeoutError(`${failure()} (${timeoutMs} ms)`));
		}, timeoutMs);
		timers?.add(timer);
		try {
			return await this.#unlessLost(work, signal);
		} finally {
			clearTimeout(timer);
			timers?.delete(timer);
		}
	}

	/** Waits for work, but not after the signal nor when the connection is lost. */
	async #unlessLost<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
		return await new Promise<T>((resolve, reject) => {
			const abort = () => settle(() => reject(signal.reason));
			const lost = (error: Error) => settle(() => reject(error));
			const settle = (how: () => void) => {
				signal.removeEventListener('abort', abort);
				this.#waiting.delete(lost);
				how();
			};
			signal.addEventListener('abort', abort, { once: true });
			this.#waiting.add(lost);
			if (signal.aborted) abort();
			if (this.#lost) lost(this.#lost);
			work.then(
				(value) => settle(() => resolve(value)),
				(error) => settle(() => reject(error)),
			);
		});
	}
}

const leastSessionAgeMs = 1100;
