import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Path } from '../../src/config/mistake.ts';
import { Tree } from '../../src/config/tree.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { ReferencedFile } from '../../src/options/file.ts';

function read(text: string, env: Readonly<Record<string, string>> = {}): Tree {
	const { document, mistakes } = parseYaml(text);
	assert.deepEqual(mistakes, []);
	assert.ok(document);
	return new Tree(document, env, (path) => ({ ok: true, text: `text of ${path}` }));
}

/** The value with ordinary prototypes. */
const plain = (tree: Tree): unknown => JSON.parse(JSON.stringify(tree.value));

for (const [value, expected] of [
	['15', 15],
	['0x1f', 31],
	['1.5', 1.5],
	['true', true],
	['null', null],
	['', null],
	['15s', '15s'],
	['no', 'no'],
	['[a, b]', '[a, b]'],
	['{a: b}', '{a: b}'],
	['"a"', '"a"'],
	['a: b # c', 'a: b # c'],
	['*a', '*a'],
	['- a\n- b', '- a\n- b'],
	['<<', '<<'],
] as const) {
	test(`a plain scalar whose variable holds ${JSON.stringify(value)} is ${JSON.stringify(expected)}`, () => {
		assert.deepEqual(plain(read('k: ${V}', { V: value })), { k: expected });
	});

	test(`a quoted, block or tagged scalar whose variable holds ${JSON.stringify(value)} is that text`, () => {
		const text = `a: "\${V}"\nb: '\${V}'\nc: |-\n  \${V}\nd: >-\n  \${V}\ne: !!str \${V}\n`;
		const expected = { a: value, b: value, c: value, d: value, e: value };
		assert.deepEqual(plain(read(text, { V: value })), expected);
	});
}

test('keys are taken as they stand', () => {
	assert.deepEqual(plain(read('${V}: 1\n__proto__: 2', { V: 'x' })), {
		'${V}': 1,
		['__proto__']: 2,
	});
});

test('what merge keys bring in yields to what is there, and the first to the later ones', () => {
	const text = `
one: &one { a: 1, b: 1, c: 1 }
two: &two { <<: *one, b: 2 }
three:
  c: 3
  <<: [*two, { a: 9, d: 9 }]
quoted: { "<<": 1 }
`;
	assert.deepEqual(plain(read(text)), {
		one: { a: 1, b: 1, c: 1 },
		two: { a: 1, b: 2, c: 1 },
		three: { a: 1, b: 2, c: 3, d: 9 },
		quoted: { '<<': 1 },
	});
});

test('an alias means the latest anchor of its name, with its variables expanded', () => {
	const tree = read('a: &x ${V}\nb: *x\nc: &x 2\nd: *x', { V: '1' });
	assert.deepEqual(plain(tree), { a: 1, b: 1, c: 2, d: 2 });
	assert.deepEqual(tree.mistakes, []);
});

test('many targets may share one anchor', () => {
	const text = `base: &base { a: [1, 2, 3] }\nall:\n${'  - { <<: *base, b: 1 }\n'.repeat(5000)}`;
	assert.deepEqual(read(text).mistakes, []);
});

test('places follow aliases and merge keys to where the value stands', () => {
	const text = `base: &base
  name: x
  list: [1, &two 2]
copy:
  <<: *base
  own: *two
`;
	const tree = read(text);
	const at = (path: Path, part: 'key' | 'value' = 'value') =>
		text.slice(tree.locate(path, part).offset).split(/[\n,\]]/)[0];
	assert.equal(at(['base', 'name']), 'x');
	assert.equal(at(['base', 'name'], 'key'), 'name: x');
	assert.equal(at(['copy', 'name']), 'x');
	assert.equal(at(['copy', 'list', 1]), '2');
	assert.equal(at(['copy', 'own']), '*two');
	// What is missing stands where the map stands that it belongs in.
	assert.equal(at(['copy', 'gone', 'deeper']), '<<: *base');
	assert.equal(at(['gone']), 'base: &base');
});

test('a variable that is not set is told once, where it stands, and not again where aliases use it', () => {
	const tree = read('a: &x ${NONE}\nb: *x');
	assert.deepEqual(
		tree.mistakes.map(({ path, message }) => [path, message]),
		[[['a'], 'the variable NONE is not set']],
	);
	assert.deepEqual(
		[tree.locate(['a'], 'value').mistaken, tree.locate(['b'], 'value').mistaken],
		[true, true],
	);
});

test('a text whose key ends in _file is the file that it names; numbers, lists and keys are not', () => {
	const tree = read('{ a_file: &p "${F}", b: *p, c_file: 5, d_file: [x], x_file: *p }', { F: 'f' });
	const { a_file, x_file, ...others } = tree.value as Record<string, unknown>;
	const expected = new ReferencedFile('f', { ok: true, text: 'text of f' });
	assert.deepEqual([a_file, x_file], [expected, expected]);
	assert.deepEqual({ ...others }, { b: 'f', c_file: 5, d_file: ['x'] });
});
