import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { compilePattern, examples, filter, passes } from '../../src/options/pattern.ts';

const cases: readonly (readonly [
	pattern: string,
	matching: readonly string[],
	other: readonly string[],
])[] = [
	['*', ['', 'a', 'a\nb', '😀'], []],
	['**', ['', 'a'], []],
	['orders', ['orders'], ['order', 'orders2', 'xorders', 'Orders', '']],
	['orders*', ['orders', 'orders.eu', 'orders\n'], ['order', 'xorders']],
	['*orders', ['orders', 'eu.orders'], ['orders2']],
	['*-*', ['a-b', '-', 'a-b-c'], ['ab', '']],
	['a?c', ['abc', 'a😀c', 'a\nc'], ['ac', 'abbc']],
	['?', ['a', '😀'], ['', 'ab']],
	['a*b*c', ['abc', 'axxbyyc', 'abbcc'], ['acb', 'ab']],
	['a.c', ['a.c'], ['abc']],
	['$MQTT_*', ['$MQTT_x'], ['MQTT_x']],
	['orders:{eu}:*', ['orders:{eu}:1'], ['orders:eu:1']],
	['{eu}:a,b', ['{eu}:a,b'], ['eu:a']],
	['orders:\\[1]', ['orders:[1]'], ['orders:1']],
	['\\\\\\[*', ['\\[', '\\[1'], ['[1']],
	['\\{a,b}', ['{a,b}'], ['a', 'b']],
	['{a\\,b}', ['{a,b}'], ['a', 'b']],
	['{a,b\\}', ['{a,b}'], ['a', 'b']],
	['{a,b', ['{a,b'], ['a', 'b']],
	['\\!a', ['!a'], ['a', 'b']],
	['a!b', ['a!b'], ['ab']],
	['a\\*b', ['a*b'], ['axb', 'a\\*b']],
	['a\\?', ['a?'], ['ab']],
	['a\\\\*', ['a\\', 'a\\b'], ['ab']],
	['\\/a/', ['/a/'], ['a']],
	['\\/', ['/'], ['']],
	['\\/app/orders', ['/app/orders'], ['app/orders']],
	['app/orders', ['app/orders'], ['orders']],
	['*+(x)|y', ['a+(x)|y'], ['y', 'ax']],
	['/orders/', ['orders'], ['orders2', 'xorders', '/orders/']],
	['/a|ab/', ['a', 'ab'], ['abc', 'b']],
	['/^a$/', ['a'], ['a\n', 'ba']],
	['/a.c/', ['abc', 'a😀c'], ['a\nc', 'abcd']],
	['/(?i)orders/', ['ORDERS', 'orders'], ['order']],
	['/a\\/b/', ['a/b'], ['a\\/b']],
	['/[a-z]+-\\d{2,3}/', ['a-12', 'abc-123'], ['a-1', 'a-1234']],
];

for (const [source, matching, other] of cases) {
	test(`${source} matches ${JSON.stringify(matching)} and not ${JSON.stringify(other)}`, () => {
		const pattern = compilePattern(source);
		assert.deepEqual(
			[...matching, ...other].filter((name) => pattern.matches(name)),
			[...matching],
		);
		assert.equal(pattern.source, source);
	});
}

test('a pattern without a wildcard says which name it means', () => {
	assert.equal(compilePattern('orders').literal, 'orders');
	assert.equal(compilePattern('a\\*b').literal, 'a*b');
	for (const source of ['a*', 'a?', '*', '/orders/']) {
		assert.equal('literal' in compilePattern(source), false);
	}
});

// Backtracking needs 2^50000 steps for the first two, and 50000^20 for the third: that this ends at
// all shows that no name makes the work explode.
for (const source of ['/(a+)+b/', '/(a|aa)*b/', `${'*a'.repeat(20)}*b`]) {
	test(`a name that is the worst for ${source} is matched in bounded work`, () => {
		const pattern = compilePattern(source);
		assert.equal(pattern.matches('a'.repeat(50_000)), false);
		assert.equal(pattern.matches(`${'a'.repeat(50_000)}b`), true);
	});
}

// To look for each comma after each brace, and for the end after each of those, is 200000^3 steps.
test('a text full of braces and commas is found to be no list in bounded work', () => {
	const source = '{,'.repeat(200_000);
	assert.equal(compilePattern(source).matches(source), true);
});

for (const [source, reason] of [
	['', /empty/],
	['//', /between the slashes/],
	['/(/', /missing closing \)/],
	['/a(?=b)/', /Perl syntax/],
	['/(a)\\1/', /invalid escape/],
	['/(a{1000}){1000}/', /repeat/],
	['a\\', /backslash/],
	['/orders', /begins with a slash and does not end with one/],
	['/orders/i', /without flags/],
	['/', /begins with a slash/],
	['!orders', /exclude/],
	['orders-[0-9]*', /has a \[, which is no wildcard/],
	['a\\\\[b', /has a \[/],
	['{orders,payments}-*', /a list in braces/],
	['{eu}-{orders,payments}', /a list in braces/],
	['\\{{orders,payments}', /a list in braces/],
] as const) {
	test(`${JSON.stringify(source)} is no pattern, and the mistake says why`, () => {
		assert.throws(() => compilePattern(source), { name: 'SyntaxError', message: reason });
	});
}

test('a name passes a filter when one include matches and no exclude does', () => {
	const schema = filter({ include: ['*'], exclude: ['__*'] });
	const names = ['orders', 'payments', '__consumer_offsets', 'orders-dlq'];
	const passing = (value: unknown) => names.filter((name) => passes(schema.parse(value), name));

	assert.deepEqual(passing(undefined), ['orders', 'payments', 'orders-dlq']);
	assert.deepEqual(passing({ exclude: [] }), names);
	assert.deepEqual(passing({ include: ['pay*', '/orders(-dlq)?/'], exclude: ['*-dlq'] }), [
		'orders',
		'payments',
	]);
});

test('a filter is written as it was read, with its defaults', () => {
	const schema = filter({ include: ['*'], exclude: ['__*'] });
	assert.deepEqual(z.encode(schema, schema.parse({ include: ['/a|b/', 'c\\*'] })), {
		include: ['/a|b/', 'c\\*'],
		exclude: ['__*'],
	});
});

test('a name is made up for each glob, and none for what passes no filter', () => {
	const namesOf = (include: readonly string[], exclude: readonly string[] = []) =>
		examples(filter({ include, exclude }).parse({})).map(({ name }) => name);
	assert.deepEqual(namesOf(['*', 'orders', 'orders-?', 'a\\*b*', '/.*/']), [
		'stream-lag-exporter-doctor',
		'orders',
		'orders-x',
		'a*bstream-lag-exporter-doctor',
	]);
	assert.deepEqual(namesOf(['orders*', 'a'], ['*-doctor']), ['a']);
});

for (const [include, exclude, by] of [
	['__consumer_offsets', '__*', '__*'],
	['KV_*', 'KV_*', 'KV_*'],
	['KV_orders*', 'KV_*', 'KV_*'],
	['a-dlq', '/.*-dlq/', '/.*-dlq/'],
	['a\\*b', 'a*', 'a*'],
] as const) {
	test(`a filter that includes ${include} and excludes ${exclude} is refused`, () => {
		const { error } = filter({ include: ['*'], exclude: [] }).safeParse({
			include: [include],
			exclude: ['x', exclude],
		});
		assert.deepEqual(
			error?.issues.map(({ path, message }) => [path, message]),
			[
				[
					['include', 0],
					`exclude leaves nothing of it, by "${by}"; exclude: [] leaves out nothing`,
				],
			],
		);
	});
}

test('what is left out beside something that is left is refused only where the default leaves it out', () => {
	const internal = filter({ include: ['*'], exclude: ['__*'] });
	const include = ['orders', '__consumer_offsets'];
	assert.deepEqual(
		internal.safeParse({ include }).error?.issues.map(({ path }) => path),
		[['include', 1]],
	);
	assert.ok(internal.safeParse({ include, exclude: ['__consumer_*'] }).success);
});

for (const [include, exclude] of [
	['*', '*'],
	['*', '__*'],
	['orders*', '*-dlq'],
	['a*', 'a?'],
	['/KV_.*/', 'KV_*'],
	['a*', '/a.*/'],
] as const) {
	test(`a filter that includes ${include} and excludes ${exclude} is taken`, () => {
		filter({ include: ['*'], exclude: [] }).parse({ include: [include], exclude: [exclude] });
	});
}

test('what the default of exclude leaves out is a mistake as well', () => {
	const schema = filter({ include: ['*'], exclude: ['KV_*'] });
	assert.equal(schema.safeParse({ include: ['KV_orders'] }).success, false);
	assert.equal(schema.safeParse({ include: ['KV_orders'], exclude: [] }).success, true);
});
