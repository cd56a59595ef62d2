import { inTurns } from '../../../steps.ts';
import type { BrokerError } from '../connect/broker-error.ts';
import type { Cluster } from '../connect/client.ts';
import { UnsupportedRequestError } from '../connect/connection-errors.ts';
import { errorCode } from '../error-codes.ts';
import { listGroups } from '../protocol/list-groups.ts';
import { type Isolation, latest } from '../protocol/list-offsets.ts';
import { type MetadataAnswer, nameOf, type TopicMetadata } from '../protocol/metadata.ts';
import type { Answers, GroupAnswers, Scope } from './answers.ts';
import { askConfigs, askGroups, askOffsets, askPartitions } from './ask.ts';
import { leg } from './legs.ts';
import {
	commitsBeyondEnd,
	commitsOnUnknown,
	groupsByCoordinator,
	movedGroups,
	movedPartitions,
	partitionsByLeader,
} from './plan.ts';

/** What a poll is to read. */
export interface Wanted extends Scope {
	readonly isolation: Isolation;
	/** Whether groups are missing on these lists that were there lately. */
	lacksGroups(listings: Answers['listings']): boolean;
	/** Told of what coordinators told, before it is asked which topics are read. */
	learnGroups(groups: GroupAnswers): void;
	/** Of these topics, those whose settings are to be asked for. */
	dueConfigs(topics: readonly string[]): readonly string[];
}

/**
 * Asks everything, batched per broker. Committed offsets come before ends, so that a lag is never
 * negative by the order of reading. What has moved to another broker is asked for once more, there.
 * When the signal fires, what was read until then is kept, and what was not is a failed leg.
 *
 * @throws AggregateError of {@link BrokerError} when no broker tells the metadata or lists groups
 */
export async function fetchAll(
	cluster: Cluster,
	wanted: Wanted,
	signal: AbortSignal,
): Promise<Answers> {
	await cluster.beginPoll(signal);
	const list = (of: MetadataAnswer) =>
		Promise.all(
			of.brokers.map(({ nodeId }) =>
				leg(nodeId, cluster.send(nodeId, listGroups, undefined, signal)),
			),
		);
	let metadata = await cluster.metadata(signal);
	let listings: Answers['listings'] = await list(metadata);
	if (errorsOf(listings).length === listings.length) {
		if (!signal.aborted) {
			metadata = await cluster.freshMetadata(signal);
			listings = await list(metadata);
		}
		const errors = errorsOf(listings);
		const isSilent = errors.every(({ cause }) => !(cause instanceof UnsupportedRequestError));
		// Who did not answer is not asked again in this poll: nothing can be read.
		if (isSilent && errors.length > 0 && errors.length === listings.length) {
			throw new AggregateError(errors);
		}
	}

	// A group was deleted, or its coordinator moves: then the metadata is not to be trusted.
	if (!cluster.hasFreshMetadata && wanted.lacksGroups(listings)) {
		metadata = (await newer(cluster, signal)) ?? metadata;
	}

	let groups = await askGroups(cluster, groupsByCoordinator(listings, wanted.groups), signal);
	const moved = movedGroups(groups);
	if (moved.size > 0 && !signal.aborted) {
		metadata = (await newer(cluster, signal)) ?? metadata;
		const again = await list(metadata);
		const batches = groupsByCoordinator(again, (groupId, node) => {
			const before = moved.get(groupId);
			return before !== undefined && before !== node;
		});
		listings = [...listings, ...again];
		const { offsets, shareOffsets, descriptions } = await askGroups(cluster, batches, signal);
		groups = {
			offsets: [...groups.offsets, ...offsets],
			shareOffsets: [...groups.shareOffsets, ...shareOffsets],
			descriptions: [...groups.descriptions, ...descriptions],
		};
	}
	wanted.learnGroups(groups);
	let absenceIsSure = false;
	const isBehind = await inTurns(commitsOnUnknown(groups, metadata, wanted.streams), signal);
	if (isBehind && !signal.aborted) {
		const renewed = await newer(cluster, signal);
		absenceIsSure = renewed !== undefined && renewed.brokers.length > 0;
		metadata = renewed ?? metadata;
	}

	const topics = topicsIn(metadata, wanted.streams);
	const isolation = wanted.isolation;
	const due = wanted.dueConfigs(topics.map(nameOf));
	const configs = askConfigs(cluster, metadata, due, signal);
	// The other work may fail first: nobody would wait for this then.
	configs.catch(() => {});
	const batches = partitionsByLeader(topics);
	let partitions = await askPartitions(cluster, isolation, batches, signal);
	const elsewhere = movedPartitions(partitions);
	if (!elsewhere.isEmpty && !signal.aborted) {
		metadata = (await newer(cluster, signal)) ?? metadata;
		const again = partitionsByLeader(topicsIn(metadata, wanted.streams), elsewhere);
		const { ends, starts } = await askPartitions(cluster, isolation, again, signal);
		partitions = {
			ends: [...partitions.ends, ...ends],
			starts: [...partitions.starts, ...starts],
		};
	}

	let watermarks: Answers['watermarks'] = [];
	if (isolation === 'read_committed') {
		const beyond = commitsBeyondEnd(groups, partitions.ends);
		const open = partitionsByLeader(topicsIn(metadata, wanted.streams), beyond);
		watermarks = await askOffsets(cluster, latest, 'read_uncommitted', open, signal);
	}
	return {
		metadata,
		absenceIsSure,
		listings,
		...groups,
		...partitions,
		watermarks,
		configs: await configs,
	};
}

/** Those that can be read, and shall be. */
function topicsIn(
	{ topics }: MetadataAnswer,
	isWanted: (topic: string) => boolean,
): readonly TopicMetadata[] {
	const wanted: TopicMetadata[] = [];
	for (const topic of topics) {
		if (topic.errorCode === errorCode.none && isWanted(topic.topic)) wanted.push(topic);
	}
	return wanted;
}

function errorsOf(listings: Answers['listings']): readonly BrokerError[] {
	return listings.flatMap((listing) => ('error' in listing ? [listing.error] : []));
}

/** Metadata asked for in the middle of a poll; without an answer the poll goes on with the old. */
async function newer(cluster: Cluster, signal: AbortSignal): Promise<MetadataAnswer | undefined> {
	try {
		return await cluster.freshMetadata(signal);
	} catch (error) {
		if (error instanceof AggregateError) return undefined;
		throw error;
	}
}
