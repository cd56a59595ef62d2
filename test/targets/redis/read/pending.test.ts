import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupFacts } from '../../../../src/targets/redis/facts.ts';
import { abandonedOf, keptFrom, pendingLost } from '../../../../src/targets/redis/read/pending.ts';

const nowMs = 1725000100000;
const id = (major: number, minor = 0) => ({ major, minor });
const secondsAgo = (seconds: number) => id(nowMs - seconds * 1000);

const group = (pending: number, oldestPending?: GroupFacts['oldestPending']): GroupFacts => ({
	name: 'g',
	consumers: 1,
	pending,
	...(oldestPending && { oldestPending }),
});

test('what is abandoned is known without asking where it can be', () => {
	const abandoned = (facts: GroupFacts, now: number | undefined = nowMs) =>
		abandonedOf(facts, now, 60_000, 100);
	assert.equal(abandoned(group(0)), 0);
	assert.equal(abandoned(group(5)), undefined);
	const old = { id: secondsAgo(90), idleMs: 90_000, deliveries: 1 };
	assert.equal(abandoned({ ...group(5, old), abandoned: 3 }), 3);
	// All of them were added, and so delivered, within the last half minute.
	assert.equal(abandoned(group(9, { id: secondsAgo(30), idleMs: 5, deliveries: 1 })), 0);
});

test('else the server picks the idle ones, and of very many only the oldest are looked at', () => {
	const old = { id: secondsAgo(90), idleMs: 5, deliveries: 2 };
	const picked = {
		range: { from: '-', to: '+', atMost: 100, idleMs: 60_000 },
		leastIdleMs: 60_000,
	};
	assert.deepEqual(abandonedOf(group(9, old), nowMs, 60_000, 100), picked);
	assert.deepEqual(
		abandonedOf(group(9, { ...old, id: id(5) }), nowMs, 60_000, 100),
		picked,
		'ids that tell no time',
	);
	assert.deepEqual(abandonedOf(group(1_000_000, old), nowMs, 60_000, 100), {
		range: { from: '-', to: '+', atMost: 100, idleMs: undefined },
		leastIdleMs: 60_000,
	});
});

test('pending entries between the old and the new beginning of a stream were trimmed away', () => {
	const oldest = (major: number) => group(3, { id: id(major), idleMs: 5, deliveries: 1 });
	const lost = (facts: GroupFacts, before?: number, now?: number) =>
		pendingLost(
			facts,
			before === undefined ? undefined : id(before),
			now === undefined ? undefined : id(now),
			100,
		);
	assert.deepEqual(lost(oldest(5), 5, 8), {
		range: { from: '5-0', to: '(8-0', atMost: 100 },
		leastIdleMs: 0,
	});
	assert.equal(lost(oldest(5), undefined, 8), undefined, 'at the first sight');
	assert.equal(lost(oldest(5), 8, 8), undefined, 'nothing was trimmed');
	assert.equal(lost(oldest(5), 8, 5), undefined, 'the stream was made anew');
	assert.equal(lost(oldest(8), 5, 8), undefined, 'the oldest is still there');
	assert.equal(lost(group(3), 5, 8), undefined, 'the oldest is not known');
});

test('of an empty stream nothing is kept up to the last id that it gave', () => {
	const facts = { length: 3, first: id(5), lastGenerated: id(9, 2), entryBytes: 1 };
	assert.deepEqual(keptFrom(facts), id(5));
	assert.deepEqual(keptFrom({ length: 0, lastGenerated: id(9, 2), entryBytes: 0 }), id(9, 3));
	assert.equal(keptFrom({ length: 0, entryBytes: 0 }), undefined);
});
