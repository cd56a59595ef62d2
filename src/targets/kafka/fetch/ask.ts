import type { Cluster } from '../connect/client.ts';
import { consumerGroupDescribe } from '../protocol/consumer-group-describe.ts';
import { describeConfigs, type TopicConfigs } from '../protocol/describe-configs.ts';
import { describeGroups } from '../protocol/describe-groups.ts';
import type { GroupDescription } from '../protocol/group-description.ts';
import {
	earliest,
	type FoundOffsets,
	type Isolation,
	latest,
	listOffsets,
} from '../protocol/list-offsets.ts';
import type { MetadataAnswer } from '../protocol/metadata.ts';
import { type GroupOffsets, offsetFetch, offsetFetchOfOne } from '../protocol/offset-fetch.ts';
import type { Request } from '../protocol/request.ts';
import { shareGroupDescribe } from '../protocol/share-group-describe.ts';
import {
	describeShareGroupOffsets,
	type ShareGroupOffsets,
} from '../protocol/share-group-offsets.ts';
import { streamsGroupDescribe } from '../protocol/streams-group-describe.ts';
import type { GroupAnswers, GroupBatch, PartitionAnswers, PartitionBatch } from './answers.ts';
import { type Leg, leg } from './legs.ts';
import { configNames } from './retention.ts';

type DescribeRequest = Request<readonly string[], readonly GroupDescription[]>;

/** Brokers that list no types (before 3.8) have classic groups only. */
const describeRequests = new Map<string | null, DescribeRequest>([
	[null, describeGroups],
	['classic', describeGroups],
	['consumer', consumerGroupDescribe],
	['share', shareGroupDescribe],
	['streams', streamsGroupDescribe],
]);

const topicsPerRequest = 500;

/** Committed offsets and descriptions of groups, from their coordinators. */
export async function askGroups(
	cluster: Cluster,
	batches: readonly GroupBatch[],
	signal: AbortSignal,
): Promise<GroupAnswers> {
	const shared = batches.filter(({ type }) => type === 'share');
	// Share groups commit no offsets (KIP-932).
	const committing = batches.filter(({ type }) => type !== 'share');
	const [offsets, shareOffsets, descriptions] = await Promise.all([
		Promise.all(committing.map((batch) => leg(batch, askCommitted(cluster, batch, signal)))),
		Promise.all(shared.map((batch) => leg(batch, askShareOffsets(cluster, batch, signal)))),
		Promise.all(batches.map((batch) => leg(batch, askDescriptions(cluster, batch, signal)))),
	]);
	return { offsets, shareOffsets, descriptions };
}

/** What groups have committed. Brokers before 3.0 take one group a request. */
export async function askCommitted(
	cluster: Cluster,
	{ node, groupIds }: GroupBatch,
	signal: AbortSignal,
): Promise<readonly GroupOffsets[]> {
	if (await cluster.speaks(node, offsetFetch)) {
		return await cluster.send(node, offsetFetch, groupIds, signal);
	}
	return await Promise.all(
		groupIds.map(async (groupId) => ({
			...(await cluster.send(node, offsetFetchOfOne, groupId, signal)),
			groupId,
		})),
	);
}

/** A broker that tells nothing of share groups' offsets leaves their lag unknown: no problem. */
async function askShareOffsets(
	cluster: Cluster,
	{ node, groupIds }: GroupBatch,
	signal: AbortSignal,
): Promise<readonly ShareGroupOffsets[]> {
	if (!(await cluster.speaks(node, describeShareGroupOffsets))) return [];
	return await cluster.send(node, describeShareGroupOffsets, groupIds, signal);
}

/** A broker that cannot describe a type of groups leaves their members unknown: no problem. */
async function askDescriptions(
	cluster: Cluster,
	{ node, type, groupIds }: GroupBatch,
	signal: AbortSignal,
): Promise<readonly GroupDescription[]> {
	const request = describeRequests.get(type);
	if (!request || !(await cluster.speaks(node, request))) return [];
	return await cluster.send(node, request, groupIds, signal);
}

/** Ends and starts of partitions, from their leaders. */
export async function askPartitions(
	cluster: Cluster,
	isolation: Isolation,
	batches: readonly PartitionBatch[],
	signal: AbortSignal,
): Promise<PartitionAnswers> {
	const [ends, starts] = await Promise.all([
		askOffsets(cluster, latest, isolation, batches, signal),
		askOffsets(cluster, earliest, 'read_uncommitted', batches, signal),
	]);
	return { ends, starts };
}

/** Offsets of partitions from their leaders: the ends, the starts, or those at a time. */
export async function askOffsets(
	cluster: Cluster,
	at: number,
	isolation: Isolation,
	batches: readonly PartitionBatch[],
	signal: AbortSignal,
): Promise<readonly Leg<PartitionBatch, FoundOffsets>[]> {
	const { timeoutMs } = cluster;
	return await Promise.all(
		batches.map((batch) => {
			const args = { at, topics: batch.topics, isolation, timeoutMs };
			return leg(batch, cluster.send(batch.node, listOffsets, args, signal));
		}),
	);
}

/** Settings of topics, from the first broker that is not known to have failed, if it can tell them. */
export async function askConfigs(
	cluster: Cluster,
	{ brokers }: MetadataAnswer,
	topics: readonly string[],
	signal: AbortSignal,
): Promise<readonly Leg<readonly string[], readonly TopicConfigs[]>[]> {
	const node = brokers.find(({ nodeId }) => !cluster.hasFailed(nodeId))?.nodeId;
	if (node === undefined || !(await cluster.speaks(node, describeConfigs))) return [];
	const batches: (readonly string[])[] = [];
	for (let at = 0; at < topics.length; at += topicsPerRequest) {
		batches.push(topics.slice(at, at + topicsPerRequest));
	}
	return await Promise.all(
		batches.map((batch) =>
			leg(
				batch,
				cluster.send(node, describeConfigs, { topics: batch, names: configNames }, signal),
			),
		),
	);
}
