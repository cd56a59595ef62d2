import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Columns, type Range } from '../../src/derive/columns.ts';

function make() {
	return new Columns((rows) => ({
		value: new Float64Array(rows),
		pair: new Uint32Array(rows * 2),
	}));
}

type Store = ReturnType<typeof make>;

function write(store: Store, range: Range, first: number): void {
	const [offset, count] = [store.offsetOf(range), store.countOf(range)];
	const { value, pair } = store.columns;
	for (let row = 0; row < count; row++) {
		value[offset + row] = first + row;
		pair[(offset + row) * 2] = first + row;
		pair[(offset + row) * 2 + 1] = first + row + 1;
	}
}

function read(store: Store, range: Range): readonly number[] {
	const [offset, count] = [store.offsetOf(range), store.countOf(range)];
	const { value, pair } = store.columns;
	const values = [...value.subarray(offset, offset + count)];
	const pairs = Array.from(pair.subarray(offset * 2, (offset + count) * 2));
	assert.deepEqual(
		pairs,
		values.flatMap((one) => [one, one + 1]),
	);
	return values;
}

test('rows keep what they hold while others come and go', () => {
	const store = make();
	const held: [Range, number[]][] = [];
	for (let index = 0; index < 500; index++) {
		const count = (index * 7) % 13;
		const range = store.add(count);
		write(store, range, index * 100);
		held.push([range, Array.from({ length: count }, (_, row) => index * 100 + row)]);
		if (index % 3 === 0) {
			const [gone] = held.splice((index * 5) % held.length, 1);
			if (gone) store.remove(gone[0]);
		}
	}
	for (const [range, values] of held) assert.deepEqual(read(store, range), values);
	store.compact();
	for (const [range, values] of held) assert.deepEqual(read(store, range), values);
});

test('new rows hold zeros, also where others were', () => {
	const store = make();
	const first = store.add(50);
	write(store, first, 7);
	store.remove(first);
	store.reserve(50);
	const from = store.offsetOf(store.add(50));
	assert.deepEqual([...store.columns.value.subarray(from, from + 50)], Array(50).fill(0));
});

test('the columns take little more than the rows that are held', () => {
	const store = make();
	const ranges = Array.from({ length: 100 }, () => {
		store.reserve(10);
		return store.add(10);
	});
	assert.ok(store.bytes <= 1000 * 16 * 1.03, `${store.bytes}`);
	for (const range of ranges.slice(0, 90)) store.remove(range);
	store.reserve(0);
	assert.ok(store.bytes <= 100 * 16 * 1.03, `${store.bytes}`);
});

test('the number of a range that was removed is given to another one', () => {
	const store = make();
	const first = store.add(3);
	const other = store.add(2);
	write(store, other, 40);
	store.remove(first);
	store.remove(first);
	store.compact();
	const next = store.add(5);
	write(store, next, 70);
	assert.equal(next, first);
	assert.deepEqual(read(store, other), [40, 41]);
	assert.deepEqual(read(store, next), [70, 71, 72, 73, 74]);
});

test('a row is copied with all its columns', () => {
	const store = make();
	const range = store.add(2);
	write(store, range, 5);
	const from = store.offsetOf(range);
	store.copyRows(from, from + 1, 1);
	assert.deepEqual(read(store, range), [5, 5]);
});
