import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { z } from 'zod';
import {
	checkTwins,
	ReferencedFile,
	SecretFile,
	secretFile,
	TextFile,
	textFile,
} from '../../src/options/file.ts';
import { Secret, secret } from '../../src/options/secret.ts';

const holding = (text: string) => new ReferencedFile('run/p', { ok: true, text });

function message(schema: z.ZodType, value: unknown): string {
	const { success, error } = schema.safeParse(value);
	assert.equal(success, false, 'it was accepted');
	return error?.issues[0]?.message ?? '';
}

for (const [text, value] of [
	['hunter2\n', 'hunter2'],
	['hunter2\r\n', 'hunter2'],
	['hunter2', 'hunter2'],
	['hunter2\n\n', 'hunter2\n'],
	[' hunter2 \n', ' hunter2 '],
] as const) {
	test(`a secret file of ${JSON.stringify(text)} holds ${JSON.stringify(value)}`, () => {
		const parsed = secretFile.parse(holding(text));
		assert.equal(parsed.reveal(), value);
		assert.ok(parsed.equals(new Secret(value)));
	});
}

test('a secret file prints as a secret, and as its path in the effective configuration', () => {
	const parsed = secretFile.parse(holding('hunter2'));
	assert.equal(
		`${parsed} ${JSON.stringify(parsed)} ${inspect(parsed)}`,
		'<secret> "<secret>" <secret>',
	);
	assert.equal(z.encode(secretFile, parsed), 'run/p');
	assert.equal(z.encode(textFile, textFile.parse(holding('text'))), 'run/p');
});

test('a text file keeps its text as it is', () => {
	assert.deepEqual(textFile.parse(holding('a\nb\n')), new TextFile('run/p', 'a\nb\n'));
});

test('a file without anything in it is a mistake', () => {
	for (const empty of ['', '\n', ' \r\n']) {
		assert.match(message(secretFile, holding(empty)), /it is empty$/);
		assert.equal(message(textFile, holding(empty)), 'the file is empty');
	}
});

test('a file that cannot be read is a mistake in the words of whoever tried', () => {
	const missing = new ReferencedFile('hunter2', { ok: false, message: 'no such file' });
	assert.equal(message(secretFile, missing), 'no such file');
	assert.equal(message(textFile, missing), 'no such file');
});

test('what is no path is a mistake', () => {
	assert.equal(message(secretFile, 5), 'expected the path of a file (digits alone need quotes)');
	assert.equal(message(secretFile, undefined), 'missing, the path of a file is expected');
});

test('a path that nobody read is a defect', () => {
	assert.throws(() => secretFile.parse('run/p'), TypeError);
});

test('of a secret and its twin only one may be given', () => {
	const schema = z
		.strictObject({ token: secret.optional(), token_file: secretFile.optional() })
		.superRefine((given, context) => {
			if (!checkTwins(given, 'token', context)) context.addIssue('none');
		});
	assert.ok(schema.parse({ token: 'x' }).token instanceof Secret);
	assert.ok(schema.parse({ token_file: holding('x') }).token_file instanceof SecretFile);
	assert.equal(message(schema, {}), 'none');
	const both = schema.safeParse({ token: 'x', token_file: holding('x') }).error?.issues;
	assert.deepEqual(
		both?.map(({ path, message }) => [path, message]),
		[[['token_file'], 'token is given too: give only one']],
	);
});
