import { createConnection } from 'node:net';
import { z } from 'zod';
import type { Address } from '../../../options/address.ts';
import { ended, Failure } from '../failure.ts';

/** A server that is silent for so long is spoken to, for most others wait for the client. */
const silenceMs = 500;

/** Far more than any greeting has. */
const greetingLimitBytes = 64 * 1024;

/** The part of a NATS server's greeting that the client library cannot do without. */
const info = z.object({ version: z.string().regex(/^\d+\.\d+/), max_payload: z.number() });

/**
 * Looks whether a NATS server greets at an address, over a connection of its own, closed again.
 * The client library would wait in silence for the greeting of an HTTP or Redis server, and would
 * report a server that hangs up as one that refused.
 *
 * @throws {@link Failure} `unreachable`, or `protocol_error` when something else listens there
 */
export function expectGreeting({ host, port }: Address, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = createConnection({ host, port });
		let greeting = '';
		let verdict: 'greeted' | Failure | undefined;
		let silence: NodeJS.Timeout | undefined;
		let spoken = false;
		const decide = (one: 'greeted' | Failure) => {
			verdict ??= one;
			socket.destroy();
		};
		const abort = () => {
			decide(ended(signal, socket.connecting ? 'no connection' : 'no greeting'));
		};

		socket.setEncoding('utf8');
		socket.on('connect', () => {
			silence = setTimeout(() => {
				if (greeting !== '') return;
				spoken = true;
				// Legal for NATS, and other servers answer it or hang up.
				socket.write('PING\r\n');
			}, silenceMs);
		});
		socket.on('data', (part: string) => {
			greeting += part;
			const told = judge(greeting);
			if (told) decide(told);
		});
		socket.on('error', (error) => {
			decide(spoken ? foreign('it hangs up', error) : unreachable(reasonOf(error), error));
		});
		socket.on('close', () => {
			clearTimeout(silence);
			signal.removeEventListener('abort', abort);
			// A load balancer whose servers are gone hangs up too, at once.
			verdict ??= spoken ? foreign('it hangs up') : unreachable('it hangs up without a greeting');
			if (verdict === 'greeted') resolve();
			else reject(verdict);
		});
		signal.addEventListener('abort', abort);
		if (signal.aborted) abort();
	});
}

/** What an incomplete or complete first line says; nothing yet when it may still become a greeting. */
function judge(greeting: string): 'greeted' | Failure | undefined {
	const mayBecome = 'INFO '.startsWith(greeting.slice(0, 5).toUpperCase());
	if (!mayBecome) return foreign('it answers otherwise');
	const end = greeting.indexOf('\r\n');
	if (end < 0) {
		return greeting.length > greetingLimitBytes ? foreign('its greeting never ends') : undefined;
	}
	try {
		info.parse(JSON.parse(greeting.slice(5, end)));
		return 'greeted';
	} catch (error) {
		return foreign('its greeting cannot be read', error);
	}
}

function foreign(what: string, cause?: unknown): Failure {
	return new Failure(
		'protocol_error',
		`this is no NATS server: ${what}; is this the port for clients (4222 by default)?`,
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

/** A happy-eyeballs error has no message of its own, only those of its attempts. */
function reasonOf(error: Error): string {
	if (error.message !== '') return error.message;
	const parts = error instanceof AggregateError ? error.errors : [];
	return parts.map((part) => (part instanceof Error ? part.message : String(part))).join(', ');
}
