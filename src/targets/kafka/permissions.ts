import type { Example } from '../../options/pattern.ts';
import type { Trial } from '../trial.ts';
import { errorCode, nameOfCode } from './error-codes.ts';
import { fewOf } from './problems.ts';

/** A name that was asked for; an example where it was made up, or may have been. */
export type Named = Pick<Example, 'name'>;

/** What polls ask for, what a user needs for it, and what is lost without. */
export const operations = {
	Metadata: {
		permission: 'DESCRIBE on topics',
		lost: 'topics, and with them all lag: the cluster shows none, without an error',
	},
	ListGroups: {
		permission: 'DESCRIBE on groups',
		lost: 'groups: the cluster lists none, without an error',
	},
	ListOffsets: {
		permission: 'DESCRIBE on topics',
		lost: 'these topics and the lag on them: they are left out of every answer, without an error',
	},
	OffsetFetch: {
		permission: 'DESCRIBE on groups',
		lost: 'these groups: they are on no list, without an error',
	},
	DescribeConfigs: {
		permission: 'DESCRIBE_CONFIGS on topics',
		lost: 'stream_retention_seconds, and how much of the retention is used and left by time',
	},
	coordinators: {
		permission: 'DESCRIBE on the topic __consumer_offsets',
		lost: 'the knowledge that a list of groups has gaps while a coordinator is down: its groups can then be taken for deleted',
	},
} as const;

type Operation = keyof typeof operations;

/** What a list shows: nothing at all usually means that nothing may be seen. */
export function seenTrial(
	operation: 'Metadata' | 'ListGroups',
	what: string,
	count: number,
	refused: readonly Named[],
	tried: readonly Named[],
): Trial {
	const answer = `${count} ${what}`;
	const subject = 'the cluster';
	if (count > 0) return { operation, subject, state: 'allowed', answer };
	const { permission, lost } = operations[operation];
	if (refused.length === 0 && tried.length > 0) {
		return { operation, subject, state: 'allowed', answer: `no ${what} yet` };
	}
	const why = `no ${what}, which usually means that DESCRIBE on ${what} is missing`;
	return { operation, subject, state: 'refused', answer: why, permission, lost };
}

export function namesTrial(
	operation: Operation,
	refused: readonly Named[],
	tried: readonly Named[],
): Trial {
	const title = operation === 'coordinators' ? 'Metadata' : operation;
	const names = refused.length > 0 ? refused : tried;
	const subject = fewOf(names.map(nameShown));
	if (refused.length > 0) {
		const code =
			operation === 'OffsetFetch'
				? errorCode.groupAuthorizationFailed
				: errorCode.topicAuthorizationFailed;
		const { permission, lost } = operations[operation];
		return {
			operation: title,
			subject,
			state: 'refused',
			answer: nameOfCode(code),
			permission,
			lost,
		};
	}
	if (tried.length > 0) return { operation: title, subject, state: 'allowed' };
	return {
		operation: title,
		subject: 'no names are known beforehand where include has regular expressions only',
		state: 'untried',
	};
}

/** Patterns are shown instead of names that were made up for them. */
function nameShown(named: Named | Example): string {
	return 'pattern' in named ? named.pattern.source : named.name;
}
