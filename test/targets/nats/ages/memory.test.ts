import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../../src/steps.ts';
import { type Aged, AgeMemory } from '../../../../src/targets/nats/ages/memory.ts';
import { entry } from './entry.ts';

const nowMs = Date.parse('2026-11-21T13:10:00Z');
const secondsAgo = (seconds: number) => nowMs - seconds * 1000;

const unknown = { lagSeconds: undefined, pendingSeconds: undefined, oldestUnread: undefined };

/** A consumer of stream s that has lag and nothing pending. */
function consumer(name: string, delivered: number, log: Partial<Aged['log']> = {}): Aged {
	const facts = {
		delivered: { consumer_seq: delivered, stream_seq: delivered },
		num_ack_pending: 0,
	};
	return {
		stream: 's',
		consumer: name,
		log: {
			created: '2026-11-21T12:00:00Z',
			first: 1,
			last: 100,
			deletedCount: 0,
			removesUnread: true,
			allowsDirectGets: true,
			...log,
		},
		entry: entry(facts),
	};
}

/** Consumer `a` of stream s with lag and two messages pending, of which facts or its configuration differ. */
function busy(
	facts: Record<string, unknown> = {},
	config: Record<string, unknown> = {},
	more: Partial<Aged> = {},
): Aged {
	return { ...consumer('a', 5), entry: entry(facts, config), ...more };
}

/** What a plan asks of one consumer. */
function questionsOf(memory: AgeMemory, one: Aged) {
	return atOnce(memory.plan([one], 100)).questions.get(one.stream) ?? [];
}

/** Plans, answers everything with a message of that age, and gives the sequences asked and the ages. */
function poll(memory: AgeMemory, consumers: readonly Aged[], ageSeconds: number, budget = 100) {
	const { questions, skipped } = atOnce(memory.plan(consumers, budget));
	const asked = [...questions.values()].flat();
	for (const question of asked) {
		const [one] = consumers;
		assert.ok(one);
		memory.learn(one, question, { sequence: question.sequence, atMs: secondsAgo(ageSeconds) });
	}
	const ages = atOnce(memory.ages(consumers, nowMs));
	return {
		asked: asked.map(({ sequence }) => sequence),
		skipped,
		seconds: consumers.map((each) => ages(each.stream, each.consumer).lagSeconds),
	};
}

test('consumers that wait for the same message share one question', () => {
	const { asked, seconds } = poll(new AgeMemory(), [consumer('a', 5), consumer('b', 5)], 60);
	assert.deepEqual(asked, [6]);
	assert.deepEqual(seconds, [60, 60]);
});

test('nothing is asked twice while nothing moves, and again when it does', () => {
	const memory = new AgeMemory();
	poll(memory, [consumer('a', 5), consumer('b', 9)], 60);
	assert.deepEqual(poll(memory, [consumer('a', 5), consumer('b', 9)], 0), {
		asked: [],
		skipped: 0,
		seconds: [60, 60],
	});
	assert.deepEqual(poll(memory, [consumer('a', 5), consumer('b', 10)], 7), {
		asked: [11],
		skipped: 0,
		seconds: [60, 7],
	});
});

test('what is remembered does not count for a stream made anew, trimmed, or deleted from', () => {
	for (const change of [
		{ created: '2026-11-21T12:30:00Z' },
		{ first: 7 },
		{ deletedCount: 1 },
	] satisfies Partial<Aged['log']>[]) {
		const memory = new AgeMemory();
		poll(memory, [consumer('a', 5)], 60);
		const { asked, seconds } = poll(memory, [consumer('a', 5, change)], 7);
		assert.deepEqual([asked, seconds], [[6], [7]], JSON.stringify(change));
	}
});

test('beyond the budget ages stay as they were, and have their turn at the next poll', () => {
	const memory = new AgeMemory();
	const at = (place: number) => ['a', 'b', 'c'].map((name, index) => consumer(name, place + index));
	assert.deepEqual(poll(memory, at(10), 60, 2), {
		asked: [11, 12],
		skipped: 1,
		seconds: [60, 60, undefined],
	});
	assert.deepEqual(poll(memory, at(20), 7, 2), {
		asked: [23, 21],
		skipped: 1,
		seconds: [7, 60, 7],
	});
	assert.deepEqual(poll(memory, at(30), 3, 2), {
		asked: [32, 33],
		skipped: 1,
		seconds: [7, 3, 3],
	});
});

test('what could not be answered has no age, also when there was one before', () => {
	const memory = new AgeMemory();
	poll(memory, [consumer('a', 5)], 60);
	atOnce(memory.plan([consumer('a', 6)], 100));
	assert.deepEqual(atOnce(memory.ages([consumer('a', 6)], nowMs))('s', 'a'), unknown);
});

test('a consumer of several filters has no age until all of them were looked up', () => {
	const memory = new AgeMemory();
	const facts = { num_ack_pending: 0 };
	const two: Aged = { ...consumer('a', 5), entry: entry(facts, { filter_subjects: ['x', 'y'] }) };
	const questions = [...atOnce(memory.plan([two], 100)).questions.values()].flat();
	assert.equal(questions.length, 2);
	const ageAfter = (question: (typeof questions)[number] | undefined, seconds: number) => {
		assert.ok(question);
		memory.learn(two, question, { sequence: 6 + seconds, atMs: secondsAgo(seconds) });
		return atOnce(memory.ages([two], nowMs))('s', 'a').lagSeconds;
	};
	assert.equal(ageAfter(questions[0], 30), undefined);
	assert.equal(ageAfter(questions[1], 20), 20);
});

test('that there is no such message is not remembered', () => {
	const memory = new AgeMemory();
	const one = consumer('a', 5);
	const { questions } = atOnce(memory.plan([one], 100));
	for (const question of questions.get('s') ?? []) memory.learn(one, question, undefined);
	assert.deepEqual(atOnce(memory.ages([one], nowMs))('s', 'a'), unknown);
	assert.deepEqual(poll(memory, [one], 7).asked, [6]);
});

test('messages that a consumer gave up make its question its own', () => {
	const pending = entry({ num_pending: 0 });
	const one: Aged = { ...consumer('a', 5), entry: pending };
	const givenUp = { consumer: 'b', sequences: new Set([4]) };
	const other: Aged = { ...one, consumer: 'b', givenUp };
	const { questions } = atOnce(new AgeMemory().plan([one, other], 100));
	assert.deepEqual(questions.get('s'), [
		{ sequence: 4, filter: '>' },
		{ sequence: 4, filter: '>', except: givenUp },
	]);
});

test('whatever changes of a consumer, it is asked as if it had just been seen', () => {
	const givenUp = { consumer: 'a', sequences: new Set([4]) };
	const floor = (stream_seq: number) => ({ ack_floor: { consumer_seq: 1, stream_seq } });
	const oneAndOther: readonly (readonly [what: string, one: Aged, other: Aged])[] = [
		['delivered', busy(), busy({ delivered: { consumer_seq: 6, stream_seq: 6 } })],
		['floor', busy(floor(3)), busy(floor(4))],
		['lag', busy({ num_pending: 0 }), busy({ num_pending: 1 })],
		['pending', busy({ num_ack_pending: 0 }), busy({ num_ack_pending: 1 })],
		['acknowledging', busy(), busy({}, { ack_policy: 'none' })],
		['filter', busy({}, { filter_subject: 'x' }), busy({}, { filter_subject: 'y' })],
		['filters', busy({}, { filter_subject: 'x' }), busy({}, { filter_subjects: ['x', 'y'] })],
		['given up', busy(), busy({}, {}, { givenUp })],
	];
	for (const [what, one, other] of oneAndOther) {
		for (const [before, now] of [
			[one, other],
			[other, one],
		] as const) {
			const memory = new AgeMemory();
			questionsOf(memory, before);
			assert.deepEqual(questionsOf(memory, now), questionsOf(new AgeMemory(), now), what);
		}
	}
});

test('questions of a consumer that did not move are not made again', () => {
	const memory = new AgeMemory();
	const [first] = questionsOf(memory, busy());
	assert.ok(first);
	assert.equal(questionsOf(memory, busy())[0], first);
});

test('consumers of one name in two streams have ages of their own', () => {
	const memory = new AgeMemory();
	for (let polls = 0; polls < 2; polls++) {
		const both = [consumer('a', 5), { ...consumer('a', 5), stream: 't' }];
		for (const one of both) {
			const { questions } = atOnce(memory.plan(both, 100));
			const atMs = secondsAgo(one.stream === 's' ? 60 : 120);
			for (const question of questions.get(one.stream) ?? []) {
				memory.learn(one, question, { sequence: 6, atMs });
			}
		}
		const ages = atOnce(memory.ages(both, nowMs));
		assert.deepEqual([ages('s', 'a').lagSeconds, ages('t', 'a').lagSeconds], [60, 120]);
	}
});

test('the ages of lag and of what is pending are each of their own message', () => {
	const memory = new AgeMemory();
	const one = busy();
	const [undelivered, unacknowledged, ...others] = questionsOf(memory, one);
	assert.ok(undelivered && unacknowledged);
	assert.equal(others.length, 0);
	memory.learn(one, undelivered, { sequence: 6, atMs: secondsAgo(30) });
	assert.deepEqual(atOnce(memory.ages([one], nowMs))('s', 'a'), { ...unknown, lagSeconds: 30 });
	memory.learn(one, unacknowledged, { sequence: 4, atMs: secondsAgo(50) });
	assert.deepEqual(atOnce(memory.ages([one], nowMs))('s', 'a'), {
		lagSeconds: 30,
		pendingSeconds: 50,
		oldestUnread: 4,
	});
	memory.learn(one, unacknowledged, undefined);
	assert.equal(atOnce(memory.ages([one], nowMs))('s', 'a').pendingSeconds, undefined);
});

test('other messages given up make another question, however many there are', () => {
	const memory = new AgeMemory();
	const gaveUp = (sequence: number) => {
		const givenUp = { consumer: 'a', sequences: new Set([sequence]) };
		return { ...consumer('a', 5), entry: entry({ num_pending: 0 }), givenUp };
	};
	const one = gaveUp(4);
	for (const question of questionsOf(memory, one)) {
		memory.learn(one, question, { sequence: 5, atMs: secondsAgo(60) });
	}
	assert.equal(questionsOf(memory, gaveUp(4)).length, 0);
	assert.equal(questionsOf(memory, gaveUp(5)).length, 1);
});
