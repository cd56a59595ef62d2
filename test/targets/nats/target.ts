import { pino } from 'pino';
import type { Group, PlainReading } from '../../../src/model.ts';
import { nats } from '../../../src/targets/nats/index.ts';
import { type Target, UnreadableError } from '../../../src/targets/target.ts';
import { type PlainTarget, plainTarget } from '../../plain-reading.ts';

/** A target from options as they are written. */
export function connectTo(
	servers: string | readonly string[],
	options: Record<string, unknown> = {},
	pollTimeoutMs = 10_000,
): PlainTarget {
	const given = nats.options.parse({ servers: [servers].flat(), ...options });
	return plainTarget(nats.connect(given, pino({ enabled: false }), pollTimeoutMs));
}

/** One reading by a target of its own. */
export async function readOnce(
	servers: string | readonly string[],
	options: Record<string, unknown> = {},
): Promise<PlainReading> {
	const target = connectTo(servers, options);
	try {
		return await target.read(AbortSignal.timeout(10_000));
	} finally {
		await target.close();
	}
}

/** Groups by `stream/consumerGroup`. */
export function byName(reading: PlainReading): ReadonlyMap<string, Group> {
	return new Map(
		reading.groups.map((group) => [`${group.stream}/${group.consumerGroup}`, group] as const),
	);
}

/** The problems for which nothing could be read. */
export async function unreadable(reading: Promise<unknown>): Promise<UnreadableError['problems']> {
	try {
		await reading;
	} catch (error) {
		if (error instanceof UnreadableError) return error.problems;
		throw error;
	}
	throw new Error('it was read');
}

/** What is known of a group, without what depends on when it is read. */
export function withoutTimes(group: Group | undefined): Partial<Group> | undefined {
	if (group === undefined) return undefined;
	const { lagSeconds: _1, pendingAgeSeconds: _2, idleSeconds: _3, ...others } = group;
	const known = Object.entries(others).filter(([, value]) => value !== undefined);
	return Object.fromEntries(known);
}

/** How many requests a target has sent, without the kinds it has sent none of. */
export function sent(target: Target): Record<string, number> {
	return Object.fromEntries([...target.requests].filter(([, count]) => count > 0));
}
