import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Records } from '../src/model.ts';
import { find, Joined, look, Picked, Rows } from '../src/records.ts';

/** A record whose name stands in a column. */
class Named {
	readonly columns: readonly string[];
	row: number;

	constructor(columns: readonly string[], row: number) {
		this.columns = columns;
		this.row = row;
	}

	get name(): string {
		return this.columns[this.row] ?? 'nobody';
	}
}

const letters = (text: string) => new Rows([...text], Named);
const kinds: readonly [string, Records<{ readonly name: string }>, string][] = [
	['an array', [{ name: 'a' }, { name: 'b' }], 'ab'],
	['rows', letters('abc'), 'abc'],
	['no rows', letters(''), ''],
	['some of them', new Picked(letters('abcd'), Uint32Array.of(1, 3)), 'bd'],
	[
		'some of some',
		new Picked(new Picked(letters('abcd'), Uint32Array.of(1, 3)), Uint32Array.of(1)),
		'd',
	],
	[
		'lists one after the other',
		new Joined<{ readonly name: string }>([letters('ab'), [], [{ name: 'c' }], letters('d')]),
		'abcd',
	],
];

for (const [kind, records, names] of kinds) {
	test(`${kind}: records are the same by row, by look, and one after the other`, () => {
		const rows = Array.from({ length: records.length }, (_, row) => row);
		const read = {
			rows: rows.map((row) => records.at(row)?.name).join(''),
			looks: rows.map((row) => look(records, row).name).join(''),
			all: Array.from(records, ({ name }) => name).join(''),
		};
		assert.deepEqual(read, { rows: names, looks: names, all: names });
		assert.equal(records.at(records.length), undefined);
	});
}

test('what was taken by row stays when others are looked at', () => {
	const records = new Joined([new Picked(letters('abc'), Uint32Array.of(0, 2)), letters('d')]);
	const first = records.at(0);
	const all = [...records];
	assert.equal(look(records, 1).name, 'c');
	assert.equal(look(records, 2).name, 'd');
	assert.equal(first?.name, 'a');
	assert.deepEqual(
		all.map(({ name }) => name),
		['a', 'c', 'd'],
	);
});

test('the first record of which something holds is found, and may be kept', () => {
	const records = letters('abcb');
	const found = find(records, ({ name }) => name > 'a');
	look(records, 0);
	assert.equal(found?.name, 'b');
	assert.equal(found?.row, 1);
	assert.equal(
		find(records, ({ name }) => name > 'c'),
		undefined,
	);
});
