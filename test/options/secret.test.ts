import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { Secret, secret } from '../../src/options/secret.ts';

const canary = 'hunter2-canary';

const ways: Readonly<Record<string, (value: Secret) => unknown>> = {
	'a template': (value) => `${value}`,
	concatenation: (value) => `x${value as unknown as string}`,
	JSON: (value) => JSON.stringify({ password: value }),
	inspect: (value) => inspect({ password: value }, { showHidden: true, depth: 9, getters: true }),
	'inspect without custom functions': (value) =>
		inspect(value, { customInspect: false, showHidden: true }),
	format: (value) => format('%s %o %O %j %d', value, value, value, value, value),
	'a log': (value) => {
		let line = '';
		pino({}, { write: (text: string) => (line += text) }).info({ password: value }, 'x');
		return line;
	},
	spreading: (value) => JSON.stringify({ ...value }),
	'a structured clone': (value) => inspect(structuredClone(value), { showHidden: true }),
	'an error': (value) => inspect(new Error('x', { cause: value })),
	'its keys': (value) => Reflect.ownKeys(value).map(String).join(),
	'the effective configuration': (value) => z.encode(secret, value),
};

for (const [way, show] of Object.entries(ways)) {
	test(`a secret does not leak by ${way}`, () => {
		assert.doesNotMatch(String(show(new Secret(canary))), /hunter2|canary/);
	});
}

test('a secret prints as <secret> and reveals itself when asked', () => {
	const value = secret.parse(canary);
	assert.equal(
		`${value} ${JSON.stringify(value)} ${inspect(value)}`,
		'<secret> "<secret>" <secret>',
	);
	assert.equal(value.reveal(), canary);
});

for (const value of [8841502, true, null, [canary], { canary }, '']) {
	test(`${inspect(value)} is no secret, and the mistake does not show it`, () => {
		const { success, error } = secret.safeParse(value);
		assert.equal(success, false);
		assert.match(error?.issues[0]?.message ?? '', /^expected a secret text/);
		assert.doesNotMatch(error?.issues[0]?.message ?? '', /8841502|true|canary/);
	});
}
