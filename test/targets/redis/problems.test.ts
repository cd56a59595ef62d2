import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../src/options/secret.ts';
import { codeOfError } from '../../../src/targets/redis/codes.ts';
import { ConnectionError } from '../../../src/targets/redis/connect/connection.ts';
import {
	connectionProblem,
	errorProblem,
	timeoutProblem,
} from '../../../src/targets/redis/problems.ts';
import { ErrorReply } from '../../../src/targets/redis/protocol/reply.ts';

const endpoint = {
	host: 'redis',
	port: 6379,
	username: 'lag',
	password: new Secret('hunter2'),
	connectTimeoutMs: 1000,
};

test('errors of the server have codes', () => {
	const cases: readonly (readonly [text: string, code: string])[] = [
		['NOAUTH Authentication required.', 'auth_failed'],
		['WRONGPASS invalid username-password pair or user is disabled.', 'auth_failed'],
		["NOPERM this user has no permissions to run the 'info' command", 'not_authorized'],
		['LOADING Redis is loading the dataset in memory', 'loading'],
		[
			"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
			'master_down',
		],
		[
			'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
			'busy',
		],
		['MOVED 3999 127.0.0.1:6381', 'wrong_node'],
		['CLUSTERDOWN The cluster is down', 'cluster_down'],
		["ERR The user executing the script can't run this command or subcommand", 'not_authorized'],
		[
			"ERR ACL failure in script: User lag has no permissions to run the 'xrange' command",
			'not_authorized',
		],
		['WRONGTYPE Operation against a key holding the wrong kind of value', 'not_a_stream'],
		['ERR no such key', 'stream_missing'],
		['ERR max number of clients reached', 'server_error'],
		['OOM command not allowed', 'server_error'],
		['constructor', 'server_error'],
		['', 'server_error'],
	];
	for (const [text, code] of cases) assert.equal(codeOfError(text), code, text);
});

const network = (code: string, message = `connect ${code} 10.0.0.1:6379`) =>
	Object.assign(new Error(message), { code });

test('a failed connection says what happened, to whom, and what to do about it', () => {
	const cases = [
		[
			network('ECONNREFUSED'),
			'unreachable',
			'cannot connect to redis at redis:6379: connection refused; is the server running, and the address right?',
		],
		[
			network('ENOTFOUND', 'getaddrinfo ENOTFOUND redis'),
			'unreachable',
			'cannot connect to redis at redis:6379: no such host; is the server running, and the address right?',
		],
		// Of several addresses none was reached.
		[
			network('ECONNREFUSED', ''),
			'unreachable',
			'cannot connect to redis at redis:6379: connection refused; is the server running, and the address right?',
		],
		[
			network('ECONNRESET', 'read ECONNRESET'),
			'connection_lost',
			'redis at redis:6379 closed the connection before it answered; is it a Redis server, on a port without TLS?',
		],
		[
			new Error('Connection is closed.'),
			'connection_lost',
			'redis at redis:6379 closed the connection before it answered; is it a Redis server, on a port without TLS?',
		],
		[
			new Error('Unknown RESP type 72 "H". Please report this.'),
			'protocol_error',
			'redis at redis:6379 does not speak the Redis protocol; is the port right, and one without TLS?',
		],
		[
			new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.'),
			'auth_failed',
			'redis at redis:6379 refused the user "lag": wrong password, or no such user, or a disabled one; check username and password',
		],
		[
			new ErrorReply('ERR max number of clients reached'),
			'server_error',
			'redis at redis:6379 refused the user "lag": ERR max number of clients reached',
		],
	] as const;
	for (const [reason, code, message] of cases) {
		const problem = connectionProblem(endpoint, new ConnectionError('connect', reason));
		assert.deepEqual(problem, { code, operation: 'connect', message });
	}
});

test('what goes wrong with TLS is told as such', () => {
	const secure = { ...endpoint, tls: {} };
	const cases = [
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
		['CERT_HAS_EXPIRED', 'certificate has expired'],
		['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"],
		['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'],
	] as const;
	for (const [code, message] of cases) {
		const error = new ConnectionError('connect', network(code, message));
		assert.deepEqual(connectionProblem(secure, error), {
			code: 'tls_failed',
			operation: 'connect',
			message: `no TLS with redis at redis:6379: ${message}; check the port, tls.ca_file, tls.server_name and the certificates`,
		});
	}
	const hungUp = new ConnectionError('connect', network('ECONNRESET'));
	assert.match(connectionProblem(secure, hungUp).message, /on a port with TLS/);
});

test('a connection that ends later says during what', () => {
	const lost = new ConnectionError('xinfo_stream', network('ECONNRESET', 'read ECONNRESET'));
	assert.deepEqual(connectionProblem(endpoint, lost), {
		code: 'connection_lost',
		operation: 'xinfo_stream',
		message: 'redis at redis:6379 closed the connection during XINFO STREAM',
	});
	assert.deepEqual(timeoutProblem(endpoint, 'xinfo_groups'), {
		code: 'timeout',
		operation: 'xinfo_groups',
		message:
			"redis at redis:6379 did not answer XINFO GROUPS within the poll's deadline; is it hung or overloaded, or poll.timeout too short?",
	});
});

test('a password never gets into a problem, not even when the server repeats it', () => {
	for (const text of [
		"ERR unknown command 'AUTH', with args beginning with: 'lag' 'hunter2' ",
		'ERR unknown command `AUTH`, with args beginning with: `lag`, `hunt',
		'ERR the password hunter2 is too short',
	]) {
		for (const problem of [
			connectionProblem(endpoint, new ConnectionError('connect', new ErrorReply(text))),
			errorProblem(endpoint, 'info', text),
		]) {
			assert.equal(problem.code, 'server_error');
			assert.doesNotMatch(problem.message, /hunt/);
			assert.match(problem.message, /unknown command|<secret>/);
		}
	}
});
