import type { Problem } from '../../model.ts';
import { addressText } from '../../options/address.ts';
import { quoted } from '../../options/quoted.ts';
import { type Code, codeOfError } from './codes.ts';
import type { ConnectionError, Endpoint } from './connect/connection.ts';
import { lostWithout, type Operation } from './protocol/commands.ts';
import { ErrorReply } from './protocol/reply.ts';

/** What can be done about it, after what happened. */
const advice: Readonly<Partial<Record<Code, string>>> = {
	auth_failed: 'set username and password',
	loading: 'the server is starting; this ends by itself',
	busy: 'a script holds the server, see SCRIPT KILL',
	wrong_node: 'the server is a node of a cluster: set cluster instead of url',
	cluster_down: 'see CLUSTER INFO',
};

/**
 * An error that the server answered with.
 *
 * @param names - the streams or groups it was answered for, as shown; none where it concerns neither
 */
export function errorProblem(
	endpoint: Endpoint,
	operation: Operation,
	text: string,
	names: readonly string[] = [],
): Problem {
	const code = codeOfError(text);
	return {
		code,
		operation,
		...subjectOf(names),
		message: `${server(endpoint)} refused ${words(operation)}${of(names)}: ${withAdvice(code, safe(endpoint, text), operation)}`,
	};
}

/** A stream that the configuration names and that is not there, or is none. */
export function namedStreamProblem(
	endpoint: Endpoint,
	code: 'stream_missing' | 'not_a_stream',
	name: string,
): Problem {
	const what =
		code === 'stream_missing'
			? `the stream ${quoted(name)} does not exist`
			: `the key ${quoted(name)} holds no stream`;
	return {
		code,
		operation: 'xinfo_groups',
		subject: name,
		message: `${what} on ${server(endpoint)}; streams.include names it: are name and database right?`,
	};
}

/** A key that cannot be told, for its series would be those of a logical stream. */
export function takenNameProblem(name: string): Problem {
	return {
		code: 'name_taken',
		operation: 'xinfo_groups',
		subject: name,
		message: `the key ${quoted(name)} has the name of a logical stream and is not told: change the expression in partitioned, or leave the key out by streams.exclude`,
	};
}

/** An answer that cannot be read. */
export function malformedProblem(
	endpoint: Endpoint,
	operation: Operation,
	what: string,
	names: readonly string[] = [],
): Problem {
	return {
		code: 'protocol_error',
		operation,
		...subjectOf(names),
		message: `${server(endpoint)} answered ${words(operation)}${of(names)} with ${what}`,
	};
}

/** A server that was to be a master and is none. */
export function replicaProblem(endpoint: Endpoint): Problem {
	return {
		code: 'not_master',
		operation: 'info',
		message: `${server(endpoint)} is a replica, and only a master knows what groups read; a fail-over may be under way`,
	};
}

/** A sentinel that does not know the master. */
export function unknownMasterProblem(endpoint: Endpoint, name: string): Problem {
	return {
		code: 'master_unknown',
		operation: 'sentinel',
		subject: name,
		message: `the sentinel at ${addressText(endpoint)} knows no master ${quoted(name)}: is sentinel.name right?`,
	};
}

/** Slots that no master holds. */
export function uncoveredProblem(endpoint: Endpoint, slots: number): Problem {
	return {
		code: 'cluster_down',
		operation: 'cluster',
		message: `${slots} of the slots of the cluster of ${server(endpoint)} are held by no master: streams there cannot be read; see CLUSTER NODES`,
	};
}

/** A connection that could not be made, or that ended. */
export function connectionProblem(endpoint: Endpoint, error: ConnectionError): Problem {
	const { operation, reason } = error;
	const name = server(endpoint);
	const problem = (code: Code, message: string) => ({ code, operation, message });
	if (reason instanceof ErrorReply) return refusedLogin(endpoint, operation, reason.message);
	const network = 'code' in reason ? String(reason.code) : 'ECONNRESET';
	if (endpoint.tls !== undefined && operation === 'connect' && isTls(network)) {
		return problem(
			'tls_failed',
			`no TLS with ${name}: ${safe(endpoint, reason.message)}; check the port, tls.ca_file, tls.server_name and the certificates`,
		);
	}
	if (reason.message.startsWith('Unknown RESP type')) {
		return problem(
			'protocol_error',
			`${name} does not speak the Redis protocol; is the port right, and one without TLS?`,
		);
	}
	if (operation !== 'connect') {
		return problem('connection_lost', `${name} closed the connection during ${words(operation)}`);
	}
	if (network === 'ECONNRESET' || network === 'EPIPE') {
		return problem(
			'connection_lost',
			`${name} closed the connection before it answered; is it a Redis server, on a port ${endpoint.tls ? 'with' : 'without'} TLS?`,
		);
	}
	return problem(
		'unreachable',
		`cannot connect to ${name}: ${networkWords[network] ?? network}; is the server running, ${endpoint.tls ? 'the address right, and the port one with TLS' : 'and the address right'}?`,
	);
}

/** The poll's deadline came first. */
export function timeoutProblem(endpoint: Endpoint, operation: Operation): Problem {
	const what = operation === 'connect' ? 'did not accept us' : `did not answer ${words(operation)}`;
	return {
		code: 'timeout',
		operation,
		message: `${server(endpoint)} ${what} within the poll's deadline; is it hung or overloaded, or poll.timeout too short?`,
	};
}

function refusedLogin(endpoint: Endpoint, operation: Operation, text: string): Problem {
	const code = codeOfError(text);
	const why =
		code === 'auth_failed'
			? 'wrong password, or no such user, or a disabled one; check username and password'
			: withAdvice(code, safe(endpoint, text), operation);
	return {
		code,
		operation,
		message: `${server(endpoint)} refused the user ${quoted(endpoint.username ?? 'default')}: ${why}`,
	};
}

const networkWords: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused',
	EHOSTUNREACH: 'no route to the host',
	ENETUNREACH: 'no route to the network',
	ENOTFOUND: 'no such host',
	EAI_AGAIN: 'the host name cannot be looked up now',
	ETIMEDOUT: 'no answer',
};

/** Whether an error of the connection came from TLS: OpenSSL's, or of checking the certificate. */
function isTls(code: string): boolean {
	return /^ERR_(SSL|TLS)_|^EPROTO$|CERT|SIGNATURE|ISSUER/.test(code);
}

function server({ host, port }: Endpoint): string {
	return `redis at ${addressText({ host, port })}`;
}

/** A command as people write it: `XINFO STREAM` for `xinfo_stream`. */
export function words(operation: Operation): string {
	return operation.toUpperCase().replace('XINFO_', 'XINFO ');
}

function withAdvice(code: Code, text: string, operation: Operation): string {
	if (code === 'not_authorized') {
		return `${text}; allow the user the command and the keys (ACL SETUSER), or do without ${lostWithout[operation]}`;
	}
	return advice[code] === undefined ? text : `${text}; ${advice[code]}`;
}

/** A server's error without what was sent to it: it repeats the arguments of unknown commands. */
export function safe({ password }: Endpoint, text: string): string {
	const own = text.replace(/,? with args beginning with.*/s, '').replace(/\.$/, '');
	return password === undefined ? own : own.replaceAll(password.reveal(), '<secret>');
}

function subjectOf([name, ...others]: readonly string[]): { readonly subject?: string } {
	return name === undefined || others.length > 0 ? {} : { subject: name };
}

/** Names few of many. */
function of(names: readonly string[]): string {
	if (names.length === 0) return '';
	const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
	return ` of ${names.slice(0, 3).map(quoted).join(', ')}${more}`;
}
