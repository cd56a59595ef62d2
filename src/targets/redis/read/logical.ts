import type { Group, Partitions, Stream, Unread } from '../../../model.ts';
import type { ProducedCounts } from './produced.ts';

/** What was read of one key. */
export interface KeyReading {
	readonly name: string;
	/** Absent: it could not be read. */
	readonly stream?: Stream;
	readonly groups: readonly Group[];
	readonly unread: readonly Unread[];
}

/** Which partition of which logical stream a key is. */
export interface PartitionName {
	readonly stream: string;
	readonly partition: number;
}

interface Partition {
	readonly id: number;
	readonly key: KeyReading;
}

/** Records of logical streams, and of keys that are streams of their own. */
interface Joined {
	readonly streams: readonly Stream[];
	readonly groups: readonly Group[];
	readonly unread: readonly Unread[];
}

/** How logical streams are made. */
export interface LogicalStreams {
	readonly partitionOf: (key: string) => PartitionName | undefined;
	/** Gets what the keys tell. */
	readonly produced: ProducedCounts;
}

/** Which keys of logical streams are known. */
export interface Known {
	/** Whether every key in scope was known in some poll: until then a sum lacks who knows what. */
	readonly ever: boolean;
	/** Whether every key in scope is known now. */
	readonly now: boolean;
}

/**
 * Joins the keys that are partitions of one logical stream. Others stay streams of their own, but for those
 * that have its very name, which are `hidden`.
 */
export function joinPartitions(
	keys: readonly KeyReading[],
	{ partitionOf, produced }: LogicalStreams,
	known: Known,
): Joined & { readonly hidden: readonly string[] } {
	const logical = new Map<string, Map<number, KeyReading>>();
	const own = new Map(keys.map((key) => [key.name, key]));
	for (const key of keys) {
		const name = partitionOf(key.name);
		if (name === undefined) continue;
		const partitions = logical.get(name.stream) ?? new Map<number, KeyReading>();
		// `orders:1` and `orders:01` cannot both be partition 1.
		if (partitions.has(name.partition)) continue;
		logical.set(name.stream, partitions.set(name.partition, key));
		own.delete(key.name);
	}
	const hidden: string[] = [];
	const joined = Array.from(logical, ([stream, partitions]) => {
		// A key that has the very name would be the same series.
		if (own.delete(stream)) hidden.push(stream);
		const rows = Array.from(partitions, ([id, key]) => ({ id, key })).sort((a, b) => a.id - b.id);
		return joinStream(stream, rows, known.ever, produced);
	});
	if (known.now) produced.keep(new Map(Array.from(logical, ([stream, of]) => [stream, names(of)])));
	const single = [...own.values()];
	return {
		streams: [
			...joined.flatMap(({ streams }) => streams),
			...single.flatMap(({ stream }) => stream ?? []),
		],
		groups: [...joined.flatMap(({ groups }) => groups), ...single.flatMap(({ groups }) => groups)],
		unread: [...joined.flatMap(({ unread }) => unread), ...single.flatMap(({ unread }) => unread)],
		hidden,
	};
}

function names(partitions: ReadonlyMap<number, KeyReading>): ReadonlySet<string> {
	return new Set(Array.from(partitions.values(), ({ name }) => name));
}

function joinStream(
	name: string,
	partitions: readonly Partition[],
	areAllKnown: boolean,
	produced: ProducedCounts,
): Joined {
	const read = partitions.flatMap(({ key }) => key.stream ?? []);
	const groupNames = new Set(
		partitions.flatMap(({ key }) => key.groups.map(({ consumerGroup }) => consumerGroup)),
	);
	const reason = partitions.flatMap(({ key }) => key.unread)[0]?.reason;
	if (read.length === 0) {
		return { streams: [], groups: [], unread: reason ? [{ stream: name, reason }] : [] };
	}
	return {
		streams: [joinedStream(name, partitions, areAllKnown, produced)],
		groups: Array.from(groupNames, (group) => joinedGroup(name, group, partitions, areAllKnown)),
		// A group of which nothing was read is one that other partitions, or none, know of.
		unread: reason ? [{ stream: name, reason }] : [],
	};
}

function joinedStream(
	name: string,
	partitions: readonly Partition[],
	areAllKnown: boolean,
	produced: ProducedCounts,
): Stream {
	const read = partitions.flatMap(({ key }) => key.stream ?? []);
	const producedCount = produced.add(
		name,
		read.map((stream) => [stream.name, stream.producedCount]),
	);
	if (!areAllKnown) return { name, ...(producedCount !== undefined && { producedCount }) };
	const streams = partitions.map(({ key }) => key.stream);
	const length = sum(streams.map((stream) => stream?.length));
	const kept = streams.filter((stream) => stream?.length !== 0);
	const oldest = largest(kept.map((stream) => stream?.oldestMessageAgeSeconds));
	const newest = largest(kept.map((stream) => negative(stream?.newestMessageAgeSeconds)));
	return {
		name,
		partitionCount: partitions.length,
		...(length !== undefined && { length }),
		...(producedCount !== undefined && { producedCount }),
		...(streams.every((stream) => stream?.trimsBySize === false) && { trimsBySize: false }),
		...(oldest !== undefined && { oldestMessageAgeSeconds: oldest }),
		...(newest !== undefined && { newestMessageAgeSeconds: 0 - newest }),
	};
}

/**
 * Sums and the worst; unknown as soon as one is, for it could be the worst. On a key where the group
 * does not exist nothing is pending and nobody reads; of one that was not read nobody knows.
 */
function joinedGroup(
	stream: string,
	name: string,
	partitions: readonly Partition[],
	areAllKnown: boolean,
): Group {
	if (!areAllKnown) {
		return { stream, consumerGroup: name, kind: 'group', lag: { unknown: 'not_read' } };
	}
	const rows = partitions.map(({ key }): Group | Unseen => {
		const group = key.groups.find(({ consumerGroup }) => consumerGroup === name);
		return group ?? (isUnread(key, name) ? 'unread' : 'missing');
	});
	const groups = rows.map((row) => (typeof row === 'string' ? undefined : row));
	const behind = groups.filter(
		(group) => !(group && 'messages' in group.lag && group.lag.messages === 0),
	);
	const lagSeconds = behind.length === 0 ? 0 : largest(behind.map((group) => group?.lagSeconds));
	const isWhole = !rows.includes('unread');
	const there: readonly Partial<Group>[] = [
		...groups.filter((group) => group !== undefined),
		...(isWhole ? [] : [{}]),
	];
	const waiting = there.filter(({ pending }) => pending !== 0);
	const pendingAgeSeconds = largest(waiting.map((group) => group.pendingAgeSeconds));
	// Without ages nobody knows on which key the oldest one is.
	const oldest =
		waiting.length === 1
			? waiting[0]
			: waiting.find((group) => group.pendingAgeSeconds === (pendingAgeSeconds ?? Number.NaN));
	const pending = sum(there.map((group) => group.pending));
	const pendingAbandoned = sum(there.map((group) => group.pendingAbandoned));
	const pendingLostCount = sum(there.map((group) => group.pendingLostCount));
	const members = sum(there.map((group) => group.members));
	const idleSeconds = isWhole ? least(there.map((group) => group.idleSeconds)) : undefined;
	return {
		stream,
		consumerGroup: name,
		kind: 'group',
		lag: joinedLag(partitions, groups, rows.includes('missing')),
		...(isWhole && {
			readers: {
				present: there.some(({ readers }) => readers?.present),
				...(idleSeconds !== undefined && { idleSeconds }),
			},
		}),
		...(lagSeconds !== undefined && { lagSeconds }),
		...(pending !== undefined && { pending }),
		...(pendingAgeSeconds !== undefined && { pendingAgeSeconds }),
		...(oldest?.pendingIdleSeconds !== undefined && {
			pendingIdleSeconds: oldest.pendingIdleSeconds,
		}),
		...(oldest?.oldestPendingDeliveries !== undefined && {
			oldestPendingDeliveries: oldest.oldestPendingDeliveries,
		}),
		...(pendingAbandoned !== undefined && { pendingAbandoned }),
		...(pendingLostCount !== undefined && { pendingLostCount }),
		...(members !== undefined && { members }),
		...(idleSeconds !== undefined && { idleSeconds }),
	};
}

/** Why nothing is known of a group on a key: that was not read, or the group does not exist there. */
type Unseen = 'unread' | 'missing';

function isUnread({ unread }: KeyReading, name: string): boolean {
	return unread.some(({ consumerGroup = name }) => consumerGroup === name);
}

/** One row for each key. A group that does not exist on a key has no lag there, not one of 0. */
function joinedLag(
	partitions: readonly Partition[],
	groups: readonly (Group | undefined)[],
	isMissing: boolean,
): Partitions {
	const untold = groups.flatMap((group) => (group && 'unknown' in group.lag ? group.lag : []))[0];
	const unknown = isMissing ? 'group_missing' : untold?.unknown;
	const column = (value: (group: Group | undefined) => number | undefined) =>
		Float64Array.from(groups, (group) => value(group) ?? Number.NaN);
	return {
		ids: Int32Array.from(partitions, ({ id }) => id),
		start: column((group) => group?.line?.start),
		end: column((group) => group?.line?.end),
		committed: column((group) => group?.line?.position),
		told: {
			lag: column((group) => (group && 'messages' in group.lag ? group.lag.messages : undefined)),
			uncertainty: column((group) =>
				group && 'messages' in group.lag ? group.lag.uncertainty : undefined,
			),
			positionMajor: column((group) => group?.position?.major),
			positionMinor: column((group) => group?.position?.minor),
			consumedCount: column((group) => group?.consumedCount),
			...(unknown !== undefined && { unknown }),
		},
	};
}

function sum(values: readonly (number | undefined)[]): number | undefined {
	return fold(values, (a, b) => a + b);
}

function largest(values: readonly (number | undefined)[]): number | undefined {
	return fold(values, Math.max);
}

/** Of those that are known. */
function least(values: readonly (number | undefined)[]): number | undefined {
	return fold(
		values.filter((value) => value !== undefined),
		Math.min,
	);
}

/** Absent: there is none, or one is unknown. */
function fold(
	values: readonly (number | undefined)[],
	join: (a: number, b: number) => number,
): number | undefined {
	const [first, ...others] = values;
	return others.reduce(
		(joined, value) =>
			joined === undefined || value === undefined ? undefined : join(joined, value),
		first,
	);
}

function negative(value: number | undefined): number | undefined {
	return value === undefined ? undefined : -value;
}
