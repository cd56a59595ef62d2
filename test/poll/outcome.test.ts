import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { underDeadline } from '../../src/poll/outcome.ts';
import { inTurns } from '../../src/steps.ts';

/** Signals that Node remembers to have been joined with this one. */
function dependants(signal: AbortSignal): number {
	const symbol = Object.getOwnPropertySymbols(signal).find((one) =>
		one.toString().includes('kDependantSignals'),
	);
	if (symbol === undefined) return 0;
	return (signal as unknown as Record<symbol, Set<unknown> | null>)[symbol]?.size ?? 0;
}

test('polls leave nothing on the signal that ends them all, however many there were', async () => {
	const { signal } = new AbortController();
	for (let count = 0; count < 100; count++) await underDeadline(async () => {}, 1000, signal);
	assert.deepEqual([dependants(signal), getEventListeners(signal, 'abort').length], [0, 0]);
	// That it would be seen.
	AbortSignal.any([signal]).addEventListener('abort', () => {});
	assert.equal(dependants(signal), 1);
});

for (const when of ['before', 'while']) {
	test(`work is ended by a signal that fires ${when} it goes on`, async () => {
		const stopping = new AbortController();
		const reason = new Error('stop');
		if (when === 'before') stopping.abort(reason);
		const seen = await underDeadline(
			async (signal) => {
				stopping.abort(reason);
				return signal.reason;
			},
			1000,
			stopping.signal,
		);
		assert.equal(seen, reason);
	});
}

test('what was told is read to its end, however long after the deadline', async (context) => {
	context.mock.timers.enable({ apis: ['setTimeout'] });
	let isRead = false;
	function* reading(): Generator<void, string> {
		while (!isRead) yield;
		return 'all';
	}
	const read = underDeadline(
		(signal) => inTurns(reading(), signal),
		100,
		new AbortController().signal,
	);
	context.mock.timers.tick(100);
	context.mock.timers.tick(5000);
	isRead = true;
	assert.equal(await read, 'all');
});

test('a read has a second after its deadline to end', async (context) => {
	context.mock.timers.enable({ apis: ['setTimeout'] });
	const read = underDeadline(
		() => new Promise((resolve) => setTimeout(() => resolve('late'), 1099)),
		100,
		new AbortController().signal,
	);
	for (let passed = 0; passed < 1099; passed++) context.mock.timers.tick(1);
	assert.equal(await read, 'late');
});

test('after work that went on for longer, what waits for something has a second again, and no more', async (context) => {
	context.mock.timers.enable({ apis: ['setTimeout'] });
	let isRead = false;
	function* reading(): Generator<void, void> {
		while (!isRead) yield;
	}
	let tellWorked = () => {};
	const worked = new Promise<void>((resolve) => {
		tellWorked = resolve;
	});
	const read = underDeadline(
		async (signal) => {
			await inTurns(reading(), signal);
			tellWorked();
			await new Promise(() => {});
		},
		100,
		new AbortController().signal,
	);
	context.mock.timers.tick(1100);
	isRead = true;
	await worked;
	context.mock.timers.tick(1000);
	await assert.rejects(read, /has not ended with its deadline/);
});
