import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import Connection, {
	type ConnectionLogger,
	type SendArguments,
} from 'kafkajs/src/network/connection.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import type { Address } from '../../../options/address.ts';
import { Frames } from '../protocol/frames.ts';
import type { Versions } from '../protocol/request.ts';
import { ConnectionLostError, NoTlsError } from './connection-errors.ts';
import type { Login } from './login.ts';

/** How a broker is connected to. */
export interface WireSettings {
	readonly clientId: string;
	/** Null: without TLS. */
	readonly tls: ConnectionOptions | null;
	/** Null: nobody asks who we are. */
	readonly sasl: Login | null;
	/** Of connecting, in milliseconds. */
	readonly timeoutMs: number;
}

/** Who is told what happens on a wire. */
export interface WireListener {
	/** A whole answer has come. */
	answered(): void;
	/** The socket has ended, or what comes over it is nonsense: the wire is of no use any more. */
	ended(cause: Error): void;
}

/**
 * kafkajs' connection to one broker, for as long as its socket lives: the seam over kafkajs 2.2.4, of
 * which the sockets, SASL and TLS are used, below its Admin API, which asks one coordinator per group
 * and fails as a whole. What is worked around:
 * - its queue wakes for ever to look for requests that wait, and ten times a second for time-outs:
 *   nothing may wait in it, and who sends sets a time of its own;
 * - a length field is believed, up to 2 GB and below 0: framing is done here;
 * - how a socket ended is told in words that say less than the system's.
 */
export class Wire {
	readonly #connection: Connection;
	readonly #listener: WireListener;
	#isReached = false;
	/** Settles when the socket is gone. */
	readonly gone: Promise<void>;
	#socketGone: () => void = () => {};

	constructor(address: Address, settings: WireSettings, listener: WireListener) {
		this.#listener = listener;
		this.gone = new Promise((resolve) => {
			this.#socketGone = resolve;
		});
		this.#connection = new Connection({
			...address,
			clientId: settings.clientId,
			ssl: settings.tls,
			sasl: settings.sasl,
			socketFactory: (options) => this.#watch(makeSocket(options), settings.tls === null),
			logger: silent,
			connectionTimeout: settings.timeoutMs,
			requestTimeout: settings.timeoutMs,
			enforceRequestTimeout: false,
			// Not while other requests are under way: the broker closes the connection then.
			reauthenticationThreshold: 0,
		});
		this.#connection.requestQueue.scheduleCheckPendingRequests = () => {};
		this.#frame();
	}

	/** Whether someone has accepted the connection, Kafka or not. */
	get isReached(): boolean {
		return this.#isReached;
	}

	get isConnected(): boolean {
		return this.#connection.isConnected();
	}

	/** The session that was logged in to, in milliseconds; none without a login, or without an end. */
	get session(): { readonly ageMs: number; readonly lifeMs: number } | undefined {
		const { authenticatedAt, sessionLifetime } = this.#connection;
		const lifeMs = Number(sessionLifetime);
		if (authenticatedAt === null || lifeMs === 0) return undefined;
		const [seconds, nanoseconds] = process.hrtime(authenticatedAt);
		return { ageMs: seconds * 1000 + nanoseconds / 1e6, lifeMs };
	}

	/** Connects, with TLS where that is set. */
	async connect(): Promise<void> {
		await this.#connection.connect();
	}

	/** Logs in, also where that was done before; nothing without `sasl`. */
	async authenticate(versions: Versions): Promise<void> {
		this.#connection.setVersions(
			Object.fromEntries(
				[...versions].map(([key, [minVersion, maxVersion]]) => [key, { minVersion, maxVersion }]),
			),
		);
		// Since Kafka 1.0 (KIP-152); what came before sends no frames while it authenticates.
		this.#connection.setSupportAuthenticationProtocol(true);
		this.#connection.authenticatedAt = null;
		await this.#connection.authenticate();
	}

	/** Sends a request at once, and gives its answer as decoded; waits for ever. */
	async send(exchange: SendArguments): Promise<unknown> {
		return await this.#connection.send(exchange);
	}

	/** Ends the socket at once; what waits for an answer is rejected. */
	cut(cause: Error): void {
		this.#connection.rejectRequests(cause);
		this.#connection.requestQueue.destroy();
		this.#connection.socket?.destroy();
		// Only brings kafkajs' own state in order: nothing is pending any more.
		this.#connection.disconnect().catch(() => {});
	}

	/** Tells how the socket ends before kafkajs makes something of it that says less. */
	#watch(socket: Socket, isPlain: boolean): Socket {
		let isSecure = isPlain;
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
			this.#listener.ended(isBroken ? lost(`the connection broke (${code})`) : error);
		});
		const ended = () => this.#listener.ended(lost('the broker closed the connection'));
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
					this.#listener.answered();
					const payload = frame.subarray(4);
					const correlationId = frame.readInt32BE(0);
					this.#connection.requestQueue.fulfillRequest({
						size: frame.length,
						correlationId,
						payload,
					});
				}
			} catch (error) {
				this.#listener.ended(error as Error);
			}
		};
	}
}

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
