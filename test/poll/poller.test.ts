import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { loopWatch } from '../../src/loop-watch.ts';
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
	const counts = { made: 0, closed: 0 };
	const requests: ReadonlyMap<string, number>[] = [];
	const make = (): Target => {
		counts.made += 1;
		const sent = new Map<string, number>();
		return {
			read(signal) {
				sent.set('ask', (sent.get('ask') ?? 0) + 1);
				return read(signal);
			},
			diagnose: () => Promise.reject(new Error('no poll diagnoses')),
			requests: sent,
			async close() {
				counts.closed += 1;
			},
		};
	};
	poller = new Poller(make, pace, async (outcome, sent) => {
		outcomes.push(outcome);
		requests.push(sent);
	});
	poller.start();
	return { outcomes, requests, counts, poller };
}

test('the first poll is made at once, and others follow', async () => {
	const { outcomes } = start(async () => empty);
	await until('three polls', () => outcomes.length >= 3);
	assert.deepEqual(
		outcomes.slice(0, 3).map(({ result }) => result),
		['ok', 'ok', 'ok'],
	);
});

test('the event loop is watched during a poll, and not between two', async () => {
	const watched: boolean[] = [];
	const { outcomes, poller } = start(
		async () => {
			watched.push(loopWatch.isWatching);
			return empty;
		},
		{ intervalMs: 100, timeoutMs: 100 },
	);
	await until('a pause', () => outcomes.length === 1 && !loopWatch.isWatching, { everyMs: 1 });
	await until('another poll', () => outcomes.length >= 2);
	await poller.stop();
	assert.ok(watched.every((is) => is));
	assert.equal(loopWatch.isWatching, false);
});

test('an interval is from the start of a poll to the start of the next', async (t) => {
	let nowMs = 0;
	t.mock.method(performance, 'now', () => nowMs);
	const delays: number[] = [];
	// Shorter than the timeout, and longer than a turn.
	const isPause = (ms: number) => ms > 1000 && ms < 90_000;
	const setTimer = globalThis.setTimeout;
	t.mock.method(globalThis, 'setTimeout', (callback: () => void, delayMs: number) => {
		delays.push(delayMs);
		return setTimer(callback, delayMs);
	});
	const { poller } = start(
		async () => {
			nowMs += 60_000;
			return empty;
		},
		{ intervalMs: 100_000, timeoutMs: 90_000 },
	);
	for (let turn = 0; turn < 100 && !delays.some(isPause); turn++) await undefined;
	await poller.stop();
	const [delay = Number.NaN] = delays.filter(isPause);
	assert.ok(delay >= 30_000 && delay <= 40_000, `${delays}`);
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

test('a read that never ends fails its poll; the target is closed and made anew', async () => {
	let begun = 0;
	const { outcomes, requests, counts } = start(async () => {
		begun += 1;
		return begun <= 2 ? await new Promise<never>(() => {}) : empty;
	});
	await until('a third poll', () => outcomes.length >= 3);
	assert.deepEqual(
		outcomes.slice(0, 3).map(({ result, problems }) => [result, problems[0]?.code]),
		[
			['failed', 'internal'],
			['failed', 'internal'],
			['ok', undefined],
		],
	);
	assert.deepEqual([counts.made, counts.closed], [3, 2]);
	// What was sent by those that were given up still counts.
	assert.deepEqual(
		requests.slice(0, 3).map((sent) => sent.get('ask')),
		[1, 2, 3],
	);
});

test('stop ends a poll under way without reporting it, and closes the target', async () => {
	const { outcomes, counts, poller } = start(
		async (signal) => {
			if (!signal.aborted) await once(signal, 'abort');
			throw signal.reason;
		},
		{ intervalMs: 60_000, timeoutMs: 60_000 },
	);
	await poller.stop();
	assert.deepEqual(outcomes, []);
	assert.equal(counts.closed, 1);
});
