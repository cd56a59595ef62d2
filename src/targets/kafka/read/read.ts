import type { Group, PlainReading, Problem, Unread } from '../../../model.ts';
import type { BrokerError } from '../connect/broker-error.ts';
import { errorCode, nameOfCode, problemOfCode } from '../error-codes.ts';
import type { Answers, Scope } from '../fetch/answers.ts';
import type { Leg } from '../fetch/legs.ts';
import { brokerProblem } from '../problems.ts';
import type { ListedGroup } from '../protocol/list-groups.ts';
import { readGroups } from './read-groups.ts';
import { type GroupFacts, groupRecord, readMembers } from './read-members.ts';
import { readShareGroups } from './read-share-groups.ts';
import { readStreams, type Topic } from './read-streams.ts';

/** Groups between two places where reading may be interrupted. */
const stepGroups = 500;

/** How what was read is to be told. */
export interface Manner extends Scope {
	readonly detail: 'partition' | 'stream';
	/** How long a topic keeps its messages, where it is known. */
	retentionSeconds(topic: string): number | undefined;
	/** Which topics are exported, where others read the rest of the groups. Absent: all. */
	owns?(topic: string): boolean;
}

/** Turns what the brokers answered into a reading; yields wherever it may be interrupted. Pure. */
export function* readAnswers(answers: Answers, manner: Manner): Generator<void, PlainReading> {
	const problems: Problem[] = [...brokenLegs(answers)];
	const unread: Unread[] = [];
	const streams = yield* readStreams(answers, manner, manner.retentionSeconds, problems, unread);
	const { listed, complete } = readListings(answers, manner, problems);
	const facts = yield* readMembers(answers, listed, problems, unread);
	const groups = [
		...(yield* readGroups(answers, facts, streams, manner, problems, unread)),
		...(yield* readShareGroups(answers, facts, manner, problems, unread)),
	];
	yield* addWithoutCommit(groups, facts, streams);
	if (complete && listed.size === 0 && answers.metadata.topics.length === 0) {
		problems.push({
			code: 'nothing_visible',
			operation: 'list_groups',
			message:
				'the cluster shows neither topics nor groups; that usually means that DESCRIBE on topics and groups is not permitted',
		});
	}
	return {
		streams: withElsewhere([...streams.values()], manner),
		groups,
		unread,
		complete,
		problems,
		partitionDetail: manner.detail === 'partition',
	};
}

/** Which groups of others have committed on a topic is told to their owners alone. */
function withElsewhere(streams: readonly Topic[], { owns }: Manner): readonly Topic[] {
	if (!owns) return streams;
	return streams.map(({ name, ...facts }) => ({
		name,
		...facts,
		elsewhere: { exported: !owns(name) },
	}));
}

/** Each broker that failed once, whatever number of legs that cost. */
function brokenLegs(answers: Answers): readonly Problem[] {
	const legs: readonly Leg<unknown, unknown>[] = [
		...answers.listings,
		...answers.offsets,
		...answers.shareOffsets,
		...answers.descriptions,
		...answers.ends,
		...answers.starts,
		...answers.watermarks,
		...answers.configs,
	];
	const errors = new Map<string, BrokerError>();
	for (const leg of legs) {
		// A broker answers in turn: the first that it did not answer is what it failed at.
		if ('error' in leg && !errors.has(leg.error.broker)) errors.set(leg.error.broker, leg.error);
	}
	return [...errors.values()].map(brokerProblem);
}

function readListings(
	{ listings, metadata }: Answers,
	scope: Scope,
	problems: Problem[],
): { readonly listed: ReadonlyMap<string, ListedGroup>; readonly complete: boolean } {
	const listed = new Map<string, ListedGroup>();
	let complete = listings.length > 0 && hasAllCoordinators(metadata);
	const refused = new Map<number, Problem>();
	for (const listing of listings) {
		if ('error' in listing) {
			complete = false;
			continue;
		}
		const { errorCode: code } = listing.answer;
		if (code !== errorCode.none) {
			complete = false;
			refused.set(listing.asked, {
				code: problemOfCode(code),
				operation: 'list_groups',
				subject: `broker ${listing.asked}`,
				message: `broker ${listing.asked} does not list its groups: ${nameOfCode(code)}`,
			});
		}
		for (const group of listing.answer.groups) {
			if (!listed.has(group.groupId) && scope.groups(group.groupId)) {
				listed.set(group.groupId, group);
			}
		}
	}
	problems.push(...refused.values());
	return { listed, complete };
}

/**
 * The leaders of this topic's partitions coordinate groups: without one, its groups are on no list,
 * and right after a start a broker lists none, without an error.
 */
function hasAllCoordinators({ topics }: Answers['metadata']): boolean {
	const offsets = topics.find(({ topic }) => topic === '__consumer_offsets');
	return !offsets || offsets.leaders.every((node) => node >= 0);
}

/** Adds groups with members on a topic on which nothing was ever committed. */
function* addWithoutCommit(
	groups: Group[],
	facts: ReadonlyMap<string, GroupFacts>,
	topics: ReadonlyMap<string, Topic>,
): Generator<void, void> {
	const seen = new Map<string, Set<string>>();
	for (let at = 0; at < groups.length; at++) {
		if (at % stepGroups === 0) yield;
		const { consumerGroup, stream } = groups[at] as Group;
		if (!facts.get(consumerGroup)?.membersByTopic?.size) continue;
		const streams = seen.get(consumerGroup);
		if (streams) streams.add(stream);
		else seen.set(consumerGroup, new Set([stream]));
	}
	let count = 0;
	for (const [groupId, fact] of facts) {
		if (count++ % stepGroups === 0) yield;
		for (const topic of fact.membersByTopic?.keys() ?? []) {
			if (!topics.has(topic) || seen.get(groupId)?.has(topic)) continue;
			const unknown = fact.kind === 'share' ? 'share_not_initialised' : 'no_commit';
			groups.push(groupRecord(groupId, fact, topic, { unknown }));
		}
	}
}
