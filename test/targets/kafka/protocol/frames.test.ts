import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames } from '../../../../src/targets/kafka/protocol/frames.ts';
import { MalformedAnswerError } from '../../../../src/targets/kafka/protocol/reader.ts';

function frame(content: string): Buffer {
	const length = Buffer.alloc(4);
	length.writeInt32BE(content.length);
	return Buffer.concat([length, Buffer.from(content)]);
}

test('frames come out whole, however the bytes are cut', () => {
	const contents = ['first', 'x'.repeat(300), 'last!'];
	const bytes = Buffer.concat(contents.map(frame));
	for (const size of [1, 2, 3, 5, 7, 100, bytes.length]) {
		const frames = new Frames();
		const seen: string[] = [];
		for (let at = 0; at < bytes.length; at += size) {
			for (const one of frames.push(bytes.subarray(at, at + size))) seen.push(one.toString());
		}
		assert.deepEqual(seen, contents, `in pieces of ${size}`);
	}
});

test('a length that no answer can have is refused at once', () => {
	for (const length of ['7fffffff', 'ffffffff', '00000003', '00000000', '48545450']) {
		assert.throws(
			() => new Frames().push(Buffer.from(length, 'hex')),
			MalformedAnswerError,
			length,
		);
	}
});

test('a large frame in many pieces is put together once', () => {
	const frames = new Frames();
	const content = 'x'.repeat(1_000_000);
	const bytes = frame(content);
	let seen = 0;
	for (let at = 0; at < bytes.length; at += 1000) {
		for (const one of frames.push(bytes.subarray(at, at + 1000))) seen += one.length;
	}
	assert.equal(seen, content.length);
});
