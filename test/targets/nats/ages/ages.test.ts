import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	agesOf,
	type Found,
	type Question,
	questionsOf,
} from '../../../../src/targets/nats/ages/ages.ts';
import type { ConsumerEntry } from '../../../../src/targets/nats/reading/entry.ts';
import { entry } from './entry.ts';

const midnight = (time: string) => Date.parse(`2026-11-21T${time}Z`);

const unknown = { lagSeconds: undefined, pendingSeconds: undefined, oldestUnread: undefined };

/** The ages when messages stand where a table by filter and sequence says. */
function ages(consumer: ConsumerEntry, found: Record<string, Found>) {
	const { undelivered, unacknowledged } = questionsOf(consumer);
	const lookUp = (questions: readonly Question[]) =>
		questions.map(({ filter, sequence }) => ({ sequence, found: found[`${filter} ${sequence}`] }));
	return agesOf(consumer, lookUp(undelivered), lookUp(unacknowledged), Number.NaN);
}

test('the oldest undelivered is behind what was delivered, the oldest pending behind the floor', () => {
	assert.deepEqual(questionsOf(entry()), {
		undelivered: [{ sequence: 6, filter: '>' }],
		unacknowledged: [{ sequence: 4, filter: '>' }],
	});
	const found = {
		'> 6': { sequence: 8, atMs: midnight('13:09:00') },
		'> 4': { sequence: 4, atMs: midnight('13:05:00') },
	};
	assert.deepEqual(ages(entry(), found), {
		lagSeconds: 60,
		pendingSeconds: 300,
		oldestUnread: 4,
	});
});

test('without messages to look for nothing is asked, and the age of lag is 0', () => {
	const idle = entry({ num_pending: 0, num_ack_pending: 0 });
	assert.deepEqual(questionsOf(idle), { undelivered: [], unacknowledged: [] });
	assert.deepEqual(ages(idle, {}), { ...unknown, lagSeconds: 0 });
});

test('what was not found has no age, and then the oldest unread message is not known', () => {
	const found = { '> 6': { sequence: 8, atMs: midnight('13:09:00') } };
	assert.deepEqual(ages(entry(), found), { ...unknown, lagSeconds: 60 });
});

test('a consumer that acknowledges nothing has no pending message to look for', () => {
	const careless = entry({ num_ack_pending: 0 }, { ack_policy: 'none' });
	assert.deepEqual(questionsOf(careless).unacknowledged, []);
});

test('of several filters the least sequence counts; more than eight are not looked up', () => {
	const two = entry({ num_ack_pending: 0 }, { filter_subjects: ['a', 'b'] });
	const found = {
		'a 6': { sequence: 9, atMs: midnight('13:09:30') },
		'b 6': { sequence: 7, atMs: midnight('13:08:00') },
	};
	assert.equal(ages(two, found).lagSeconds, 120);
	const nine = entry({}, { filter_subjects: [...'abcdefghi'] });
	assert.deepEqual(questionsOf(nine), { undelivered: [], unacknowledged: [] });
	assert.deepEqual(ages(nine, {}), unknown);
});

test('an age is never negative, and is by our clock where the server does not tell its own', () => {
	const found = { '> 6': { sequence: 6, atMs: midnight('13:11:00') } };
	const consumer = entry({ num_ack_pending: 0 });
	assert.equal(ages(consumer, found).lagSeconds, 0);
	const older = entry({ num_ack_pending: 0, ts: undefined });
	const atMs = midnight('13:12:00');
	assert.equal(agesOf(older, [{ sequence: 6, found: found['> 6'] }], [], atMs).lagSeconds, 60);
});

test('a message is not taken for one of a consumer that began after it', () => {
	const before = { sequence: 1, atMs: midnight('12:59:00') };
	const sameMoment = { sequence: 1, atMs: midnight('13:00:00') };
	const after = { sequence: 2, atMs: midnight('13:01:00') };
	const floor = { ack_floor: { consumer_seq: 0, stream_seq: 0 }, num_pending: 0 };
	for (const [config, found, seconds] of [
		[{ deliver_policy: 'new' }, before, undefined],
		[{ deliver_policy: 'new' }, after, 540],
		[{ deliver_policy: 'last' }, before, undefined],
		[{ deliver_policy: 'last_per_subject' }, before, undefined],
		[{ deliver_policy: 'last_per_subject' }, sameMoment, undefined],
		[{ deliver_policy: 'last_per_subject' }, after, 540],
		[{ deliver_policy: 'by_start_sequence', opt_start_seq: 2 }, before, undefined],
		[{ deliver_policy: 'by_start_sequence', opt_start_seq: 2 }, after, 540],
		[
			{ deliver_policy: 'by_start_time', opt_start_time: '2026-11-21T13:00:30Z' },
			before,
			undefined,
		],
		[{ deliver_policy: 'by_start_time', opt_start_time: '2026-11-21T13:00:30Z' }, after, 540],
		[{ deliver_policy: 'all' }, before, 660],
	] as const) {
		const { pendingSeconds } = ages(entry(floor, config), { '> 1': found });
		assert.equal(pendingSeconds, seconds, JSON.stringify([config, found]));
	}
});
