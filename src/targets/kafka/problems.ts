import type { Problem } from '../../model.ts';
import { AbandonedError, BrokerError, type Listener } from './connect/broker-error.ts';
import {
	ConnectionLostError,
	NoTlsError,
	RequestTimeoutError,
	ThrottledError,
	UnsupportedRequestError,
} from './connect/connection-errors.ts';
import { TokenRefusedError } from './connect/login.ts';
import { isTlsCode, networkWords } from './connect/network-words.ts';
import { TokenError } from './connect/token-endpoint.ts';
import type { KafkaProblem } from './error-codes.ts';
import { MalformedAnswerError } from './protocol/reader.ts';

interface Explanation {
	readonly code: KafkaProblem;
	readonly words: string;
}

/** What is wrong with a broker that could not be asked, in words. */
export function brokerProblem({ broker, operation, cause, listener }: BrokerError): Problem {
	const { code, words } = explain(cause, operation, listener);
	const isPathInDoubt = operation === 'connect' && pathCodes.has(code);
	const hint = listener.advertised && isPathInDoubt ? advertisedHint : '';
	return { code, operation, subject: broker, message: `${broker}: ${words}${hint}` };
}

/**
 * What is wrong when nothing at all was answered.
 *
 * @param error - what the cluster's connections throw
 * @throws every other error
 */
export function problemsOf(error: unknown): readonly Problem[] {
	if (error instanceof BrokerError) return [brokerProblem(error)];
	if (error instanceof AggregateError) return error.errors.flatMap(problemsOf);
	throw error;
}

/** Problems that an address has which is right for others, and not from here. */
const pathCodes: ReadonlySet<KafkaProblem> = new Set(['unreachable', 'timeout', 'connection_lost']);

const advertisedHint =
	'; the cluster itself names this address (advertised.listeners of that broker), so it must be reachable from here, not only the configured one';

function explain(cause: Error, operation: string, listener: Listener): Explanation {
	if (cause instanceof AbandonedError) {
		return {
			code: 'timeout',
			words: `it had not answered ${operation} when the read was ended: ${cause.message}`,
		};
	}
	if (cause instanceof RequestTimeoutError) return { code: 'timeout', words: cause.message };
	if (cause instanceof ThrottledError) {
		return { code: 'throttled', words: `${cause.message}; raise its quota, or the poll interval` };
	}
	if (cause instanceof UnsupportedRequestError) {
		const controller = operation === 'metadata' ? ', and a broker, not a controller' : '';
		return {
			code: 'unsupported',
			words: `${cause.message}; Kafka 2.8 or newer is needed${controller}`,
		};
	}
	if (cause instanceof MalformedAnswerError) {
		return {
			code: 'protocol_error',
			words: `${cause.message}; is this a Kafka listener?${listener.tls ? '' : ' If it speaks TLS, set tls'}`,
		};
	}
	if (cause instanceof NoTlsError) {
		return {
			code: 'tls_failed',
			words: `it does not answer with TLS: ${cause.message}; if the listener speaks none, leave out tls`,
		};
	}
	if (cause instanceof ConnectionLostError) {
		return {
			code: 'connection_lost',
			words: `${cause.message} during ${operation}${lostHint(operation, listener)}`,
		};
	}
	return explainLogin(cause) ?? explainSocket(cause);
}

/** A listener that wants SASL answers ApiVersions to anyone, and hangs up at the next request. */
function lostHint(operation: string, { tls, sasl }: Listener): string {
	if (operation === 'metadata' && !sasl) return '; if the listener wants SASL, set sasl';
	if (operation !== 'connect') return '';
	const settings = [...(tls ? [] : ['tls']), sasl ? 'sasl' : 'no sasl'].join(' and ');
	return `; is this a Kafka listener, and is ${settings} right for it?`;
}

/** kafkajs tells these apart by name and type only. */
function explainLogin(cause: Error): Explanation | undefined {
	if (cause instanceof TokenError || cause instanceof TokenRefusedError) {
		return {
			code: 'auth_failed',
			words: `${cause.message}; check sasl.token_url, sasl.client_id, sasl.client_secret and sasl.scope`,
		};
	}
	const type = 'type' in cause ? String(cause.type) : '';
	if (type === 'ILLEGAL_SASL_STATE') {
		return {
			code: 'auth_failed',
			words: 'this listener takes no SASL login: leave out sasl, or use a listener that has it',
		};
	}
	if (cause.name === 'KafkaJSSASLAuthenticationError' || type.includes('SASL')) {
		return {
			code: 'auth_failed',
			words: `${cause.message}; check sasl.mechanism, sasl.username and sasl.password`,
		};
	}
	return undefined;
}

function explainSocket(cause: Error): Explanation {
	const code = 'code' in cause ? String(cause.code) : '';
	if (isTlsCode(code)) {
		return { code: 'tls_failed', words: tlsWords(cause, code) };
	}
	return {
		code: 'unreachable',
		words: networkWords(code) ?? `cannot be reached: ${cause.message}`,
	};
}

function tlsWords(cause: Error, code: string): string {
	// OpenSSL's message is full of its own functions and files.
	const why = 'reason' in cause ? String(cause.reason) : cause.message;
	return code.includes('_ALERT_')
		? `the broker refuses TLS as it is offered (${why}): it accepts no such certificate, or wants one; check tls.cert_file and tls.key_file, and whom the broker trusts`
		: `TLS fails: ${why}; check tls.ca_file, tls.server_name, tls.cert_file and that the listener speaks TLS`;
}

/** Names few of many: `orders (0, 1, 2, 3, 4 and 7 more)`. */
export function fewOf(names: readonly (string | number)[]): string {
	const shown = names.slice(0, 5).join(', ');
	return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
