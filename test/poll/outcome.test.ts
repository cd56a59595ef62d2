import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { underDeadline } from '../../src/poll/outcome.ts';

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
