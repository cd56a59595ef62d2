import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from '../../src/metrics/buffer-pool.ts';
import { atOnce } from '../../src/steps.ts';

const copyOf = (pool: BufferPool, bytes: Buffer) => atOnce(pool.copy(bytes));
const large = (fill: string) => Buffer.alloc(100_000, fill);

test('memory is used again when nobody holds what it was', () => {
	const pool = new BufferPool();
	const first = copyOf(pool, large('a'));
	pool.hold([first]);
	pool.release([first]);
	const second = copyOf(pool, large('b'));
	assert.equal(second.buffer, first.buffer);
	assert.deepEqual(second, large('b'));
});

test('what somebody still holds is not written over', () => {
	const pool = new BufferPool();
	const first = copyOf(pool, large('a'));
	pool.hold([first]);
	pool.hold([first]);
	pool.release([first]);
	copyOf(pool, large('b'));
	assert.deepEqual(first, large('a'));
	pool.release([first]);
	assert.equal(copyOf(pool, large('c')).buffer, first.buffer);
});

test('who reads an exposition takes no memory from the next one', () => {
	const pool = new BufferPool();
	const retired = copyOf(pool, large('a'));
	const newest = copyOf(pool, large('b'));
	pool.hold([retired]);
	pool.hold([newest]);
	pool.retire([retired]);
	pool.hold([newest]);
	pool.release([newest]);
	assert.equal(copyOf(pool, large('c')).buffer, retired.buffer);
});

test('memory that a newer exposition did not need is given back', () => {
	const pool = new BufferPool();
	const [first, second] = [copyOf(pool, large('a')), copyOf(pool, large('b'))];
	pool.hold([first]);
	pool.hold([second]);
	pool.retire([first]);
	pool.retire([second]);
	assert.equal(copyOf(pool, large('c')).buffer, second.buffer);
	assert.notEqual(copyOf(pool, large('d')).buffer, first.buffer);
});

test('memory is not taken for what needs more, or much less', () => {
	const pool = new BufferPool();
	const first = copyOf(pool, Buffer.alloc(1_000_000));
	const free = () => {
		pool.hold([first]);
		pool.release([first]);
	};
	free();
	assert.notEqual(copyOf(pool, large('b')).buffer, first.buffer);
	assert.notEqual(copyOf(pool, Buffer.alloc(2_000_000)).buffer, first.buffer);
	assert.equal(copyOf(pool, Buffer.alloc(990_000)).buffer, first.buffer);
});

test('a large text is copied bit by bit, and whole', () => {
	const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
	const steps = new BufferPool().copy(bytes);
	assert.equal(steps.next().done, false);
	assert.ok(atOnce(steps).equals(bytes));
});

test('small texts have memory of their own', () => {
	const pool = new BufferPool();
	const first = copyOf(pool, Buffer.from('a'));
	pool.hold([first]);
	pool.release([first]);
	copyOf(pool, Buffer.from('b'));
	assert.equal(first.toString(), 'a');
});
