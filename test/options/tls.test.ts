import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { ReferencedFile } from '../../src/options/file.ts';
import { tls, tlsOptions } from '../../src/options/tls.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const certificate = fixture('certificate.pem');
const key = fixture('key.pem');
const file = (path: string, text: string) => new ReferencedFile(path, { ok: true, text });

function mistakes(value: unknown): string[] {
	const issues = tls.safeParse(value).error?.issues ?? [];
	assert.ok(issues.length > 0, 'it was accepted');
	return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('false and nothing are no TLS, true and {} are TLS as the system has it', () => {
	assert.equal(tlsOptions(undefined), undefined);
	assert.equal(tlsOptions(tls.parse(false)), undefined);
	assert.deepEqual(tlsOptions(tls.parse(true)), {});
	assert.deepEqual(tlsOptions(tls.parse({})), {});
});

test('files and names become what Node connects with', () => {
	const given = tls.parse({
		ca_file: file('ca.pem', certificate),
		cert_file: file('c.pem', certificate),
		key_file: file('k.pem', key),
		server_name: 'kafka.internal',
		insecure_skip_verify: true,
	});
	const options = tlsOptions(given);
	assert.deepEqual(options, {
		ca: certificate,
		cert: certificate,
		key: key.trimEnd(),
		servername: 'kafka.internal',
		rejectUnauthorized: false,
	});
	createSecureContext(options);
	assert.deepEqual(z.encode(tls, given), {
		ca_file: 'ca.pem',
		cert_file: 'c.pem',
		key_file: 'k.pem',
		server_name: 'kafka.internal',
		insecure_skip_verify: true,
	});
});

test('a key without its certificate and a certificate without its key are mistakes', () => {
	assert.deepEqual(mistakes({ cert_file: file('c', certificate) }), [
		'key_file: missing, cert_file needs one',
	]);
	assert.deepEqual(mistakes({ key_file: file('k', key) }), [
		'cert_file: missing, key_file needs one',
	]);
});

test('the key of another certificate is a mistake', () => {
	const { privateKey } = generateKeyPairSync('ec', {
		namedCurve: 'prime256v1',
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
		publicKeyEncoding: { type: 'spki', format: 'pem' },
	});
	const given = { cert_file: file('c', certificate), key_file: file('k', privateKey) };
	assert.deepEqual(mistakes(given), ['key_file: not the key of the certificate in cert_file']);
});

test('files that hold something else are mistakes, all told at once', () => {
	const given = {
		ca_file: file('a', key),
		cert_file: file('c', 'x'),
		key_file: file('k', certificate),
	};
	assert.deepEqual(mistakes(given), [
		'ca_file: expected a certificate in PEM',
		'cert_file: expected a certificate in PEM',
		'key_file: expected a private key in PEM, not encrypted',
	]);
});

test('what is neither true, false nor a map is a mistake', () => {
	const message = (value: unknown) => tls.safeParse(value).error?.issues[0]?.message;
	assert.equal(message('on'), 'expected true, false or a map, got a text: write true');
	assert.equal(message('NO'), 'expected true, false or a map, got a text: write false');
	assert.equal(message('ca.pem'), 'expected true, false or a map, got a text');
	assert.equal(message(1), 'expected true, false or a map, got the number 1');
	assert.equal(message(null), 'expected true, false or a map, got nothing');
});
