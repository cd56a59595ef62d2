import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StatusFacts, statusOf } from '../../src/derive/status.ts';
import type { Consumer, Group, Status } from '../../src/model.ts';
import { objectiveOf, Play, partitioned, told } from './play.ts';

const objective = {
	name: 'default',
	severity: 'warning',
	expressed: false,
	stalledAfterSeconds: 600,
	ignoreLag: 0,
};
const calm: StatusFacts = {
	paused: false,
	lost: false,
	rewound: false,
	quiet: false,
	shrank: false,
	intervalSeconds: 15,
};
const full = { pending: 100, pendingLimit: 100 };

const cases: readonly [Status, string, Partial<Consumer>, Partial<StatusFacts>][] = [
	['unknown', 'no lag is known', {}, { lost: true, paused: true, quiet: true }],
	['losing', 'messages were lost', { lag: 5, stalledSeconds: 900 }, { lost: true, paused: true }],
	[
		'paused',
		'it is paused',
		{ lag: 5, stalledSeconds: 900, stoppedSeconds: 900 },
		{ paused: true },
	],
	['stopped', 'nobody reads', { lag: 5, stalledSeconds: 900, stoppedSeconds: 600, ...full }, {}],
	[
		'blocked',
		'its limit is reached',
		{ lag: 5, stalledSeconds: 900, stoppedSeconds: 599, ...full },
		{},
	],
	[
		'stalled',
		'nothing moves',
		{ lag: 5, stalledSeconds: 600, stoppedSeconds: 0 },
		{ rewound: true },
	],
	[
		'stalled',
		'the limit is not reached',
		{ lag: 5, stalledSeconds: 600, pending: 99, pendingLimit: 100 },
		{},
	],
	['rewound', 'it went back', { lag: 5, stalledSeconds: 599 }, { rewound: true, quiet: true }],
	[
		'rewound',
		'full, but for a moment only',
		{ lag: 5, stalledSeconds: 10, ...full },
		{ rewound: true },
	],
	['ok', 'no lag', { lag: 0 }, { quiet: true }],
	['ok', 'it had no lag within the window', { lag: 50 }, { quiet: true }],
	['ok', 'its oldest message is younger than two intervals', { lag: 50, lagSeconds: 29 }, {}],
	[
		'catching_up',
		'lag shrank, and it is older than that',
		{ lag: 50, lagSeconds: 30 },
		{ shrank: true },
	],
	[
		'catching_up',
		'breached, whatever is quiet',
		{ lag: 50, breaches: { lag: true } },
		{ quiet: true, shrank: true },
	],
	['behind', 'lag stays', { lag: 50, lagSeconds: 30 }, {}],
	['behind', 'no age is known', { lag: 50 }, {}],
	[
		'behind',
		'its pending messages are too old',
		{ lag: 0, breaches: { pendingAge: true } },
		{ quiet: true },
	],
	[
		'ok',
		'thresholds that are kept are no breach',
		{ lag: 0, breaches: { lag: false } },
		{ quiet: true },
	],
];

for (const [status, why, numbers, facts] of cases) {
	test(`${status}: ${why}`, () => {
		const consumer = { objective, breaches: {}, ...numbers };
		assert.equal(statusOf(consumer, { ...calm, ...facts }), status);
	});
}

test('a group without lag is never stalled, even if that may take no time', () => {
	const strict = { ...objective, stalledAfterSeconds: 0 };
	const consumer = {
		lag: 0,
		stalledSeconds: 0,
		stoppedSeconds: 0,
		objective: strict,
		breaches: {},
	};
	assert.equal(statusOf(consumer, { ...calm, quiet: true }), 'ok');
});

/** The statuses after each poll, ten seconds apart. */
function statuses(...groups: (Group | undefined)[]): readonly Status[] {
	const play = new Play();
	return groups.map((group) => play.one(group).status);
}

function times<T>(count: number, value: T): readonly T[] {
	return Array.from({ length: count }, () => value);
}

test('losing lasts for the ten polls from the loss on', () => {
	const before = partitioned([5], [100]);
	const after = partitioned([5], [100], [20]);
	const seen = statuses(before, ...times(11, after));
	assert.deepEqual(seen, ['behind', ...times(10, 'losing'), 'behind']);
});

test('rewound lasts for the ten polls from the step back on', () => {
	const seen = statuses(partitioned([90], [100]), ...times(11, partitioned([5], [100])));
	assert.deepEqual(seen, ['behind', ...times(10, 'rewound'), 'behind']);
});

test('a group is ok for nine more polls after the last one without lag', () => {
	const seen = statuses(told(0), ...times(10, told(5)));
	assert.deepEqual(seen, [...times(10, 'ok'), 'behind']);
});

test('a poll in which the lag is unknown is none without lag', () => {
	const unknown: Group = { ...told(0), lag: { unknown: 'not_counted' } };
	const seen = statuses(told(0), ...times(10, unknown), told(5));
	assert.deepEqual(seen, ['ok', ...times(10, 'unknown'), 'behind']);
});

test('a group that is kept keeps its status for a while, then it is unknown', () => {
	const play = new Play({ keepFailed: 30 });
	play.one(told(0));
	const seen = times(4, undefined).map(() => play.one(undefined).status);
	assert.deepEqual(seen, ['ok', 'ok', 'ok', 'unknown']);
});

function sentence(options: ConstructorParameters<typeof Play>[0], ...groups: readonly Group[]) {
	const play = new Play(options);
	const all = groups.map((group) => play.one(group));
	const last = all.at(-1);
	return `${last?.status}: ${last?.statusReason}`;
}

const soon = { objectives: [objectiveOf({ stalledAfterSeconds: 60 })] };

test('each status says why, with the numbers', () => {
	const members = { members: 3, readers: { present: true } };
	const standing = partitioned([0], [12_400], [0], members);
	assert.equal(
		sentence(soon, partitioned([0], [0], [0], members), ...times(40, standing)),
		'stalled: lag 12,400 for 6 min 30 s, no commit since it was first seen at 14:00:00, 3 members',
	);
	assert.equal(
		sentence(
			soon,
			partitioned([1], [9]),
			partitioned([2], [9]),
			...times(6, partitioned([2], [9])),
		),
		'stalled: lag 7 for 1 min, no commit since 14:00:10',
	);
	const gone = partitioned([2], [9], [0], { members: 0, readers: { present: false } });
	assert.equal(
		sentence(soon, ...times(8, gone)),
		'stopped: lag 7 for 1 min 10 s, nobody reads, no commit since it was first seen at 14:00:00, 0 members',
	);
	const position = { major: 4, minor: 0 };
	const blocked = told(7, { position, pending: 1000, pendingLimit: 1000, members: 1 });
	assert.equal(
		sentence(soon, ...times(7, blocked)),
		'blocked: 1,000 unacknowledged at a limit of 1,000, lag 7 for 1 min, no progress since it was first seen at 14:00:00, 1 member',
	);
	assert.equal(
		sentence({}, partitioned([5], [100]), partitioned([5], [100], [20])),
		'losing: unread messages were deleted of late, 15 since 14:00:00, lag 80, the oldest message is 10 s old',
	);
	assert.equal(sentence({}, told(7, { paused: true })), 'paused: paused, lag 7');
	assert.equal(
		sentence({}, partitioned([90], [100]), partitioned([5], [100])),
		'rewound: the position went back of late, lag 95, the oldest message is 10 s old',
	);
	assert.equal(sentence({}, told(0)), 'ok: lag 0');
	assert.equal(
		sentence({}, told(900_000), told(800_000, { lagSeconds: 90_061 })),
		'catching_up: lag 800,000, down from 900,000 in 10 s, the oldest message is 1 d 1 h old, through in 1 min 20 s',
	);
	assert.equal(sentence({}, told(1), told(2)), 'behind: lag 2, up from 1 in 10 s');
	assert.equal(sentence({}, told(2), told(2)), 'behind: lag 2, the same for 10 s');
	const promised = { objectives: [objectiveOf({ pendingAgeSeconds: 60 })] };
	assert.equal(
		sentence(promised, told(0, { pending: 1200, pendingAgeSeconds: 90 })),
		'behind: lag 0, 1,200 not acknowledged, the oldest for 1 min 30 s',
	);
	assert.equal(
		sentence({}, { stream: 'orders', consumerGroup: 'billing', lag: { unknown: 'no_leader' } }),
		'unknown: lag cannot be told: no_leader',
	);
	assert.equal(
		sentence({}, told(5, { lag: { messages: 5, uncertainty: 2 } })),
		'behind: lag 5 ± 2',
	);
});
