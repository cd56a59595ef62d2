import type { Group, Position, Problem, Unread } from '../../../model.ts';
import { errorCode, nameOfCode, problemOfCode } from '../error-codes.ts';
import type { Answers } from '../fetch/answers.ts';
import { addTo } from '../lists.ts';
import type { GroupDescription } from '../protocol/group-description.ts';
import type { ListedGroup } from '../protocol/list-groups.ts';

/** What is known of a group beside its offsets. */
export interface GroupFacts {
	readonly kind: string | undefined;
	readonly state: string | undefined;
	/** Whether someone is there who could read; absent: not told. */
	readonly present?: boolean;
	/** Members by topics of which they have a partition; absent: not told, as in a rebalance. */
	readonly membersByTopic?: ReadonlyMap<string, number>;
}

/** What was listed and described of every group in scope; yields wherever it may be interrupted. */
export function* readMembers(
	answers: Answers,
	listed: ReadonlyMap<string, ListedGroup>,
	problems: Problem[],
	unread: Unread[],
): Generator<void, ReadonlyMap<string, GroupFacts>> {
	const described = new Map<string, GroupDescription>();
	for (const leg of answers.descriptions) {
		if ('error' in leg) {
			// A topic on which it has members but no commit cannot be told now.
			for (const consumerGroup of leg.asked.groupIds)
				unread.push({ consumerGroup, reason: 'not_read' });
			continue;
		}
		for (const description of leg.answer) {
			const better =
				description.errorCode === errorCode.none || !described.has(description.groupId);
			if (better) described.set(description.groupId, description);
		}
	}
	const refused = new Map<number, string[]>();
	const facts = new Map<string, GroupFacts>();
	for (const [groupId, group] of listed) {
		yield;
		const description = described.get(groupId);
		const code = description?.errorCode ?? errorCode.none;
		// A group that is not found was deleted since it was listed.
		if (code !== errorCode.none && code !== errorCode.groupIdNotFound) {
			addTo(refused, code, groupId);
			unread.push({ consumerGroup: groupId, reason: problemOfCode(code) });
		}
		const usable = code === errorCode.none && description?.state !== 'Dead';
		const fact = factsOf(group, usable ? description : undefined);
		facts.set(groupId, fact);
		if (fact.present && !fact.membersByTopic) {
			unread.push({ consumerGroup: groupId, reason: 'rebalancing' });
		}
	}
	for (const [code, groupIds] of refused) {
		problems.push({
			code: problemOfCode(code),
			operation: 'describe_groups',
			message: `${groupIds.length} groups cannot be described (${groupIds.slice(0, 5).join(', ')}): ${nameOfCode(code)}`,
		});
	}
	return facts;
}

/** A group on one topic; each has the same fields, in the same order. */
export function groupRecord(
	consumerGroup: string,
	facts: GroupFacts | undefined,
	stream: string,
	lag: Group['lag'],
	acknowledged?: Position,
): Group {
	const { kind, state, present, membersByTopic } = facts ?? {};
	return {
		stream,
		consumerGroup,
		kind,
		state,
		readers: present === undefined ? undefined : { present },
		members: membersByTopic && (membersByTopic.get(stream) ?? 0),
		lag,
		acknowledged,
	};
}

function factsOf(listed: ListedGroup, description: GroupDescription | undefined): GroupFacts {
	const kind = kindOf(listed, description);
	const word = description?.state ?? listed.state;
	const state = word ? snakeCase(word) : undefined;
	// Whoever reads without a group protocol is not seen.
	if (!description || kind === 'simple') return { kind, state };
	const rebalancing = state !== undefined && rebalances.has(state);
	const { members } = description;
	const membersByTopic = countByTopic(members);
	return {
		kind,
		state,
		present: members.length > 0 || rebalancing,
		...(membersByTopic && { membersByTopic }),
	};
}

/** States in which partitions are being handed to members, of all types of groups. */
const rebalances = new Set([
	'preparing_rebalance',
	'completing_rebalance',
	'assigning',
	'reconciling',
]);

function countByTopic(
	members: GroupDescription['members'],
): ReadonlyMap<string, number> | undefined {
	const counts = new Map<string, number>();
	for (const { topics } of members) {
		if (!topics) return undefined;
		for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
	}
	return counts;
}

/** Offsets that were committed without a group protocol belong to a simple consumer. */
function kindOf(
	{ type, protocolType }: ListedGroup,
	description: GroupDescription | undefined,
): string | undefined {
	const classic = type === 'classic' || (type === null && description !== undefined);
	if (classic) return protocolType === '' ? 'simple' : 'classic';
	return type === null ? undefined : snakeCase(type);
}

/** `PreparingRebalance` is `preparing_rebalance`. */
function snakeCase(word: string): string {
	return word.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
