import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from '../src/printable.ts';

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

test('a line of JSON shows no control character, and means the same', () => {
	const fields = { name: 'a\u009b31m\u202eb\u007f\n', more: ['\u2028', 'plain'] };
	const line = `${JSON.stringify(fields)}\n`;
	const shown = printableJson(line);
	assert.match(shown, /^[ -~]*\n$/);
	assert.deepEqual(JSON.parse(shown), fields);
});
