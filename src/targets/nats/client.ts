import { type NatsConnection, connect as openConnection } from 'nats';
import { parseServerUrl } from '../../options/address.ts';
import type { Secret } from '../../options/secret.ts';
import { connectFailure, requestFailure } from './errors.ts';
import { ended, Failure } from './failure.ts';
import { expectGreeting } from './greeting.ts';
import { OpenedSockets } from './sockets.ts';

/** Keeps what lies between from forgetting a connection that is used once per poll. */
const pingIntervalMs = 15_000;

/** How a connection is made. */
export interface Settings {
	readonly username?: string | undefined;
	readonly password?: Secret | undefined;
	readonly token?: Secret | undefined;
	/** Of one attempt to connect to one server. */
	readonly connectTimeoutMs: number;
	/** Of one request, where no signal ends it before. */
	readonly answerTimeoutMs: number;
}

/**
 * Connects to one server.
 *
 * The library makes each connection once and never again: its own reconnecting goes on for ever
 * behind our back, leaves a socket open for each attempt that a hung server accepts, and retries a
 * wrong password in silence. A connection that has ended is replaced at the next read.
 *
 * @param server - `host:port`
 * @throws {@link Failure}
 */
export async function connect(
	server: string,
	settings: Settings,
	signal: AbortSignal,
): Promise<Connection> {
	const address = parseServerUrl(`nats://${server}`, 'nats');
	if (address?.port === undefined) throw new TypeError(`no address of a server: ${server}`);
	const attempt = new AbortController();
	const { connectTimeoutMs } = settings;
	const timer = setTimeout(() => {
		attempt.abort(new Error(`not within ${connectTimeoutMs / 1000} s`));
	}, connectTimeoutMs);
	const either = AbortSignal.any([signal, attempt.signal]);
	try {
		await expectGreeting({ host: address.host, port: address.port }, either);
		return await logIn(server, settings, either);
	} finally {
		clearTimeout(timer);
	}
}

async function logIn(server: string, settings: Settings, signal: AbortSignal): Promise<Connection> {
	const { username, password, token, connectTimeoutMs, answerTimeoutMs } = settings;
	const sockets = new OpenedSockets();
	const opening = sockets.during(() =>
		openConnection({
			servers: server,
			name: 'stream-lag-exporter',
			reconnect: false,
			ignoreClusterUpdates: true,
			timeout: connectTimeoutMs,
			pingInterval: pingIntervalMs,
			noAsyncTraces: true,
			...(username !== undefined && { user: username }),
			...(password !== undefined && { pass: password.reveal() }),
			...(token !== undefined && { token: token.reveal() }),
		}),
	);
	let abort = () => {};
	const aborted = new Promise<never>((_, reject) => {
		abort = () => reject(ended(signal, 'no answer to the login'));
	});
	signal.addEventListener('abort', abort);
	if (signal.aborted) abort();
	try {
		const opened = await Promise.race([opening, aborted]);
		// The library resolves although the server hung up on the first of several addresses.
		if (opened.isClosed()) throw new Failure('connection_lost', 'the server hung up at the login');
		return new Connection(opened, sockets, answerTimeoutMs);
	} catch (error) {
		await sockets.destroy();
		opening.then(
			(late) => late.close(),
			() => {},
		);
		throw error instanceof Failure ? error : connectFailure(error);
	} finally {
		signal.removeEventListener('abort', abort);
	}
}

/** A connection to one server, as one user of one account. */
export class Connection {
	/** The server's version. */
	readonly version: string | undefined;
	readonly #connection: NatsConnection;
	readonly #sockets: OpenedSockets;
	readonly #answerTimeoutMs: number;
	#closedBecause: Failure | undefined;

	constructor(connection: NatsConnection, sockets: OpenedSockets, answerTimeoutMs: number) {
		this.version = connection.info?.version;
		this.#connection = connection;
		this.#sockets = sockets;
		this.#answerTimeoutMs = answerTimeoutMs;
	}

	/** Whether it can still be asked; once closed it stays so. */
	get open(): boolean {
		return this.#closedBecause === undefined && !this.#connection.isClosed();
	}

	/**
	 * Sends a request and gives the answer's bytes.
	 *
	 * @throws {@link Failure}
	 */
	async ask(subject: string, body: string): Promise<Uint8Array> {
		if (this.#closedBecause) throw this.#closedBecause;
		try {
			const timeout = this.#answerTimeoutMs;
			return (await this.#connection.request(subject, body, { timeout })).data;
		} catch (error) {
			// The library calls a request timed out whose connection has ended.
			if (!this.open) throw this.#closedBecause ?? lost();
			throw requestFailure(error);
		}
	}

	/** Ends the connection at once, and with it every request that waits for an answer. */
	async close(because: Failure): Promise<void> {
		this.#closedBecause ??= because;
		await this.#sockets.destroy();
		await this.#connection.close();
	}
}

function lost(): Failure {
	return new Failure('connection_lost', 'the connection ended before the answer came');
}
