import { UnsupportedRequestError } from '../connect/connection-errors.ts';
import { errorCode, isLeaderError } from '../error-codes.ts';
import type { FoundOffsets } from '../protocol/list-offsets.ts';
import type { MetadataAnswer, TopicMetadata } from '../protocol/metadata.ts';
import type { TopicOffsets } from '../protocol/offset-rows.ts';
import type {
	Answers,
	GroupAnswers,
	GroupBatch,
	PartitionAnswers,
	PartitionBatch,
} from './answers.ts';
import type { Leg } from './legs.ts';
import { PartitionSet } from './partition-set.ts';

/** Large enough that requests are few, small enough that a broker is not held up (measured). */
const groupsPerRequest = 100;
const partitionsPerRequest = 1000;

/** Topics between two places where work may be interrupted. */
const stepTopics = 1000;

/**
 * Groups by the broker that listed them, each once, in batches of one type.
 *
 * @param isWanted - told who lists a group
 */
export function groupsByCoordinator(
	listings: Answers['listings'],
	isWanted: (groupId: string, node: number) => boolean,
): readonly GroupBatch[] {
	const seen = new Set<string>();
	const batches: (GroupBatch & { readonly groupIds: string[] })[] = [];
	for (const listing of listings) {
		if ('error' in listing) continue;
		const node = listing.asked;
		const open = new Map<string | null, string[]>();
		for (const { groupId, type } of listing.answer.groups) {
			// While a coordinator moves, two brokers list the same group.
			if (seen.has(groupId) || !isWanted(groupId, node)) continue;
			seen.add(groupId);
			let groupIds = open.get(type);
			if (!groupIds || groupIds.length >= groupsPerRequest) {
				groupIds = [];
				open.set(type, groupIds);
				batches.push({ node, type, groupIds });
			}
			groupIds.push(groupId);
		}
	}
	return batches;
}

/** Groups that have moved: who was asked in vain. A second listing tells where they are now. */
export function movedGroups({
	offsets,
	shareOffsets,
	descriptions,
}: GroupAnswers): ReadonlyMap<string, number> {
	const moved = new Map<string, number>();
	const legs: readonly Leg<GroupBatch, readonly { groupId: string; errorCode: number }[]>[] = [
		...offsets,
		...shareOffsets,
		...descriptions,
	];
	for (const leg of legs) {
		const { node, groupIds } = leg.asked;
		if ('error' in leg) {
			if (leg.error.cause instanceof UnsupportedRequestError) continue;
			for (const groupId of groupIds) moved.set(groupId, node);
			continue;
		}
		for (const { groupId, errorCode: code } of leg.answer) {
			if (code === errorCode.notCoordinator) moved.set(groupId, node);
		}
	}
	return moved;
}

/**
 * Whether a group has committed where the metadata knows no partition: newer ones are needed. Yields
 * wherever it may be interrupted.
 */
export function* commitsOnUnknown(
	{ offsets, shareOffsets }: GroupAnswers,
	{ topics }: MetadataAnswer,
	isWanted: (topic: string) => boolean,
): Generator<void, boolean> {
	const known = new Map<string, Int32Array>();
	for (const [at, { topic, partitions }] of topics.entries()) {
		if (at % stepTopics === 0) yield;
		known.set(topic, partitions);
	}
	for (const leg of shareOffsets) {
		if ('error' in leg) continue;
		for (const group of leg.answer) {
			yield;
			if (group.topics.some(({ topic }) => !known.has(topic) && isWanted(topic))) return true;
		}
	}
	for (const leg of offsets) {
		if ('error' in leg) continue;
		for (const group of leg.answer) {
			yield;
			for (const committed of group.topics) {
				const partitions = known.get(committed.topic);
				if (partitions ? !knowsAll(partitions, committed) : isWanted(committed.topic)) return true;
			}
		}
	}
	return false;
}

/** Whether a topic has all partitions that a group has committed on. */
function knowsAll(ids: Int32Array, { rows, from, to }: TopicOffsets): boolean {
	for (let row = from; row < to; row++) {
		if (rowOf(ids, rows.partitions[row] as number) === -1) return false;
	}
	return true;
}

/** The row of a partition; -1 when there is none. Ids ascend, and mostly are the rows themselves. */
export function rowOf(ids: Int32Array, partition: number): number {
	if (ids[partition] === partition) return partition;
	return ids.indexOf(partition);
}

/**
 * Partitions by their leader, in batches; partitions without a leader cannot be asked.
 *
 * @param among - only these
 */
export function partitionsByLeader(
	topics: readonly TopicMetadata[],
	among?: PartitionSet,
): readonly PartitionBatch[] {
	const batches: { node: number; topics: { topic: string; partitions: number[] }[] }[] = [];
	const open = new Map<
		number,
		{ size: number; topics: { topic: string; partitions: number[] }[] }
	>();
	for (const { topic, partitions, leaders } of topics) {
		for (let row = 0; row < partitions.length; row++) {
			const node = leaders[row] as number;
			if (node < 0 || (among && !among.has(topic, partitions[row] as number))) continue;
			let batch = open.get(node);
			if (!batch || batch.size >= partitionsPerRequest) {
				batch = { size: 0, topics: [] };
				open.set(node, batch);
				batches.push({ node, topics: batch.topics });
			}
			let last = batch.topics.at(-1);
			if (last?.topic !== topic) {
				last = { topic, partitions: [] };
				batch.topics.push(last);
			}
			last.partitions.push(partitions[row] as number);
			batch.size += 1;
		}
	}
	return batches;
}

/** Partitions that have another leader now, or may have, or are gone. */
export function movedPartitions({ ends, starts }: PartitionAnswers): PartitionSet {
	const moved = new PartitionSet();
	for (const leg of [...ends, ...starts]) {
		if ('error' in leg) {
			if (leg.error.cause instanceof UnsupportedRequestError) continue;
			for (const { topic, partitions } of leg.asked.topics) {
				for (const partition of partitions) moved.add(topic, partition);
			}
			continue;
		}
		for (const { topic, rows, from, to } of leg.answer.topics) {
			for (let row = from; row < to; row++) {
				if (isLeaderError(rows.errorCodes[row] as number)) {
					moved.add(topic, rows.partitions[row] as number);
				}
			}
		}
	}
	return moved;
}

/** Partitions on which some group has committed beyond the end. */
export function commitsBeyondEnd(
	{ offsets }: GroupAnswers,
	ends: PartitionAnswers['ends'],
): PartitionSet {
	const beyond = new PartitionSet();
	const last = endsByTopic(ends);
	for (const leg of offsets) {
		if ('error' in leg) continue;
		for (const group of leg.answer) {
			for (const committed of group.topics) {
				const known = last.get(committed.topic);
				if (known) addBeyond(committed, known, beyond);
			}
		}
	}
	return beyond;
}

function addBeyond(
	{ topic, rows, from, to }: TopicOffsets,
	ends: ReadonlyMap<number, number>,
	beyond: PartitionSet,
): void {
	for (let row = from; row < to; row++) {
		const partition = rows.partitions[row] as number;
		const end = ends.get(partition);
		if (end !== undefined && (rows.offsets[row] as number) > end) beyond.add(topic, partition);
	}
}

/** Offsets that leaders told, by topic and partition. */
export function endsByTopic(
	legs: readonly Leg<unknown, FoundOffsets>[],
): ReadonlyMap<string, ReadonlyMap<number, number>> {
	const byTopic = new Map<string, Map<number, number>>();
	for (const leg of legs) {
		if ('error' in leg) continue;
		for (const { topic, rows, from, to } of leg.answer.topics) {
			const known = byTopic.get(topic) ?? new Map<number, number>();
			byTopic.set(topic, known);
			for (let row = from; row < to; row++) {
				if (rows.errorCodes[row] !== errorCode.none) continue;
				known.set(rows.partitions[row] as number, rows.offsets[row] as number);
			}
		}
	}
	return byTopic;
}
