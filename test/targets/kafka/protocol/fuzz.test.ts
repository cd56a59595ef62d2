import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decoded } from '../../../../fuzz/kafka.ts';
import { mutatedBytes } from '../../../../fuzz/mutators.ts';
import { Chance } from '../../../random.ts';
import { recorded } from '../recorded.ts';

const mutationsOfEach = 400;
/** Far above what an answer of some hundred bytes can need, far below what a believed length would. */
const mostBytes = 32 * 2 ** 20;
const mostMs = 20_000;

test('whatever bytes come, there is an answer or a malformed one, in little time and memory', () => {
	const chance = new Chance(20_260_101);
	const startedMs = performance.now();
	const before = process.memoryUsage();
	let most = 0;
	const seen = { answer: 0, malformed: 0 };
	for (const exchanges of recorded.values()) {
		for (const exchange of exchanges) {
			const bytes = Buffer.from(exchange.answer, 'hex');
			for (let index = 0; index < mutationsOfEach; index++) {
				seen[decoded(exchange, mutatedBytes(bytes, chance))] += 1;
			}
			const { arrayBuffers } = process.memoryUsage();
			most = Math.max(most, arrayBuffers - before.arrayBuffers);
		}
	}
	assert.ok(seen.answer > 100 && seen.malformed > 1000, JSON.stringify(seen));
	assert.ok(most < mostBytes, `${most} bytes in buffers`);
	const tookMs = performance.now() - startedMs;
	assert.ok(tookMs < mostMs, `took ${tookMs} ms`);
});

test('an answer of another kind or version is an answer or a malformed one, too', () => {
	const all = [...recorded.values()].flat();
	for (const exchange of all) {
		for (const { answer } of all) decoded(exchange, Buffer.from(answer, 'hex'));
	}
});
