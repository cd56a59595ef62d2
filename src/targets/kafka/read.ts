import type { Problem, Reading, Unread } from '../../model.ts';
import { passes } from '../../options/pattern.ts';
import { errorCode, nameOfCode, problemOfCode } from './error-codes.ts';
import type { Answers, Leg, Scope } from './fetch.ts';
import { brokerProblem } from './problems.ts';
import type { ListedGroup } from './protocol/list-groups.ts';
import { readGroups } from './read-groups.ts';
import { readStreams } from './read-streams.ts';

/** Turns what the brokers answered into a reading. Pure. */
export function readAnswers(
	answers: Answers,
	scope: Scope,
	detail: 'partition' | 'stream',
): Reading {
	const problems: Problem[] = [...brokenLegs(answers)];
	const unread: Unread[] = [];
	const streams = readStreams(answers, scope, problems, unread);
	const { listed, complete } = readListings(answers, scope, problems);
	const groups = readGroups(answers, listed, streams, scope, problems, unread);
	if (complete && listed.size === 0 && answers.metadata.topics.length === 0) {
		problems.push({
			code: 'nothing_visible',
			operation: 'list_groups',
			message:
				'the cluster shows neither topics nor groups; that usually means that DESCRIBE on topics and groups is not permitted',
		});
	}
	return {
		streams: [...streams.values()],
		groups,
		unread,
		complete,
		problems,
		partitionDetail: detail === 'partition',
		agesByHead: true,
	};
}

/** Each broker that failed once, whatever number of legs that cost. */
function brokenLegs(answers: Answers): readonly Problem[] {
	const legs: readonly Leg<unknown, unknown>[] = [
		...answers.listings,
		...answers.offsets,
		...answers.ends,
		...answers.starts,
	];
	const errors = new Map(
		legs.flatMap((leg) => ('error' in leg ? [[leg.error.broker, leg.error] as const] : [])),
	);
	return [...errors.values()].map(brokerProblem);
}

function readListings(
	{ listings }: Answers,
	{ groups }: Scope,
	problems: Problem[],
): { readonly listed: ReadonlyMap<string, ListedGroup>; readonly complete: boolean } {
	const listed = new Map<string, ListedGroup>();
	let complete = listings.length > 0;
	for (const listing of listings) {
		if ('error' in listing) {
			complete = false;
			continue;
		}
		const { errorCode: code } = listing.answer;
		if (code !== errorCode.none) {
			complete = false;
			problems.push({
				code: problemOfCode(code),
				operation: 'list_groups',
				subject: `broker ${listing.asked}`,
				message: `broker ${listing.asked} does not list its groups: ${nameOfCode(code)}`,
			});
		}
		for (const group of listing.answer.groups) {
			if (!listed.has(group.groupId) && passes(groups, group.groupId)) {
				listed.set(group.groupId, group);
			}
		}
	}
	return { listed, complete };
}
