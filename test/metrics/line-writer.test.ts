import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineWriter } from '../../src/metrics/line-writer.ts';
import { atOnce } from '../../src/steps.ts';

function written(write: (writer: LineWriter) => void): string {
	const writer = new LineWriter();
	write(writer);
	return atOnce(writer.take()).toString();
}

test('numbers are written as JavaScript does it, integers to the last digit', () => {
	const values = [0, -0, 9, 10, 99, 100, 12_345, 999_999_999, 1e9, 1_000_000_001, 2 ** 32];
	values.push(2 ** 31, 2 ** 53 - 1, 4_503_599_627_370_496, 0.5, 12.1, 1e-7, 2 ** 53, 1e21, -1);
	for (let power = 1; power < 2 ** 53; power *= 3) values.push(power, power - 1, power + 0.25);
	for (const value of values) {
		assert.equal(
			written((writer) => writer.number(value)),
			String(value),
		);
	}
});

test('texts are written as UTF-8, whatever their characters', () => {
	for (const text of ['', 'plain', 'é', 'a é b', '😀', 'x\ud800y', 'ü'.repeat(100_000)]) {
		const bytes = Buffer.from(text).toString();
		assert.equal(
			written((writer) => writer.text(text)),
			bytes,
		);
	}
});

test('kept texts are copied, also after the room had to grow', () => {
	const writer = new LineWriter();
	const kept = writer.keep('0123456789');
	for (let line = 0; line < 20_000; line++) {
		writer.room(kept.to - kept.from);
		writer.copy(kept.from, kept.to);
		writer.text('\n');
	}
	assert.equal(atOnce(writer.take()).toString(), '0123456789\n'.repeat(20_000));
	const more = writer.keep(Buffer.from('abc'));
	writer.copy(more.from, more.to);
	assert.equal(atOnce(writer.take()).toString(), 'abc');
});

test('bytes from elsewhere are appended, however many', () => {
	const elsewhere = Buffer.alloc(300_000, 'abc');
	assert.equal(
		written((writer) => {
			writer.text('<');
			writer.copyFrom(elsewhere, 1, 290_000);
			assert.equal(writer.written, 290_000);
			writer.text('>');
		}),
		`<${elsewhere.toString('latin1', 1, 290_000)}>`,
	);
});

test('a large text that is the same is given back, and one that differs at its end is not', () => {
	const writer = new LineWriter();
	const write = (last: string) => {
		writer.text('x'.repeat(9_000_000) + last);
		return writer;
	};
	const before = atOnce(write('1').take());
	assert.equal(atOnce(write('1').take(before)), before);
	const after = atOnce(write('2').take(before));
	assert.equal(after.toString().at(-1), '2');
	assert.equal(before.toString().at(-1), '1');
});
