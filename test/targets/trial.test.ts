import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellWord } from '../../src/targets/shell-word.ts';
import { merged, type Trial } from '../../src/targets/trial.ts';

function trial(subject: string, answer?: string): Trial {
	const told = answer === undefined ? {} : { answer };
	return { operation: 'TIME', subject, state: 'allowed', ...told };
}

test('trials that differ in their subject only become one, which names few of many', () => {
	const same = ['a', 'b', 'c', 'd', 'e', 'a'].map((subject) => trial(subject));
	assert.deepEqual(merged([...same, trial('f', 'late')]), [
		trial('a, b, c and 2 more'),
		trial('f', 'late'),
	]);
	assert.deepEqual(merged([]), []);
});

for (const [text, word] of [
	['orders.eu-1', 'orders.eu-1'],
	['*', "'*'"],
	['', "''"],
	['$JS.API.>', "'$JS.API.>'"],
	["a'; reboot", "'a'\\''; reboot'"],
] as const) {
	test(`${word} is how a shell is given ${text}`, () => {
		assert.equal(shellWord(text), word);
	});
}
