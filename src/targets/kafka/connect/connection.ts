import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import Connection, { type ConnectionLogger } from 'kafkajs/src/network/connection.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import type { Address } from '../../../options/address.ts';
import { apiVersions } from '../protocol/api-versions.ts';
import { Frames } from '../protocol/frames.ts';
import { MalformedAnswerError } from '../protocol/reader.ts';
import { commonVersion, type Request, type Versions } from '../protocol/request.ts';
import {
	ConnectionLostError,
	NoTlsError,
	RequestTimeoutError,
	ThrottledError,
	UnsupportedRequestError,
} from './connection-errors.ts';
import { type Decoded, exchangeOf } from './exchange.ts';
import type { Login } from './login.ts';
import { Turns } from './turns.ts';

/** What all connections of a target have in common. */
export interface ConnectionSettings {
	readonly clientId: string;
	/** Null: without TLS. */
	readonly tls: ConnectionOptions | null;
	/** Null: nobody asks who we are. */
	readonly sasl: Login | null;
	/** Of connecting, and of each request, in milliseconds. */
	readonly timeoutMs: number;
	/** Of a whole poll, in milliseconds: a session must last so long. */
	readonly pollTimeoutMs: number;
}

/**
 * One connection to one broker, for as long as its socket lives: a new socket is a new object, with
 * versions of its own.
 *
 * This file is the seam over kafkajs 2.2.4: its sockets, SASL and TLS are used, below its
 * Admin API, which asks one coordinator per group and fails as a whole. What is worked around:
 * - its queue wakes for ever to look for requests that wait, and ten times a second for time-outs:
 *   requests wait here instead, and each has one timer from when it is sent;
 * - SASL and ApiVersions wait without a time-out: the whole of connecting has one here;
 * - a hung connection would stay "connected": a time-out ends it;
 * - a length field is believed, up to 2 GB and below 0: framing is done here.
 */
export class BrokerConnection {
	readonly #connection: Connection;
	readonly #settings: ConnectionSettings;
	#versions: Versions = new Map();
	/** Whether someone has accepted the connection, Kafka or not. */
	#isReached = false;
	#lost: Error | undefined;
	readonly #waiting = new Set<(error: Error) => void>();
	readonly #turns = new Turns();
	/** Of requests under way: brokers answer in turn, so that each answer begins the time of the next. */
	readonly #timers = new Set<NodeJS.Timeout>();
	/** Settles when the socket is gone. */
	readonly gone: Promise<void>;
	#socketGone: () => void = () => {};

	private constructor(address: Address, settings: ConnectionSettings) {
		this.#settings = settings;
		this.gone = new Promise((resolve) => {
			this.#socketGone = resolve;
		});
		this.#connection = new Connection({
			...address,
			clientId: settings.clientId,
			ssl: settings.tls,
			sasl: settings.sasl,
			socketFactory: (options) => this.#watch(makeSocket(options)),
			logger: silent,
			connectionTimeout: settings.timeoutMs,
			requestTimeout: settings.timeoutMs,
			enforceRequestTimeout: false,
			// Not while other requests are under way: the broker closes the connection then.
			reauthenticationThreshold: 0,
		});
		// Nothing waits in kafkajs' own queue.
		this.#connection.requestQueue.scheduleCheckPendingRequests = () => {};
		this.#frame();
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
			opened.#isReached
				? 'it accepts the connection and says nothing: it hangs, or is no Kafka listener'
				: 'nothing answers at this address: check host, port and firewalls';
		try {
			await opened.#bounded(silence, opened.#establish(), signal);
			return opened;
		} catch (error) {
			opened.close(error as Error);
			throw error;
		}
	}

	get isOpen(): boolean {
		return this.#lost === undefined && this.#connection.isConnected();
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
				return await this.#bounded(
					() => `no answer to ${request.operation}`,
					work,
					signal,
					this.#timers,
				);
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
		const { authenticatedAt, sessionLifetime } = this.#connection;
		const lifeMs = Number(sessionLifetime);
		if (!this.isOpen || authenticatedAt === null || lifeMs === 0) return;
		const [seconds, nanoseconds] = process.hrtime(authenticatedAt);
		const ageMs = seconds * 1000 + nanoseconds / 1e6;
		if (lifeMs - ageMs > this.#settings.pollTimeoutMs) return;
		// Brokers refuse to be logged in to twice within a second.
		if (ageMs < Math.max(lifeMs / 2, leastSessionAgeMs)) return;
		this.#connection.authenticatedAt = null;
		try {
			await this.#bounded(
				() => 'no answer to logging in again',
				this.#connection.authenticate(),
				signal,
			);
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
		this.#connection.rejectRequests(cause);
		this.#connection.requestQueue.destroy();
		this.#connection.socket?.destroy();
		// Only brings kafkajs' own state in order: nothing is pending any more.
		this.#connection.disconnect().catch(() => {});
	}

	async #establish(): Promise<void> {
		await this.#connection.connect();
		const { errorCode, versions } = await this.#exchange(apiVersions, undefined, 0);
		if (errorCode !== 0) throw new MalformedAnswerError(`ApiVersions answers error ${errorCode}`);
		this.#versions = versions;
		this.#connection.setVersions(
			Object.fromEntries(
				[...versions].map(([key, [minVersion, maxVersion]]) => [key, { minVersion, maxVersion }]),
			),
		);
		// Since Kafka 1.0 (KIP-152); what came before sends no frames while it authenticates.
		this.#connection.setSupportAuthenticationProtocol(true);
		await this.#connection.authenticate();
	}

	async #exchange<Arguments, Answer>(
		request: Request<Arguments, Answer>,
		args: Arguments,
		version: number,
	): Promise<Answer> {
		const exchange = exchangeOf(request, args, version);
		const { throttleMs, answer } = (await this.#connection.send(exchange)) as Decoded<Answer>;
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

	/** Tells how the socket ends before kafkajs makes something of it that says less. */
	#watch(socket: Socket): Socket {
		let isSecure = this.#settings.tls === null;
		socket.once('connect', () => {
			this.#isReached = true;
		});
		socket.once('secureConnect', () => {
			isSecure = true;
		});
		const lost = (message: string) =>
			isSecure ? new ConnectionLostError(message) : new NoTlsError(message);
		socket.once('error', (error: NodeJS.ErrnoException) => {
			const { code = '' } = error;
			const isBroken = brokenCodes.has(code) || (this.#isReached && pathCodes.has(code));
			this.close(isBroken ? lost(`the connection broke (${code})`) : error);
		});
		const ended = () => this.close(lost('the broker closed the connection'));
		socket.once('end', ended);
		socket.once('close', () => {
			this.#socketGone();
			ended();
		});
		return socket;
	}

	/** kafkajs believes any length, and throws where nobody catches it when one is negative. */
	#frame(): void {
		const frames = new Frames();
		this.#connection.processData = (data) => {
			try {
				for (const frame of frames.push(data)) {
					for (const timer of this.#timers) timer.refresh();
					const payload = frame.subarray(4);
					const correlationId = frame.readInt32BE(0);
					this.#connection.requestQueue.fulfillRequest({
						size: frame.length,
						correlationId,
						payload,
					});
				}
			} catch (error) {
				this.close(error as Error);
			}
		};
	}
}

const leastSessionAgeMs = 1100;

/** What the system says when the other side breaks a connection. */
const brokenCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

/** What it says when the way to the other side breaks, or when there is none. */
const pathCodes: ReadonlySet<string> = new Set([
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENETDOWN',
]);

const makeSocket = socketFactory();

/** kafkajs logs what is reported as problems here. */
const silent: ConnectionLogger = {
	namespace: () => silent,
	debug() {},
	info() {},
	warn() {},
	error() {},
};
