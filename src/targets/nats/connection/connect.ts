import { NatsConnectionImpl, setTransportFactory } from 'nats/lib/nats-base-client/internal_mod.js';
import { parseServerUrl } from '../../../options/address.ts';
import { ended, Failure } from '../failure.ts';
import { Connection } from './connection.ts';
import { authenticator, type Login } from './credentials.ts';
import { connectFailure } from './errors.ts';
import { closed, type Encryption, type Opened, openSocket } from './opening.ts';
import { type OpenedOptions, OpenedTransport } from './transport.ts';

/** Keeps what lies between from forgetting a connection that is used once per poll. */
const pingIntervalMs = 15_000;

/** How a connection is made. */
export interface Settings {
	/** Its files are read again at each connect. */
	readonly login: Login;
	readonly encryption?: Encryption | undefined;
	/** Answers arrive below it. */
	readonly inboxPrefix: string;
	/** Of one attempt to connect to one server. */
	readonly connectTimeoutMs: number;
}

/**
 * Connects to one server.
 *
 * The library makes each connection once and never again: its own reconnecting goes on for ever
 * behind our back and retries a wrong password in silence. A connection that has ended is replaced at
 * the next read.
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
		const { host, port } = address;
		const opened = await openSocket({ host, port }, settings.encryption, either);
		return await logIn(opened, server, settings, either);
	} finally {
		clearTimeout(timer);
	}
}

async function logIn(
	opened: Opened,
	server: string,
	settings: Settings,
	signal: AbortSignal,
): Promise<Connection> {
	const { login, inboxPrefix, connectTimeoutMs } = settings;
	let abort = () => {};
	const aborted = new Promise<never>((_, reject) => {
		abort = () => reject(ended(signal, 'no answer to the login'));
	});
	signal.addEventListener('abort', abort);
	if (signal.aborted) abort();
	// The library's own `connect` sets a factory too, of transports that open sockets.
	setTransportFactory({ factory: () => new OpenedTransport() });
	try {
		const proof = authenticator(login);
		const options: OpenedOptions = {
			opened,
			name: 'stream-lag-exporter',
			reconnect: false,
			ignoreClusterUpdates: true,
			timeout: connectTimeoutMs,
			pingInterval: pingIntervalMs,
			noAsyncTraces: true,
			...(proof && { authenticator: proof }),
		};
		const client = await Promise.race([NatsConnectionImpl.connect(options), aborted]);
		return new Connection(client, server, opened.greeting, inboxPrefix);
	} catch (error) {
		await closed(opened.socket);
		throw error instanceof Failure ? error : connectFailure(error);
	} finally {
		signal.removeEventListener('abort', abort);
	}
}
