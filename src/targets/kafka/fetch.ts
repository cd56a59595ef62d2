import { type Filter, passes } from '../../options/pattern.ts';
import { BrokerError, type Cluster } from './client.ts';
import { type ListGroupsAnswer, listGroups } from './protocol/list-groups.ts';
import {
	earliest,
	type ListOffsetsArguments,
	latest,
	listOffsets,
	type TopicEnds,
} from './protocol/list-offsets.ts';
import type { MetadataAnswer } from './protocol/metadata.ts';
import { type GroupOffsets, offsetFetch, offsetFetchOfOne } from './protocol/offset-fetch.ts';
import type { Request } from './protocol/request.ts';

/** What one broker was asked and what came of it. */
export type Leg<Asked, Answer> = { readonly asked: Asked } & (
	| { readonly answer: Answer }
	| { readonly error: BrokerError }
);

type Topics = ListOffsetsArguments['topics'];

/** Everything that the brokers answered in one poll. */
export interface Answers {
	readonly metadata: MetadataAnswer;
	readonly listings: readonly Leg<number, ListGroupsAnswer>[];
	readonly offsets: readonly Leg<readonly string[], readonly GroupOffsets[]>[];
	readonly ends: readonly Leg<Topics, readonly TopicEnds[]>[];
	readonly starts: readonly Leg<Topics, readonly TopicEnds[]>[];
}

/** Which topics and groups are read. */
export interface Scope {
	readonly streams: Filter;
	readonly groups: Filter;
}

/** Large enough that requests are few, small enough that a broker is not held up (measured). */
const groupsPerRequest = 100;
const partitionsPerRequest = 1000;

/**
 * Asks everything, batched per broker. Committed offsets come before ends, so that a lag is never
 * negative by the order of reading; a failed leg costs what was asked of that broker alone.
 */
export async function fetchAll(
	cluster: Cluster,
	scope: Scope,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Answers> {
	const metadata = await cluster.metadata(signal);
	const nodes = metadata.brokers.map(({ nodeId }) => nodeId);
	const listings = await Promise.all(
		nodes.map((node) => leg(node, cluster.send(node, listGroups, undefined, signal))),
	);
	const offsets = await Promise.all(
		groupsByCoordinator(listings, scope.groups).map(async ([node, groupIds]) =>
			leg(groupIds, fetchOffsets(cluster, node, groupIds, signal)),
		),
	);
	const byLeader = partitionsByLeader(metadata, scope.streams);
	const ask = (at: ListOffsetsArguments['at']) =>
		byLeader.map(([node, topics]) =>
			leg(topics, cluster.send(node, listOffsets, { at, topics, timeoutMs }, signal)),
		);
	const [ends, starts] = await Promise.all([Promise.all(ask(latest)), Promise.all(ask(earliest))]);
	return { metadata, listings, offsets, ends, starts };
}

/** Groups by the broker that listed them, each once, in batches. */
export function groupsByCoordinator(
	listings: Answers['listings'],
	filter: Filter,
): (readonly [node: number, groupIds: readonly string[]])[] {
	const seen = new Set<string>();
	const batches: (readonly [number, readonly string[]])[] = [];
	for (const listing of listings) {
		if ('error' in listing) continue;
		const groupIds: string[] = [];
		for (const { groupId, type } of listing.answer.groups) {
			// While a coordinator moves, two brokers list the same group.
			if (seen.has(groupId) || !passes(filter, groupId)) continue;
			seen.add(groupId);
			// Share groups commit no offsets (KIP-932).
			if (type !== 'share') groupIds.push(groupId);
		}
		for (let at = 0; at < groupIds.length; at += groupsPerRequest) {
			batches.push([listing.asked, groupIds.slice(at, at + groupsPerRequest)]);
		}
	}
	return batches;
}

/** Partitions by their leader, in batches; partitions without a leader cannot be asked. */
export function partitionsByLeader(
	{ topics }: MetadataAnswer,
	filter: Filter,
): (readonly [node: number, topics: Topics])[] {
	const batches: [number, { topic: string; partitions: number[] }[]][] = [];
	const open = new Map<
		number,
		{ size: number; topics: { topic: string; partitions: number[] }[] }
	>();
	for (const { topic, partitions, errorCode } of topics) {
		if (errorCode !== 0 || !passes(filter, topic)) continue;
		for (const { partition, leader } of partitions) {
			if (leader < 0) continue;
			let batch = open.get(leader);
			if (!batch || batch.size >= partitionsPerRequest) {
				batch = { size: 0, topics: [] };
				open.set(leader, batch);
				batches.push([leader, batch.topics]);
			}
			let last = batch.topics.at(-1);
			if (last?.topic !== topic) {
				last = { topic, partitions: [] };
				batch.topics.push(last);
			}
			last.partitions.push(partition);
			batch.size += 1;
		}
	}
	return batches;
}

/** Brokers before 3.0 take one group a request. */
async function fetchOffsets(
	cluster: Cluster,
	node: number,
	groupIds: readonly string[],
	signal: AbortSignal,
): Promise<readonly GroupOffsets[]> {
	if (await cluster.speaks(node, offsetFetch as Request<never, unknown>)) {
		return await cluster.send(node, offsetFetch, groupIds, signal);
	}
	return await Promise.all(
		groupIds.map(async (groupId) => ({
			...(await cluster.send(node, offsetFetchOfOne, groupId, signal)),
			groupId,
		})),
	);
}

async function leg<Asked, Answer>(
	asked: Asked,
	work: Promise<Answer>,
): Promise<Leg<Asked, Answer>> {
	try {
		return { asked, answer: await work };
	} catch (error) {
		if (error instanceof BrokerError) return { asked, error };
		throw error;
	}
}
