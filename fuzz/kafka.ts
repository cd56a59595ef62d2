import assert from 'node:assert/strict';
import { decode } from '../src/targets/kafka/connect/exchange.ts';
import { Frames } from '../src/targets/kafka/protocol/frames.ts';
import { MalformedAnswerError } from '../src/targets/kafka/protocol/reader.ts';
import { type Exchange, recorded, requestOf } from '../test/targets/kafka/recorded.ts';
import { mutatedBytes } from './mutators.ts';
import type { Part } from './part.ts';

/** Answers of real brokers, changed: each is an answer or a malformed one. */
export function kafkaPart(): Part {
	const exchanges = [...recorded.values()].flat();
	return {
		try(chance, note) {
			const exchange = chance.oneOf(exchanges);
			// Now and then what another request is answered.
			const { answer } = chance.below(10) === 0 ? chance.oneOf(exchanges) : exchange;
			const bytes = mutatedBytes(Buffer.from(answer, 'hex'), chance);
			note(`key ${exchange.key} version ${exchange.version}: ${bytes.toString('hex')}`);
			decoded(exchange, bytes);
			const length = Buffer.alloc(4);
			length.writeInt32BE(bytes.length);
			const stream = mutatedBytes(Buffer.concat([length, bytes, length, bytes]), chance);
			note(`frames: ${stream.toString('hex')}`);
			framed(stream, () => chance.between(1, 100));
		},
	};
}

/** @throws when it is neither an answer nor a malformed one */
export function decoded(
	exchange: Pick<Exchange, 'key' | 'version'>,
	bytes: Buffer,
): 'answer' | 'malformed' {
	return orMalformed(() => decode(requestOf(exchange), bytes, exchange.version));
}

function framed(stream: Buffer, next: () => number): void {
	orMalformed(() => {
		const frames = new Frames();
		for (let at = 0; at < stream.length; ) {
			const to = at + next();
			frames.push(stream.subarray(at, to));
			at = to;
		}
	});
}

function orMalformed(work: () => unknown): 'answer' | 'malformed' {
	try {
		work();
		return 'answer';
	} catch (error) {
		assert.ok(error instanceof MalformedAnswerError, String(error));
		return 'malformed';
	}
}
