import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../../../src/targets/kafka/connect/exchange.ts';
import { MalformedAnswerError } from '../../../../src/targets/kafka/protocol/reader.ts';
import { type Exchange, recorded, requestOf } from '../recorded.ts';

const mutationsOfEach = 400;
/** Far above what an answer of some hundred bytes can need, far below what a believed length would. */
const mostBytes = 32 * 2 ** 20;
const mostMs = 20_000;

/** A generator of numbers from 0 to 1 that is the same at every run (mulberry32). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Bytes that lengths and counts are made of when they are wrong on purpose. */
const nasty = [
	'ff',
	'7fffffff',
	'ffffffff',
	'ffffffff07',
	'ffffff7f',
	'80',
	'00',
	'8000000000000000',
];

function mutated(bytes: Buffer, random: () => number): Buffer {
	const below = (limit: number) => Math.floor(random() * limit);
	let result = Buffer.from(bytes);
	for (let changes = 1 + below(4); changes > 0; changes--) {
		const at = below(result.length + 1);
		const piece = Buffer.from(nasty[below(nasty.length)] ?? '', 'hex');
		switch (below(5)) {
			case 0: // one bit
				if (at < result.length) result[at] = (result[at] as number) ^ (1 << below(8));
				break;
			case 1: // cut short
				result = result.subarray(0, at);
				break;
			case 2: // bytes put over others
				result = Buffer.concat([result.subarray(0, at), piece, result.subarray(at + piece.length)]);
				break;
			case 3: // bytes put between others
				result = Buffer.concat([result.subarray(0, at), piece, result.subarray(at)]);
				break;
			default: // a part again
				result = Buffer.concat([result.subarray(0, at), result.subarray(below(at + 1))]);
		}
	}
	return result;
}

function outcome(exchange: Exchange, bytes: Buffer): 'answer' | 'malformed' {
	try {
		decode(requestOf(exchange), bytes, exchange.version);
		return 'answer';
	} catch (error) {
		assert.ok(error instanceof MalformedAnswerError, `${bytes.toString('hex')}: ${error}`);
		return 'malformed';
	}
}

test('whatever bytes come, there is an answer or a malformed one, in little time and memory', () => {
	const random = seeded(20_260_101);
	const startedMs = performance.now();
	const before = process.memoryUsage();
	let most = 0;
	const seen = { answer: 0, malformed: 0 };
	for (const exchanges of recorded.values()) {
		for (const exchange of exchanges) {
			const bytes = Buffer.from(exchange.answer, 'hex');
			for (let index = 0; index < mutationsOfEach; index++) {
				seen[outcome(exchange, mutated(bytes, random))] += 1;
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
		for (const { answer } of all) outcome(exchange, Buffer.from(answer, 'hex'));
	}
});
