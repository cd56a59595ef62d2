import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from '../../src/metrics/buffer-pool.ts';

const large = (fill: string) => Buffer.alloc(100_000, fill);

test('memory is used again when nobody holds what it was', () => {
	const pool = new BufferPool();
	const first = pool.copy(large('a'));
	pool.hold([first]);
	pool.release([first]);
	const second = pool.copy(large('b'));
	assert.equal(second.buffer, first.buffer);
	assert.deepEqual(second, large('b'));
});

test('what somebody still holds is not written over', () => {
	const pool = new BufferPool();
	const first = pool.copy(large('a'));
	pool.hold([first]);
	pool.hold([first]);
	pool.release([first]);
	pool.copy(large('b'));
	assert.deepEqual(first, large('a'));
	pool.release([first]);
	assert.equal(pool.copy(large('c')).buffer, first.buffer);
});

test('who reads an exposition takes no memory from the next one', () => {
	const pool = new BufferPool();
	const retired = pool.copy(large('a'));
	const newest = pool.copy(large('b'));
	pool.hold([retired]);
	pool.hold([newest]);
	pool.retire([retired]);
	pool.hold([newest]);
	pool.release([newest]);
	assert.equal(pool.copy(large('c')).buffer, retired.buffer);
});

test('memory that a newer exposition did not need is given back', () => {
	const pool = new BufferPool();
	const [first, second] = [pool.copy(large('a')), pool.copy(large('b'))];
	pool.hold([first]);
	pool.hold([second]);
	pool.retire([first]);
	pool.retire([second]);
	assert.equal(pool.copy(large('c')).buffer, second.buffer);
	assert.notEqual(pool.copy(large('d')).buffer, first.buffer);
});

test('memory is not taken for what needs more, or much less', () => {
	const pool = new BufferPool();
	const first = pool.copy(Buffer.alloc(1_000_000));
	const free = () => {
		pool.hold([first]);
		pool.release([first]);
	};
	free();
	assert.notEqual(pool.copy(large('b')).buffer, first.buffer);
	assert.notEqual(pool.copy(Buffer.alloc(2_000_000)).buffer, first.buffer);
	assert.equal(pool.copy(Buffer.alloc(990_000)).buffer, first.buffer);
});

test('small texts have memory of their own', () => {
	const pool = new BufferPool();
	const first = pool.copy(Buffer.from('a'));
	pool.hold([first]);
	pool.release([first]);
	pool.copy(Buffer.from('b'));
	assert.equal(first.toString(), 'a');
});
