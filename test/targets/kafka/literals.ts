import { BrokerError } from '../../../src/targets/kafka/connect/broker-error.ts';
import { RequestTimeoutError } from '../../../src/targets/kafka/connect/connection-errors.ts';
import type { Answers } from '../../../src/targets/kafka/fetch/answers.ts';
import type { TopicOffsets } from '../../../src/targets/kafka/protocol/offset-rows.ts';

/** Answers of brokers as literals. */

export function topic(name: string, leaders: readonly number[], errorCode = 0) {
	const partitions = Int32Array.from(leaders, (_, partition) => partition);
	return { errorCode, topic: name, partitions, leaders: Int32Array.from(leaders) };
}

export function listed(groupId: string, type: string | null = 'classic', state = 'Stable') {
	return { groupId, protocolType: 'consumer', state, type };
}

/** A topic's offsets by partition, and error codes by partition. */
export function offsetsOf(
	name: string,
	values: Record<number, number>,
	errors: Record<number, number> = {},
): TopicOffsets {
	const partitions = [...Object.keys(values), ...Object.keys(errors)].map(Number);
	const rows = {
		partitions: Int32Array.from(partitions),
		offsets: Float64Array.from(partitions, (partition) => values[partition] ?? -1),
		errorCodes: Int16Array.from(partitions, (partition) => errors[partition] ?? 0),
	};
	return { topic: name, rows, from: 0, to: partitions.length };
}

/** What a leader tells of topics. */
export function told(...topics: TopicOffsets[]) {
	return { asked: { node: 1, topics: [] }, answer: { topics, timestamps: new Float64Array() } };
}

/** What a coordinator tells of the offsets of groups. */
export function committed(
	...answer: { errorCode: number; groupId: string; topics: TopicOffsets[] }[]
) {
	return {
		asked: { node: 1, type: 'classic', groupIds: answer.map(({ groupId }) => groupId) },
		answer,
	};
}

export function described(
	groupId: string,
	state: string,
	...members: (readonly string[] | undefined)[]
) {
	return {
		errorCode: 0,
		groupId,
		state,
		members: members.map((topics) => ({ ...(topics && { topics }) })),
	};
}

export const broker1 = { nodeId: 1, host: 'kafka-1', port: 9092 };

export const timeout = new BrokerError(
	'broker 2 (kafka-2:9092)',
	'list_offsets',
	new RequestTimeoutError('list_offsets: no answer within 3500 ms'),
	{ tls: false, sasl: false, advertised: false },
);

/** A broker, a topic and a group, with nothing wrong. */
export const whole: Answers = {
	metadata: { brokers: [broker1], topics: [topic('orders', [1, 1])] },
	absenceIsSure: true,
	listings: [{ asked: 1, answer: { errorCode: 0, groups: [listed('billing')] } }],
	offsets: [
		committed({ errorCode: 0, groupId: 'billing', topics: [offsetsOf('orders', { 0: 5, 1: 20 })] }),
	],
	shareOffsets: [],
	descriptions: [],
	ends: [told(offsetsOf('orders', { 0: 10, 1: 20 }))],
	starts: [told(offsetsOf('orders', { 0: 0, 1: 15 }))],
	watermarks: [],
	configs: [],
};
