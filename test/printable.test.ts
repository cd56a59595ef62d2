import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable } from '../src/printable.ts';

const cases: readonly (readonly [name: string, text: string, expected: string])[] = [
	['ordinary text stays as it is', 'orders.v2 größe 😀', 'orders.v2 größe 😀'],
	['line breaks and tabs become visible', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
	['terminal escapes lose their power', '\u001b[31mred\u009b', '\\u001b[31mred\\u009b'],
	['marks of writing direction become visible', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
	['line separators become visible', 'a\u2028b', 'a\\u2028b'],
];

for (const [name, text, expected] of cases) {
	test(name, () => assert.equal(printable(text), expected));
}
