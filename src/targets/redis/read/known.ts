import type { Group } from '../../../model.ts';

/** All that a group of Redis can have. */
type Told =
	| 'stream'
	| 'consumerGroup'
	| 'lag'
	| 'readers'
	| 'pending'
	| 'pendingLostCount'
	| 'members'
	| 'position'
	| 'line'
	| 'consumedCount'
	| 'lagSeconds'
	| 'idleSeconds'
	| 'pendingAgeSeconds'
	| 'pendingIdleSeconds'
	| 'oldestPendingDeliveries'
	| 'pendingAbandoned';

/** What is there of every group. */
type Sure = 'stream' | 'consumerGroup' | 'lag';

type Draft = { -readonly [Name in keyof Group]: Group[Name] };

/**
 * Leaves out what is unknown. An object that grows property by property costs twice as much as one that
 * is made at once, and there are tens of thousands: so the two commonest kinds, of which all is known,
 * are made at once.
 */
export function groupOf(
	told: Pick<Group, Sure> & { readonly [Name in Exclude<Told, Sure>]: Group[Name] | undefined },
): Group {
	const { stream, consumerGroup, lag, readers, pending, pendingLostCount, members } = told;
	const { position, line, consumedCount, lagSeconds, idleSeconds } = told;
	const { pendingAgeSeconds, pendingIdleSeconds, oldestPendingDeliveries, pendingAbandoned } = told;
	const kind = 'group';
	const isKnown =
		readers !== undefined &&
		pending !== undefined &&
		pendingLostCount !== undefined &&
		members !== undefined &&
		position !== undefined &&
		line !== undefined &&
		consumedCount !== undefined &&
		lagSeconds !== undefined &&
		idleSeconds !== undefined &&
		pendingAbandoned !== undefined;
	if (isKnown && pendingIdleSeconds === undefined) {
		return {
			stream,
			consumerGroup,
			kind,
			lag,
			readers,
			pending,
			pendingLostCount,
			members,
			position,
			line,
			consumedCount,
			lagSeconds,
			idleSeconds,
			pendingAbandoned,
		};
	}
	if (
		isKnown &&
		pendingAgeSeconds !== undefined &&
		oldestPendingDeliveries !== undefined &&
		pendingIdleSeconds !== undefined
	) {
		return {
			stream,
			consumerGroup,
			kind,
			lag,
			readers,
			pending,
			pendingLostCount,
			members,
			position,
			line,
			consumedCount,
			lagSeconds,
			idleSeconds,
			pendingAgeSeconds,
			pendingIdleSeconds,
			oldestPendingDeliveries,
			pendingAbandoned,
		};
	}
	const known: Draft = { stream, consumerGroup, kind, lag };
	if (readers !== undefined) known.readers = readers;
	if (pending !== undefined) known.pending = pending;
	if (pendingLostCount !== undefined) known.pendingLostCount = pendingLostCount;
	if (members !== undefined) known.members = members;
	if (position !== undefined) known.position = position;
	if (line !== undefined) known.line = line;
	if (consumedCount !== undefined) known.consumedCount = consumedCount;
	if (lagSeconds !== undefined) known.lagSeconds = lagSeconds;
	if (idleSeconds !== undefined) known.idleSeconds = idleSeconds;
	if (pendingAgeSeconds !== undefined) known.pendingAgeSeconds = pendingAgeSeconds;
	if (pendingIdleSeconds !== undefined) known.pendingIdleSeconds = pendingIdleSeconds;
	if (oldestPendingDeliveries !== undefined)
		known.oldestPendingDeliveries = oldestPendingDeliveries;
	if (pendingAbandoned !== undefined) known.pendingAbandoned = pendingAbandoned;
	return known;
}
