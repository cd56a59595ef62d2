import { createConnection, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { z } from 'zod';
import type { Address } from '../../../options/address.ts';
import { ended, Failure } from '../failure.ts';

/** A server that is silent for so long is spoken to, for most others wait for the client. */
const silenceMs = 500;

/** Far more than any greeting has. */
const greetingLimitBytes = 64 * 1024;

/** How a connection is encrypted. */
export interface Encryption {
	readonly options: ConnectionOptions;
	/** The server begins with the handshake, and greets after it. */
	readonly handshakeFirst: boolean;
}

/** The part of a NATS server's greeting that is read. */
const info = z.object({
	version: z.string().regex(/^\d+\.\d+/),
	server_id: z.string().optional(),
	/** The same as the id, unless the server's configuration gives it one. */
	server_name: z.string().optional(),
	max_payload: z.number(),
	tls_required: z.boolean().default(false),
	tls_available: z.boolean().default(false),
	/** The server's JetStream domain. */
	domain: z.string().optional(),
});

export type Greeting = z.output<typeof info>;

/** A socket over which a NATS server has greeted, and nothing was said to it yet. */
export interface Opened {
	/** Encrypted where it should be; paused. */
	readonly socket: Socket;
	readonly greeting: Greeting;
	/** The greeting as it came. */
	readonly line: Uint8Array;
}

/**
 * Opens a socket to a server, waits for its greeting and encrypts the connection where that is
 * configured, or the server requires it. The client library would wait in silence for the greeting
 * of an HTTP or Redis server, and leave the socket open when it gives up (nats 2.29.3,
 * `NodeTransport._closed` returns early).
 *
 * @throws {@link Failure}; the socket is closed then
 */
export async function openSocket(
	{ host, port }: Address,
	encryption: Encryption | undefined,
	signal: AbortSignal,
): Promise<Opened> {
	let socket = createConnection({ host, port, noDelay: true });
	try {
		await step(socket, signal, 'no connection', unreachable, (done) =>
			socket.once('connect', done),
		);
		if (encryption?.handshakeFirst) socket = await encrypted(socket, host, encryption, signal);
		const { line, greeting } = await greetingOf(socket, signal);
		if (!encryption?.handshakeFirst && (encryption || greeting.tls_required)) {
			if (!greeting.tls_required && !greeting.tls_available) {
				throw new Failure('tls_failed', 'the server has no TLS; remove tls, or turn it on there');
			}
			socket = await encrypted(socket, host, encryption, signal);
		}
		return { socket, greeting, line };
	} catch (error) {
		await closed(socket);
		throw error;
	}
}

/** Closes a socket at once and waits until it is closed. */
export function closed(socket: Socket): Promise<void> {
	return new Promise((resolve) => {
		if (socket.closed) resolve();
		socket.once('close', () => resolve());
		socket.on('error', () => {});
		socket.destroy();
	});
}

/** Waits for something to happen on a socket, or for its end. */
function step<Result = void>(
	socket: Socket,
	signal: AbortSignal,
	whatIsMissing: string,
	failed: (why: string, cause?: unknown) => Failure,
	begin: (done: (result: Result) => void, fail: (failure: Failure) => void) => void,
): Promise<Result> {
	return new Promise<Result>((resolve, reject) => {
		const abort = () => reject(ended(signal, whatIsMissing));
		const error = (cause: Error) => reject(failed(reasonOf(cause), cause));
		const close = () => reject(failed('it hangs up without a greeting'));
		socket.on('error', error).on('close', close);
		signal.addEventListener('abort', abort);
		const settle = () => {
			socket.off('error', error).off('close', close);
			signal.removeEventListener('abort', abort);
		};
		if (signal.aborted) abort();
		begin(
			(result) => {
				settle();
				resolve(result);
			},
			(failure) => {
				settle();
				reject(failure);
			},
		);
	});
}

async function encrypted(
	plain: Socket,
	host: string,
	encryption: Encryption | undefined,
	signal: AbortSignal,
): Promise<Socket> {
	const serverName = isIP(host) === 0 ? { servername: host } : {};
	const socket = connectTls({ ...serverName, host, ...encryption?.options, socket: plain });
	try {
		await step(socket, signal, 'no end of the TLS handshake', tlsFailed, (done) => {
			socket.once('secureConnect', done);
		});
	} catch (error) {
		await closed(socket);
		throw error;
	}
	return socket;
}

async function greetingOf(
	socket: Socket,
	signal: AbortSignal,
): Promise<{ readonly line: Uint8Array; readonly greeting: Greeting }> {
	let spoken = false;
	const silence = setTimeout(() => {
		spoken = true;
		// Legal for NATS, and other servers answer it or hang up.
		socket.write('PING\r\n');
	}, silenceMs);
	let received = Buffer.alloc(0);
	let data = (_part: Buffer) => {};
	// A load balancer whose servers are gone hangs up too, at once.
	const hungUp = (why: string, cause?: unknown) =>
		spoken ? foreign('it hangs up', cause) : unreachable(why, cause);
	try {
		return await step(socket, signal, 'no greeting', hungUp, (done, fail) => {
			data = (part) => {
				clearTimeout(silence);
				received = Buffer.concat([received, part]);
				try {
					const greeting = parseGreeting(received);
					if (greeting) done({ line: received, greeting });
				} catch (error) {
					fail(error as Failure);
				}
			};
			socket.on('data', data);
		});
	} finally {
		clearTimeout(silence);
		socket.off('data', data);
		socket.pause();
	}
}

/**
 * What an incomplete or complete first line says; nothing yet when it may still become a greeting.
 *
 * @throws {@link Failure} when it never will
 */
function parseGreeting(received: Buffer): Greeting | undefined {
	const text = received.toString();
	if (!'INFO '.startsWith(text.slice(0, 5).toUpperCase())) throw foreign('it answers otherwise');
	const end = text.indexOf('\r\n');
	if (end < 0) {
		if (received.length > greetingLimitBytes) throw foreign('its greeting never ends');
		return undefined;
	}
	try {
		return info.parse(JSON.parse(text.slice(5, end)));
	} catch (error) {
		throw foreign('its greeting cannot be read', error);
	}
}

function foreign(what: string, cause?: unknown): Failure {
	return new Failure(
		'protocol_error',
		`this is no NATS server, or one that wants TLS first: ${what}; is this the port for clients (4222 by default)?`,
		{ cause },
	);
}

function unreachable(why: string, cause?: unknown): Failure {
	return new Failure(
		'unreachable',
		`cannot connect: ${why}; is the server running, and the address right?`,
		{ cause },
	);
}

function tlsFailed(why: string, cause?: unknown): Failure {
	return new Failure('tls_failed', `no TLS connection: ${why}; check tls`, { cause });
}

/** A happy-eyeballs error has no message of its own, only those of its attempts. */
function reasonOf(error: Error): string {
	if (error.message !== '') return error.message;
	const parts = error instanceof AggregateError ? error.errors : [];
	return parts.map((part) => (part instanceof Error ? part.message : String(part))).join(', ');
}
