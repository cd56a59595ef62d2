import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Group, PlainReading } from '../../../src/model.ts';
import { kafka } from '../../../src/targets/kafka/index.ts';
import type { Target } from '../../../src/targets/target.ts';
import { type PlainTarget, plain, plainTarget } from '../../plain-reading.ts';

/** A target of a broker, with the poll's usual deadline. */
export function connect(bootstrap: string, options: Record<string, unknown> = {}): PlainTarget {
	const given = kafka.options.parse({ brokers: [bootstrap], ...options });
	return plainTarget(kafka.connect(given, pino({ level: 'silent' }), 10_000));
}

export async function read(target: Target): Promise<PlainReading> {
	return plain(await target.read(AbortSignal.timeout(10_000)));
}

export function find(
	reading: PlainReading,
	stream: string,
	consumerGroup: string,
): Group | undefined {
	return reading.groups.find(
		(group) => group.stream === stream && group.consumerGroup === consumerGroup,
	);
}

/** Lag by partition of a group on a topic. */
export function lags(group: Group | undefined): Record<number, number> {
	assert(group && 'ids' in group.lag, `the group has partitions: ${JSON.stringify(group)}`);
	const { ids, start, end, committed } = group.lag;
	return Object.fromEntries(
		[...ids].map((id, row) => [
			id,
			(end[row] as number) - Math.max(start[row] as number, committed?.[row] as number),
		]),
	);
}
