import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import type { Reading } from '../../src/model.ts';
import type { Outcome } from '../../src/poll/outcome.ts';
import { Poller } from '../../src/poll/poller.ts';
import type { Target } from '../../src/targets/target.ts';
import { until } from '../brokers/index.ts';

const empty: Reading = {
	streams: [],
	groups: [],
	unread: [],
	problems: [],
	complete: true,
	partitionDetail: true,
};

let poller: Poller | undefined;
afterEach(async () => {
	await poller?.stop();
});

/** Starts a poller over a way to read; collects what each poll led to. */
function start(read: Target['read'], pace = { intervalMs: 20, timeoutMs: 20 }) {
	const outcomes: Outcome[] = [];
	const closed = { times: 0 };
	const target: Target = {
		read,
		diagnose: () => Promise.reject(new Error('no poll diagnoses')),
		requests: new Map(),
		async close() {
			closed.times += 1;
		},
	};
	poller = new Poller(target, pace, (outcome) => outcomes.push(outcome));
	poller.start();
	return { outcomes, closed, poller };
}

test('the first poll is made at once, and others follow', async () => {
	const { outcomes } = start(async () => empty);
	await until('three polls', () => outcomes.length >= 3);
	assert.deepEqual(
		outcomes.slice(0, 3).map(({ result }) => result),
		['ok', 'ok', 'ok'],
	);
});

test('two reads never overlap, though each takes longer than the interval', async () => {
	let underWay = 0;
	let most = 0;
	const { outcomes } = start(
		async (signal) => {
			underWay += 1;
			most = Math.max(most, underWay);
			await once(AbortSignal.timeout(30), 'abort');
			underWay -= 1;
			signal.throwIfAborted();
			return empty;
		},
		{ intervalMs: 10, timeoutMs: 100 },
	);
	await until('three polls', () => outcomes.length >= 3);
	assert.equal(most, 1);
});

test('a read is ended at its deadline, and the poll has failed', async () => {
	const { outcomes } = start(async (signal) => {
		if (!signal.aborted) await once(signal, 'abort');
		throw signal.reason;
	});
	await until('a poll has failed', () => outcomes.length > 0);
	assert.equal(outcomes[0]?.result, 'failed');
	assert.match(outcomes[0]?.problems[0]?.message ?? '', /deadline of 0\.02 s/);
});

test('a read that never ends fails poll after poll, and no other is begun', async () => {
	let begun = 0;
	const { outcomes } = start(async () => {
		begun += 1;
		return await new Promise<never>(() => {});
	});
	await until('two polls have failed', () => outcomes.length >= 2);
	assert.equal(begun, 1);
	assert.deepEqual(
		outcomes.slice(0, 2).map(({ problems }) => problems[0]?.code),
		['internal', 'internal'],
	);
});

test('stop ends a poll under way without reporting it, and closes the target', async () => {
	const { outcomes, closed, poller } = start(
		async (signal) => {
			if (!signal.aborted) await once(signal, 'abort');
			throw signal.reason;
		},
		{ intervalMs: 60_000, timeoutMs: 60_000 },
	);
	await poller.stop();
	assert.deepEqual(outcomes, []);
	assert.equal(closed.times, 1);
});
