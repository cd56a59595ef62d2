import type { Problem } from '../../model.ts';
import { AbandonedError, BrokerError } from './client.ts';
import {
	ConnectionLostError,
	RequestTimeoutError,
	ThrottledError,
	UnsupportedRequestError,
} from './connection.ts';
import type { KafkaProblem } from './error-codes.ts';
import { TokenRefusedError } from './login.ts';
import { MalformedAnswerError } from './protocol/reader.ts';
import { TokenError } from './token-endpoint.ts';

/** What is wrong with a broker that could not be asked, in words. */
export function brokerProblem({ broker, operation, cause }: BrokerError): Problem {
	const { code, words } = explain(cause, operation);
	return { code, operation, subject: broker, message: `${broker}: ${words}` };
}

/**
 * What is wrong when nothing at all was answered.
 *
 * @param error - what the cluster's connections throws
 * @throws every other error
 */
export function problemsOf(error: unknown): readonly Problem[] {
	if (error instanceof AbandonedError) {
		const { broker, operation, message } = error;
		return [
			{
				code: 'timeout',
				operation,
				subject: broker,
				message: `${broker} had not answered ${operation} when the read was ended: ${message}`,
			},
		];
	}
	if (error instanceof BrokerError) return [brokerProblem(error)];
	if (error instanceof AggregateError) return error.errors.flatMap(problemsOf);
	throw error;
}

function explain(
	cause: Error,
	operation: string,
): { readonly code: KafkaProblem; readonly words: string } {
	if (cause instanceof RequestTimeoutError) return { code: 'timeout', words: cause.message };
	if (cause instanceof ThrottledError) {
		return { code: 'throttled', words: `${cause.message}; raise its quota, or the poll interval` };
	}
	if (cause instanceof UnsupportedRequestError) {
		return { code: 'unsupported', words: `${cause.message}; Kafka 2.8 or newer is needed` };
	}
	if (cause instanceof MalformedAnswerError) {
		return {
			code: 'protocol_error',
			words: `${cause.message}; is this a Kafka listener? If it speaks TLS, set tls`,
		};
	}
	if (cause instanceof ConnectionLostError || cause.name === 'KafkaJSConnectionClosedError') {
		return operation === 'connect'
			? {
					code: 'protocol_error',
					words:
						'it closes new connections without an answer; is this a Kafka listener, with the security protocol that is configured?',
				}
			: { code: 'connection_lost', words: lostDuring(operation) };
	}
	if (isAuthentication(cause)) {
		return {
			code: 'auth_failed',
			words: `${cause.message}; check sasl.mechanism, sasl.username and sasl.password`,
		};
	}
	if (cause instanceof TokenError || cause instanceof TokenRefusedError) {
		return {
			code: 'auth_failed',
			words: `${cause.message}; check sasl.token_url, sasl.client_id, sasl.client_secret and sasl.scope`,
		};
	}
	if ('code' in cause && isTls(String(cause.code))) {
		return {
			code: 'tls_failed',
			words: `TLS fails: ${cause.message}; check tls.ca_file, tls.server_name, tls.cert_file and that the listener speaks TLS`,
		};
	}
	return { code: 'unreachable', words: `cannot be reached: ${cause.message}` };
}

/** A listener that wants SASL answers ApiVersions to anyone, and hangs up at the next request. */
function lostDuring(operation: string): string {
	const hint = operation === 'metadata' ? '; if it wants SASL, set sasl' : '';
	return `it closed the connection during ${operation}${hint}`;
}

/** kafkajs tells these apart by name and type only. */
function isAuthentication(error: Error): boolean {
	const type = 'type' in error ? String(error.type) : '';
	return error.name === 'KafkaJSSASLAuthenticationError' || type.includes('SASL');
}

/** Codes of OpenSSL, of Node's TLS, and of certificates that were not accepted. */
function isTls(code: string): boolean {
	return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO_|HOSTNAME_|EPROTO)/.test(code);
}

/** Names few of many: `orders (0, 1, 2, 3, 4 and 7 more)`. */
export function fewOf(names: readonly (string | number)[]): string {
	const shown = names.slice(0, 5).join(', ');
	return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
