import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flawsOf } from '../../soak/exposition.ts';

const cases: readonly (readonly [name: string, text: string, flaws: readonly string[]])[] = [
	['a right one has no flaw', '# HELP a x\n# TYPE a gauge\na{b="c d"} 1\na{b="d"} 0.5\n', []],
	['NaN is a flaw', 'a NaN\n', ['a NaN']],
	['a negative value is a flaw', 'a{b="c"} -1\n', ['a{b="c"} -1']],
	['an infinite value is a flaw', 'a +Inf\n', ['a +Inf']],
	[
		'a series that is there twice is a flaw',
		'a{b="c"} 1\na{b="c"} 2\n',
		['a{b="c"} is there twice'],
	],
	[
		'a family that is there twice is a flaw',
		'# TYPE a gauge\na 1\n# TYPE a gauge\n',
		['a is there twice'],
	],
	['what is cut short is a flaw', 'a 1', ['the text is cut short']],
];

for (const [name, text, flaws] of cases) {
	test(name, () => assert.deepEqual(flawsOf(text), flaws));
}
