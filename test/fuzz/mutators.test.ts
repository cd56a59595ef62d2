import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutatedBytes, mutatedText, mutatedTree } from '../../fuzz/mutators.ts';
import { Chance } from '../random.ts';

const tree = { a: [1, 'two', { three: null }], b: 'c' };
const mutators: Readonly<Record<string, (chance: Chance) => string>> = {
	bytes: (chance) => mutatedBytes(Buffer.from('0123456789abcdef', 'hex'), chance).toString('hex'),
	text: (chance) => mutatedText('one\ntwo\nthree', chance, ['x', '\n']),
	tree: (chance) => JSON.stringify(mutatedTree(tree, chance, () => -1)) ?? 'undefined',
};

for (const [name, mutate] of Object.entries(mutators)) {
	test(`${name}: a seed makes the same change each time, and others make many others`, () => {
		const all = Array.from({ length: 200 }, (_, seed) => mutate(new Chance(seed)));
		assert.deepEqual(
			all,
			all.map((_, seed) => mutate(new Chance(seed))),
		);
		assert.ok(new Set(all).size > 50, `${new Set(all).size} different`);
	});
}

test('a tree that is changed is another one: the first stays as it was', () => {
	const before = JSON.stringify(tree);
	for (let seed = 0; seed < 200; seed++) mutatedTree(tree, new Chance(seed), () => ({ new: [] }));
	assert.equal(JSON.stringify(tree), before);
});
