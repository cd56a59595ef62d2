import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consumer } from '../../src/model.ts';
import { Play } from './play.ts';
import { type Behaviour, type Partition, World } from './world.ts';

const interval = 15;
const minute = 60;
const hour = 3600;

/** By how much an age may be off, and by a second more: so finely is the truth known. */
function ageBound(truth: number, { intervals, ratio } = even): number {
	return Math.max(intervals * interval, ratio * truth) + 1;
}

const even = { intervals: 1.1, ratio: 0.03 };
/** Where production has more corners than a history has points: floods, and drops in between. */
const ragged = { intervals: 2, ratio: 0.05 };

// Producers, in messages a second.
const steady: Behaviour['produce'] = () => 40;
const noisy: Behaviour['produce'] = (_, random) => Math.floor(random() * 80);
/** 20 minutes up, then nothing for 10. */
const sawTooth: Behaviour['produce'] = (second) => {
	const phase = second % (30 * minute);
	return phase < 20 * minute ? Math.floor(phase / 12) : 0;
};
/** Half a minute of flood each quarter of an hour, next to nothing in between. */
const bursts: Behaviour['produce'] = (second, random) =>
	second % (15 * minute) < 30 ? 2000 : random() < 0.05 ? 1 : 0;

// Groups.
/** Reads all that is there, at most so many a second. */
const reads =
	(most: number): Behaviour['commit'] =>
	({ position, start, end }) =>
		Math.min(end, Math.max(position, start) + most);
/** Commits once in so many seconds all that is there. */
const commitsEvery =
	(seconds: number): Behaviour['commit'] =>
	({ position, end }, second) =>
		second % seconds === 0 ? end : position;
/** Does what another does until some time, nothing from then on. */
const until =
	(death: number, commit: Behaviour['commit']): Behaviour['commit'] =>
	(partition, second) =>
		second < death ? commit(partition, second) : partition.position;
/** Keeps what came within so many seconds, and deletes once in so many. */
const keeps =
	(seconds: number, every: number): NonNullable<Behaviour['retain']> =>
	(partition: Partition, second) =>
		second % every === 0
			? Math.max(partition.start, partition.endAt(second - seconds))
			: partition.start;

interface Shape {
	readonly name: string;
	readonly behaviours: readonly Behaviour[];
	readonly seconds: number;
	/** How far ages may be off. */
	readonly bound?: typeof even;
	/** Seconds in which polls read nothing. */
	readonly blind?: (second: number) => boolean;
}

const shapes: readonly Shape[] = [
	{
		name: 'steady, and the group keeps up',
		seconds: 2 * hour,
		behaviours: [
			{ produce: steady, commit: reads(100) },
			{ produce: noisy, commit: reads(100) },
		],
	},
	{
		name: 'a saw-tooth that the group follows late',
		seconds: 4 * hour,
		behaviours: [
			{ produce: sawTooth, commit: reads(50) },
			{ produce: sawTooth, commit: reads(60) },
		],
	},
	{
		name: 'bursts that take the group minutes',
		seconds: 4 * hour,
		behaviours: [
			{ produce: bursts, commit: reads(100) },
			{ produce: noisy, commit: reads(50) },
		],
	},
	{
		name: 'a group that commits once in five minutes',
		seconds: 2 * hour,
		behaviours: [
			{ produce: steady, commit: commitsEvery(5 * minute) },
			{ produce: noisy, commit: commitsEvery(5 * minute) },
		],
	},
	{
		name: 'a group that dies after an hour, under even production',
		seconds: 12 * hour,
		behaviours: [
			{ produce: steady, commit: until(hour, reads(100)), present: (second) => second < hour },
			{ produce: noisy, commit: until(hour, reads(100)), present: (second) => second < hour },
		],
	},
	{
		name: 'a group that dies after an hour, under bursts',
		seconds: 8 * hour,
		bound: ragged,
		behaviours: [
			{ produce: bursts, commit: until(hour, reads(500)) },
			{ produce: sawTooth, commit: until(hour, reads(500)) },
		],
	},
	{
		name: 'a group that was dead for hours and catches up slowly, under bursts',
		seconds: 12 * hour,
		bound: ragged,
		behaviours: [
			{
				produce: bursts,
				commit: ({ position, end }, second) =>
					second < hour || second > 4 * hour ? Math.min(end, position + 120) : position,
			},
		],
	},
	{
		name: 'polls that read nothing now and then, and for ten minutes',
		seconds: 3 * hour,
		blind: (second) => second % (7 * interval) === 0 || Math.abs(second - hour) < 5 * minute,
		behaviours: [
			{ produce: steady, commit: reads(45) },
			{ produce: sawTooth, commit: reads(50) },
		],
	},
];

/** Plays a shape; looks at each poll that read something, with the truth of that moment. */
function simulate(
	shape: Shape,
	look: (consumer: Consumer, world: World, poll: number) => void,
): void {
	const world = new World(shape.behaviours, 42);
	const play = new Play({ interval });
	for (let poll = 0; world.second < shape.seconds; poll++) {
		world.play(interval);
		const isBlind = shape.blind?.(world.second) ?? false;
		const [consumer] = play.poll(isBlind ? undefined : world.reading).consumers;
		if (consumer && !isBlind) look(consumer, world, poll);
	}
}

for (const shape of shapes) {
	const { intervals, ratio } = shape.bound ?? even;
	const ages = `ages within ${intervals} intervals or ${100 * ratio} %`;
	test(`${shape.name}: lag and counters are exact, clocks within an interval, ${ages}`, () => {
		let first: { readonly consumed: number; readonly end: readonly number[] } | undefined;
		simulate(shape, (consumer, world, poll) => {
			const at = `at ${world.second} s`;
			first ??= {
				consumed: world.sum('consumed'),
				end: world.partitions.map(({ end }) => end),
			};
			assert.equal(consumer.lag, world.sum('lag'), at);
			assert.equal(consumer.consumedTotal, world.sum('consumed') - first.consumed, at);
			assert.equal(consumer.lostTotal, 0, at);
			const stalled = Math.min(world.stalledSeconds, poll * interval);
			near(consumer.stalledSeconds, stalled, interval, `stalled ${at}`);
			// What came before the first poll is known to be at least as old as that.
			const knowsAge = world.partitions.every(
				({ position }, index) => position >= (first?.end[index] ?? 0),
			);
			if (knowsAge)
				near(
					consumer.lagSeconds,
					world.ageSeconds,
					ageBound(world.ageSeconds, shape.bound),
					`age ${at}`,
				);
			else assert.ok((consumer.lagSeconds ?? 0) <= world.ageSeconds + 1, `age ${at}`);
		});
	});
}

function near(value: number | undefined, truth: number, bound: number, what: string): void {
	const error = Math.abs((value ?? Number.NaN) - truth);
	assert.ok(error <= bound, `${what}: ${value} instead of ${truth}, more than ${bound} off`);
}

test('a group that dies is told in turn: ok, behind, stopped', () => {
	const death = 20 * minute;
	const seen: [string, number][] = [];
	const behaviour = {
		produce: steady,
		commit: until(death, reads(100)),
		present: (second: number) => second < death,
	};
	simulate({ name: '', behaviours: [behaviour], seconds: hour }, ({ status }, { second }) => {
		if (seen.at(-1)?.[0] !== status) seen.push([status, second - death]);
	});
	assert.deepEqual(
		seen.map(([status]) => status),
		['ok', 'behind', 'stopped'],
	);
	// It stops at 10 min, to an interval; until then it is ok while the window has seen no lag.
	near(seen[2]?.[1], 10 * minute, interval, 'stopped');
	near(seen[1]?.[1], 10 * interval, 2 * interval, 'behind');
});

test('the time to drain of an even catch-up is when it is through, to 5 % and two intervals', () => {
	const begin = 30 * minute;
	const behaviour: Behaviour = {
		produce: steady,
		commit: ({ position, end }, second) =>
			second < begin ? position : Math.min(end, position + 100),
	};
	// 30 min of 40 a second, shrinking by 60 a second: 20 min.
	const through = begin + 20 * minute;
	let looked = 0;
	simulate({ name: '', behaviours: [behaviour], seconds: hour }, (consumer, { second }) => {
		if (second <= begin) assert.equal(consumer.drainSeconds, undefined);
		if (second < begin + 10 * interval || second > through) return;
		looked += 1;
		// In the end its oldest message is as young as that of a group that keeps up.
		assert.equal(consumer.status, (consumer.lagSeconds ?? 0) < 2 * interval ? 'ok' : 'catching_up');
		near(
			consumer.drainSeconds,
			through - second,
			0.05 * (through - second) + 2 * interval,
			'drain',
		);
	});
	assert.ok(looked > 50);
});

test('a step back is told, and what is read again counts again', () => {
	const behaviour: Behaviour = {
		produce: steady,
		commit: (partition, second) => (second === 1000 ? 10_000 : reads(200)(partition, second)),
	};
	let rewound = 0;
	let last: Consumer | undefined;
	const world = new World([behaviour], 1);
	const play = new Play({ interval });
	for (let poll = 0; poll < 200; poll++) {
		world.play(interval);
		const [consumer] = play.poll(world.reading).consumers;
		if (consumer?.status === 'rewound') rewound += 1;
		last = consumer;
	}
	assert.equal(rewound, 10);
	// What was read twice within the one interval of the step cannot be told apart.
	near(last?.consumedTotal, world.sum('consumed') - 600, 200 * interval, 'consumed');
});

test('a topic that is made anew is unknown until a commit fits, and goes on from there', () => {
	const reset = 30 * minute;
	const behaviour: Behaviour = {
		produce: steady,
		recreate: (second) => second === reset,
		commit: (partition, second) =>
			second >= reset && second < reset + 5 * minute
				? partition.position
				: Math.min(
						partition.end,
						partition.position > partition.end ? 0 : partition.position + 200,
					),
	};
	let unknown = 0;
	simulate({ name: '', behaviours: [behaviour], seconds: 2 * hour }, (consumer, world) => {
		const at = `at ${world.second} s`;
		const [partition] = world.partitions;
		assert.ok(partition);
		if (partition.position > partition.end) {
			unknown += 1;
			assert.deepEqual([consumer.lag, consumer.lagUnknown], [undefined, 'commit_beyond_end'], at);
			assert.equal(consumer.status, 'unknown');
			return;
		}
		assert.equal(consumer.lag, world.sum('lag'), at);
		assert.equal(consumer.lostTotal, 0, at);
		// The position fits again before all that came since the reset was read.
		if (world.second > reset + 10 * minute) {
			near(consumer.lagSeconds, world.ageSeconds, ageBound(world.ageSeconds), `age ${at}`);
		}
	});
	near(unknown * interval, 5 * minute, interval, 'unknown for');
});

test('retention that overtakes a dead group: headroom runs out as it does, and each loss is counted', () => {
	const death = 2 * hour;
	const kept = 2 * hour;
	const behaviour: Behaviour = {
		produce: noisy,
		commit: until(death, reads(200)),
		retain: keeps(kept, 5 * minute),
	};
	const overtaken = death + kept;
	let lostBefore = 0;
	let looked = 0;
	simulate({ name: '', behaviours: [behaviour], seconds: 6 * hour }, (consumer, world) => {
		const at = `at ${world.second} s`;
		// Between deaths and the first poll after them, nothing can be lost unseen: the group stands.
		assert.equal(consumer.lostTotal, world.sum('lost'), at);
		assert.equal(consumer.lag, world.sum('lag'), at);
		const loses = world.sum('lost') > lostBefore;
		lostBefore = world.sum('lost');
		if (loses) assert.equal(consumer.status, 'losing', at);
		// A rate needs an hour of a moving start, and goes by steps of five minutes.
		if (world.second < death + hour || world.second > overtaken - 10 * minute) return;
		looked += 1;
		const truth = overtaken - world.second;
		near(consumer.retentionHeadroomSeconds, truth, 0.1 * truth + 10 * minute, `headroom ${at}`);
		near(consumer.retentionUsedRatio, (world.second - death) / kept, 0.06, `ratio ${at}`);
	});
	assert.ok(looked > 150 && lostBefore > 0);
});

test('a living group that is too slow loses no more than is true, and all but what it skips', () => {
	const behaviour: Behaviour = {
		produce: () => 100,
		commit: reads(60),
		retain: keeps(10 * minute, 1),
	};
	simulate({ name: '', behaviours: [behaviour], seconds: 3 * hour }, (consumer, world) => {
		assert.ok((consumer.lostTotal ?? 0) <= world.sum('lost'), `at ${world.second} s`);
		assert.equal(consumer.lag, world.sum('lag'));
	});
});

test('steps of the wall clock spoil no value by more than four intervals, and for no longer than they are remembered', () => {
	const behaviour = { produce: noisy, commit: until(30 * minute, reads(100)) };
	const world = new World([behaviour], 7);
	const play = new Play({ interval });
	// An hour back after 20 minutes, two hours forward after 50.
	const steps = new Map([
		[80, -hour],
		[200, 2 * hour],
	]);
	for (let poll = 0; poll < 400; poll++) {
		world.play(interval);
		const [consumer] = play.poll(world.reading, interval + (steps.get(poll) ?? 0)).consumers;
		const at = `at ${world.second} s`;
		assert.equal(consumer?.lag, world.sum('lag'), at);
		near(consumer?.lagSeconds, world.ageSeconds, ageBound(world.ageSeconds) + 4 * interval, at);
		near(consumer?.stalledSeconds, world.stalledSeconds, 5 * interval, at);
	}
});

test('a replica that was restarted tells less than the truth, never more, and then the same as the other', () => {
	const behaviour: Behaviour = {
		produce: noisy,
		// Dead from 30 to 60 min, then it catches up within 40 more.
		commit: ({ position, end }, second) =>
			second > 30 * minute && second < hour ? position : Math.min(end, position + 70),
	};
	const world = new World([behaviour], 3);
	const play = new Play({ interval });
	let restarted: Play | undefined;
	for (let poll = 0; poll < 600; poll++) {
		world.play(interval);
		if (world.second === 45 * minute) restarted = new Play({ interval });
		const [whole] = play.poll(world.reading).consumers;
		const [young] = restarted?.poll(world.reading).consumers ?? [];
		if (!young) continue;
		const at = `at ${world.second} s`;
		assert.equal(young.lag, whole?.lag, at);
		assert.ok((young.lagSeconds ?? 0) <= (whole?.lagSeconds ?? 0) + ageBound(world.ageSeconds), at);
		assert.ok((young.stalledSeconds ?? 0) <= (whole?.stalledSeconds ?? 0), at);
		if (world.second < 2 * hour) continue;
		near(young.lagSeconds, whole?.lagSeconds ?? Number.NaN, ageBound(world.ageSeconds), at);
		assert.equal(young.stalledSeconds, whole?.stalledSeconds, at);
		assert.equal(young.status, whole?.status, at);
	}
});
