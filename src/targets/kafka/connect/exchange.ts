import type { SendArguments } from 'kafkajs/src/network/connection.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { MalformedAnswerError, Reader } from '../protocol/reader.ts';
import type { Request } from '../protocol/request.ts';
import { Writer } from '../protocol/writer.ts';

/** A request as kafkajs sends it; what it gives is a {@link Decoded}. */
export function exchangeOf<Arguments, Answer>(
	request: Request<Arguments, Answer>,
	args: Arguments,
	version: number,
): SendArguments {
	return {
		request: {
			apiKey: request.key,
			apiVersion: version,
			apiName: request.operation,
			encode: async () => encode(request, args, version),
		},
		response: {
			decode: async (payload) => decode(request, payload, version),
			parse: async (decoded) => decoded,
		},
		logResponseError: false,
	};
}

function encode<Arguments>(
	request: Request<Arguments, unknown>,
	args: Arguments,
	version: number,
): Encoder {
	const writer = new Writer();
	// kafkajs writes the header of inflexible requests; the flexible one ends in tagged fields.
	if (request.flexible) writer.tags();
	request.write(writer, args, version);
	const encoder = new Encoder(0);
	encoder.buf = writer.bytes();
	encoder.offset = encoder.buf.length;
	return encoder;
}

/** An answer, and for how long the broker wants silence. */
export interface Decoded<Answer> {
	readonly throttleMs: number;
	readonly answer: Answer;
}

/** Reads a whole answer, from the end of its correlation id on. */
export function decode<Answer>(
	request: Request<never, Answer>,
	payload: Buffer,
	version: number,
): Decoded<Answer> {
	const reader = new Reader(payload);
	if (request.flexible) reader.tags();
	const throttleMs = request.flexible ? reader.int32() : 0;
	const answer = request.read(reader, version);
	if (reader.left > 0) {
		throw new MalformedAnswerError(
			`${request.operation} version ${version}: ${reader.left} bytes more than the protocol says`,
		);
	}
	return { throttleMs, answer };
}
