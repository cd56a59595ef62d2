import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReferencedFile } from '../../../src/options/file.ts';
import { options } from '../../../src/targets/nats/options.ts';

const file = (text: string) => new ReferencedFile('f', { ok: true, text });
const seed = `SU${'A'.repeat(56)}`;
const credentials = `-----BEGIN NATS USER JWT-----
e.y.J
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;

function mistakes(given: Record<string, unknown>): string[] {
	const { error } = options.safeParse({ servers: ['n1'], ...given });
	return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('one way to log in is taken, whichever it is', () => {
	for (const way of [
		{},
		{ username: 'u', password: 'p' },
		{ username: 'u', password_file: file('p') },
		{ token: 't' },
		{ token_file: file('t') },
		{ credentials_file: file(credentials) },
		{ nkey_file: file(`${seed}\n`) },
	]) {
		assert.deepEqual(mistakes(way), [], JSON.stringify(way));
	}
});

test('two ways to log in are one too many', () => {
	const both = 'give only one of username and password, token, credentials_file, nkey_file';
	const creds = { credentials_file: file(credentials) };
	assert.deepEqual(mistakes({ ...creds, nkey_file: file(seed) }), [`nkey_file: ${both}`]);
	assert.deepEqual(mistakes({ ...creds, username: 'u' }), [`credentials_file: ${both}`]);
	assert.deepEqual(mistakes({ token_file: file('t'), nkey_file: file(seed) }), [
		`nkey_file: ${both}`,
	]);
});

test('files that hold something else are named, and not quoted', () => {
	assert.deepEqual(mistakes({ credentials_file: file('hunter2') }), [
		"credentials_file: expected a user's JWT and seed in the file, as nsc writes them",
	]);
	// An account's seed is far too mighty.
	assert.deepEqual(mistakes({ nkey_file: file(seed.replace('SU', 'SA')) }), [
		"nkey_file: expected a user's seed in the file, which begins with SU",
	]);
});

test('a domain and an inbox prefix are parts of subjects', () => {
	assert.deepEqual(mistakes({ domain: 'hub', inbox_prefix: '_INBOX.lag' }), []);
	for (const domain of ['', 'a.b', '*', '>', 'a b']) {
		assert.deepEqual(mistakes({ domain }), ['domain: expected the name of a JetStream domain']);
	}
	for (const inbox_prefix of ['', '.', 'a.', 'a.*', 'a.>', 'a b']) {
		assert.deepEqual(mistakes({ inbox_prefix }), [
			'inbox_prefix: expected a subject without wildcards, such as _INBOX',
		]);
	}
});

test('a TLS handshake first needs TLS', () => {
	assert.deepEqual(mistakes({ tls_first: true }), ['tls: missing, tls_first needs it']);
	assert.deepEqual(mistakes({ tls_first: true, tls: false }), ['tls: missing, tls_first needs it']);
	assert.deepEqual(mistakes({ tls_first: true, tls: {} }), []);
});
