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
