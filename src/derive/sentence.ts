import { clock, grouped, span } from '../amounts.ts';
import type { Consumer, Status } from '../model.ts';
import type { LagSpan } from './window.ts';

/** What a sentence tells beside what is exported. */
export interface SentenceFacts {
	/** When the position last moved, in milliseconds since 1970; absent: never since the first sight. */
	readonly movedMs: number | undefined;
	readonly span: LagSpan | undefined;
}

type Numbers = Omit<Consumer, 'statusReason'>;

/** Says why a group has its status, with the numbers: "lag 12,400 for 6 min 30 s, 3 members". */
export function sentenceOf(consumer: Numbers, facts: SentenceFacts): string {
	return sentences[consumer.status](consumer, facts);
}

const sentences: Readonly<Record<Status, (consumer: Numbers, facts: SentenceFacts) => string>> = {
	unknown: ({ lagUnknown }) => `lag cannot be told: ${lagUnknown}`,
	losing: (consumer) =>
		`unread messages were deleted of late, ${grouped(consumer.lostTotal)} since ${clock(consumer.firstSeenMs)}, ${lag(consumer)}${oldest(consumer)}`,
	paused: (consumer) => `paused, ${lag(consumer)}`,
	stopped: (consumer, facts) =>
		`${lag(consumer)} for ${span(consumer.stoppedSeconds)}, nobody reads, ${rest(consumer, facts)}`,
	blocked: (consumer, facts) =>
		`${grouped(consumer.pending)} unacknowledged at a limit of ${grouped(consumer.pendingLimit)}, ${lag(consumer)} for ${span(consumer.stalledSeconds)}, ${rest(consumer, facts)}`,
	stalled: (consumer, facts) =>
		`${lag(consumer)} for ${span(consumer.stalledSeconds)}, ${rest(consumer, facts)}`,
	rewound: (consumer) => `the position went back of late, ${lag(consumer)}${oldest(consumer)}`,
	ok: (consumer) => `${lag(consumer)}${oldest(consumer)}`,
	catching_up: (consumer, { span: lags }) =>
		`${lag(consumer)}${then(lags)}${oldest(consumer)}${through(consumer)}${tooOld(consumer)}`,
	behind: (consumer, { span: lags }) =>
		`${lag(consumer)}${then(lags)}${oldest(consumer)}${tooOld(consumer)}`,
};

function lag({ lag: messages, lagUncertainty = 0 }: Numbers): string {
	return `lag ${grouped(messages)}${lagUncertainty > 0 ? ` ± ${grouped(lagUncertainty)}` : ''}`;
}

function oldest({ lagSeconds = 0 }: Numbers): string {
	return lagSeconds > 0 ? `, the oldest message is ${span(lagSeconds)} old` : '';
}

/** Where what was delivered has waited too long for its acknowledgement, that is the trouble. */
function tooOld({ breaches, pending, pendingAgeSeconds }: Numbers): string {
	if (!breaches.pendingAge || pendingAgeSeconds === undefined) return '';
	return `, ${grouped(pending)} not acknowledged, the oldest for ${span(pendingAgeSeconds)}`;
}

function then(lags: LagSpan | undefined): string {
	if (!lags) return '';
	if (lags.before === lags.now) return `, the same for ${span(lags.seconds)}`;
	const way = lags.before > lags.now ? 'down' : 'up';
	return `, ${way} from ${grouped(lags.before)} in ${span(lags.seconds)}`;
}

function through({ drainSeconds }: Numbers): string {
	return drainSeconds === undefined ? '' : `, through in ${span(drainSeconds)}`;
}

/** How long nothing has moved, and who is there. */
function rest(consumer: Numbers, facts: SentenceFacts) {
	const { partitionsUnknown, lagUncertainty, members, firstSeenMs } = consumer;
	// Positions on partitions are commits, but for partitions that tell their lag themselves.
	const isCommit = partitionsUnknown !== undefined && lagUncertainty === undefined;
	const what = isCommit ? 'no commit' : 'no progress';
	const { movedMs } = facts;
	const since =
		movedMs === undefined
			? `${what} since it was first seen at ${clock(firstSeenMs)}`
			: `${what} since ${clock(movedMs)}`;
	if (members === undefined) return since;
	return `${since}, ${grouped(members)} ${members === 1 ? 'member' : 'members'}`;
}
