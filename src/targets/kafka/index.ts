import type { SASLOptions } from 'kafkajs';
import { definePlatform, UnreadableError } from '../target.ts';
import { AbandonedError, BrokerError, Cluster } from './client.ts';
import { kafkaProblems } from './error-codes.ts';
import { fetchAll } from './fetch.ts';
import { type KafkaOptions, options } from './options.ts';
import { brokerProblem } from './problems.ts';
import { readAnswers } from './read.ts';

/** Apache Kafka and what speaks its protocol, from 2.8 on. */
export const kafka = definePlatform({
	name: 'kafka',
	options,
	operations: ['connect', 'metadata', 'list_groups', 'offset_fetch', 'list_offsets'],
	problems: kafkaProblems,
	connect(given, _log, pollTimeoutMs) {
		// A hung broker then costs a third of a poll, and the others still get their answers in.
		const timeoutMs = Math.ceil(pollTimeoutMs * 0.35);
		const { sasl } = given;
		const cluster = new Cluster(given.brokers, {
			clientId: given.client_id,
			sasl: sasl ? login(sasl) : null,
			timeoutMs,
		});
		return {
			requests: cluster.requests,
			async read(signal) {
				try {
					const answers = await fetchAll(cluster, given, timeoutMs, signal);
					return readAnswers(answers, given, given.detail);
				} catch (error) {
					throw unreadable(error);
				}
			},
			async close() {
				await cluster.close();
			},
		};
	},
});

function login(sasl: NonNullable<KafkaOptions['sasl']>): SASLOptions {
	const { mechanism, username } = sasl;
	const password = sasl.password ?? sasl.password_file;
	if (password === undefined) throw new Error('the schema let pass a login without a password');
	return { mechanism, username, password: password.reveal() };
}

function unreadable(error: unknown): unknown {
	if (error instanceof AbandonedError) {
		const { broker, operation, message } = error;
		return new UnreadableError([
			{
				code: 'timeout',
				operation,
				subject: broker,
				message: `${broker} had not answered ${operation} when the read was ended: ${message}`,
			},
		]);
	}
	if (error instanceof AggregateError) {
		return new UnreadableError(
			error.errors.filter((one) => one instanceof BrokerError).map(brokerProblem),
		);
	}
	return error;
}
