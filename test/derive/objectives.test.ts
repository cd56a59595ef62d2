import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breachesOf, objectiveFinder } from '../../src/derive/objectives.ts';
import type { Group } from '../../src/model.ts';
import type { Objective } from '../../src/options/objective.ts';
import { compilePattern } from '../../src/options/pattern.ts';
import { objectiveOf, Play, partitioned, readingOf, told } from './play.ts';

const group = { target: 'eu', platform: 'kafka', stream: 'orders', consumerGroup: 'billing' };

function matching(name: string, match: Partial<Record<keyof Objective['match'], string>>) {
	const compiled = Object.entries(match).map(([key, text]) => [key, compilePattern(text)]);
	return objectiveOf({ name, match: Object.fromEntries(compiled) });
}

for (const [expected, ...objectives] of [
	['default'],
	['default', matching('other', { consumerGroup: 'audit' })],
	['all', matching('all', {})],
	['first', matching('first', { stream: 'ord*' }), matching('second', { stream: 'orders' })],
	['second', matching('first', { stream: 'x*' }), matching('second', { stream: 'orders' })],
	['default', matching('half', { stream: 'orders', consumerGroup: 'audit' })],
	[
		'whole',
		matching('whole', { target: 'e?', platform: 'kafka', stream: '*', consumerGroup: '/b.*/' }),
	],
] as const) {
	const names = objectives.map(({ name }) => name).join(', ') || 'none';
	test(`of ${names}, the objective of the group is ${expected}`, () => {
		const objective = objectiveFinder(objectives)(group);
		assert.equal(objective.name, expected);
		assert.equal(objective.expressed, expected !== 'default');
	});
}

test('the built-in objective is that of the contract', () => {
	const { name, severity, stalledAfterSeconds, ignoreLag, lag, lagSeconds, pendingAgeSeconds } =
		objectiveFinder([])(group);
	assert.deepEqual(
		[name, severity, stalledAfterSeconds, ignoreLag, lag, lagSeconds, pendingAgeSeconds],
		['default', 'warning', 600, 0, undefined, undefined, undefined],
	);
});

const strict = objectiveFinder([objectiveOf({ lag: 10, lagSeconds: 60, pendingAgeSeconds: 300 })])(
	group,
);
const lax = objectiveFinder([])(group);

for (const [name, objective, values, expected] of [
	['a value above its threshold breaches it', strict, { lag: 11 }, { lag: true }],
	['a value at its threshold does not', strict, { lag: 10 }, { lag: false }],
	['without a threshold nothing is said', lax, { lag: 11, lagSeconds: 99 }, {}],
	['without a value nothing is said', strict, {}, {}],
	[
		'each kind is told apart',
		strict,
		{ lag: 1, lagSeconds: 61, pendingAgeSeconds: 1 },
		{ lag: false, lagSeconds: true, pendingAge: false },
	],
	['without pending messages none is too old', strict, { pending: 0 }, { pendingAge: false }],
	['pending messages of unknown age say nothing', strict, { pending: 5 }, {}],
] as const) {
	test(name, () => assert.deepEqual(breachesOf(objective, values), expected));
}

test('an objective is looked for once for a group and configuration', () => {
	let asked = 0;
	const counting = { source: '*', matches: () => ++asked > 0 };
	const play = new Play({ objectives: [objectiveOf({ match: { stream: counting } })] });
	for (let poll = 0; poll < 5; poll++) play.one(told(1));
	assert.equal(asked, 1);
	play.configure([objectiveOf({ name: 'new', match: { stream: counting } })]);
	assert.equal(play.one(told(1)).objective.name, 'new');
	assert.equal(play.one(told(1)).objective.name, 'new');
	assert.equal(asked, 2);
});

test('another configuration leaves counters and clocks alone', () => {
	const play = new Play();
	play.one(partitioned([5], [10]));
	play.one(partitioned([6], [10]));
	play.configure([objectiveOf({})]);
	const { consumedTotal, stalledSeconds } = play.one(partitioned([6], [10]));
	assert.deepEqual([consumedTotal, stalledSeconds], [1, 10]);
});

const expected = [
	{ target: 't', stream: 'orders', consumerGroup: 'billing' },
	{ target: 'elsewhere', stream: 'orders', consumerGroup: 'billing' },
];

test('an expected group is missing while complete listings do not show it', () => {
	const play = new Play({ expected });
	const missing = (groups: readonly Group[] | undefined, complete = true) => {
		const { expectations } = play.poll(groups && readingOf(groups, { complete, streams: [] }));
		assert.equal(expectations.length, 1);
		return expectations[0]?.missing;
	};
	assert.equal(missing([]), true);
	assert.equal(missing([told(1)]), false);
	// Neither a failed nor a partial listing says that it is gone, or that it is there.
	assert.equal(missing(undefined), undefined);
	assert.equal(missing([], false), undefined);
	assert.equal(missing([told(1)], false), false);
	// Right after a restart brokers answer with empty lists: three of them count.
	assert.deepEqual([missing([]), missing([]), missing([])], [false, false, true]);
});

test('a group says whether it is expected', () => {
	const play = new Play({ expected });
	const { consumers } = play.poll(readingOf([told(1), told(1, { consumerGroup: 'audit' })]));
	assert.deepEqual(
		Array.from(consumers, (consumer) => [consumer.consumerGroup, consumer.expected]),
		[
			['billing', true],
			['audit', false],
		],
	);
});
