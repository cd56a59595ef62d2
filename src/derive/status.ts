import type { Consumer, Status } from '../model.ts';

/** What decides about a status beside what is exported; one object for all groups of a round. */
export interface StatusFacts {
	paused: boolean;
	/** Within the last ten polls: unread messages were deleted, */
	lost: boolean;
	/** the position went back, */
	rewound: boolean;
	/** there was no lag that counts, */
	quiet: boolean;
	/** the lag became smaller. */
	shrank: boolean;
	readonly intervalSeconds: number;
}

type Numbers = Pick<
	Consumer,
	| 'lag'
	| 'lagSeconds'
	| 'stalledSeconds'
	| 'stoppedSeconds'
	| 'pending'
	| 'pendingLimit'
	| 'objective'
	| 'breaches'
>;

/** The first that holds. */
export function statusOf(numbers: Numbers, facts: StatusFacts): Status {
	const { lag, lagSeconds, stalledSeconds = 0, stoppedSeconds = 0, breaches } = numbers;
	const { stalledAfterSeconds } = numbers.objective;
	if (lag === undefined) return 'unknown';
	if (facts.lost) return 'losing';
	if (facts.paused) return 'paused';
	// A group without lag stands at 0, and so it is neither, however small stalled_after is.
	const stalled = stalledSeconds > 0 && stalledSeconds >= stalledAfterSeconds;
	if (stoppedSeconds > 0 && stoppedSeconds >= stalledAfterSeconds) return 'stopped';
	if (stalled && isFull(numbers)) return 'blocked';
	if (stalled) return 'stalled';
	if (facts.rewound) return 'rewound';
	const breached = breaches.lag || breaches.lagSeconds || breaches.pendingAge;
	const young = lagSeconds !== undefined && lagSeconds < 2 * facts.intervalSeconds;
	if (!breached && (facts.quiet || young)) return 'ok';
	return facts.shrank ? 'catching_up' : 'behind';
}

function isFull({ pending, pendingLimit }: Numbers): boolean {
	return pending !== undefined && pendingLimit !== undefined && pending >= pendingLimit;
}
