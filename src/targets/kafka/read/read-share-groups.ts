import type { Group, Problem, Unread } from '../../../model.ts';
import { errorCode, problemOfCode } from '../error-codes.ts';
import type { Answers, Scope } from '../fetch/answers.ts';
import { nameOf } from '../protocol/metadata.ts';
import type { ShareGroupOffsets, ShareTopicOffsets } from '../protocol/share-group-offsets.ts';
import { type GroupFacts, groupRecord } from './read-members.ts';
import { Troubles } from './troubles.ts';

/**
 * Share groups on each topic that they have read from, with the lag that their coordinator tells. Yields
 * wherever it may be interrupted.
 */
export function* readShareGroups(
	answers: Answers,
	facts: ReadonlyMap<string, GroupFacts>,
	scope: Scope,
	problems: Problem[],
	unread: Unread[],
): Generator<void, readonly Group[]> {
	const groups: Group[] = [];
	const troubles = new Troubles(answers);
	const existing = new Set(answers.metadata.topics.map(nameOf));
	for (const { groupId, errorCode: code, topics } of latestAnswers(answers, unread)) {
		yield;
		if (code !== errorCode.none) {
			unread.push({ consumerGroup: groupId, reason: problemOfCode(code) });
			troubles.refused(groupId, code);
			continue;
		}
		for (const offsets of topics) {
			if (!scope.streams(offsets.topic)) continue;
			if (!existing.has(offsets.topic)) {
				troubles.topicMissing(groupId, offsets.topic, unread);
				continue;
			}
			const start = startOf(offsets);
			const acknowledged = start === undefined ? undefined : { major: start, minor: 0 };
			const fact = facts.get(groupId);
			groups.push(groupRecord(groupId, fact, offsets.topic, lagOf(offsets), acknowledged));
		}
	}
	for (const problem of troubles.problems()) problems.push(problem);
	return groups;
}

function latestAnswers(answers: Answers, unread: Unread[]): Iterable<ShareGroupOffsets> {
	const byGroup = new Map<string, ShareGroupOffsets>();
	const failed = new Set<string>();
	for (const leg of answers.shareOffsets) {
		if ('error' in leg) for (const groupId of leg.asked.groupIds) failed.add(groupId);
		else for (const answer of leg.answer) byGroup.set(answer.groupId, answer);
	}
	for (const consumerGroup of failed) {
		if (!byGroup.has(consumerGroup)) unread.push({ consumerGroup, reason: 'not_read' });
	}
	return byGroup.values();
}

/**
 * Only brokers of 4.2 and later tell the lag (KIP-1226). End minus start would not do instead: the
 * start stays where it is while later messages are acknowledged.
 */
function lagOf({ partitions }: ShareTopicOffsets): Group['lag'] {
	let messages = 0;
	for (const { errorCode: code, lag } of partitions) {
		if (code !== errorCode.none) return { unknown: problemOfCode(code) };
		if (lag === undefined) return { unknown: 'share_lag_not_told' };
		if (Number.isNaN(lag)) return { unknown: 'not_read' };
		if (lag < 0) return { unknown: 'share_not_initialised' };
		messages += lag;
	}
	return { messages };
}

/**
 * The sum of the start offsets: it moves when one of them does, with the acknowledgement after the
 * one that let it (seen on 4.1 and 4.3).
 */
function startOf({ partitions }: ShareTopicOffsets): number | undefined {
	let sum = 0;
	for (const { errorCode: code, startOffset } of partitions) {
		if (code !== errorCode.none || !(startOffset >= 0)) return undefined;
		sum += startOffset;
	}
	return sum;
}
