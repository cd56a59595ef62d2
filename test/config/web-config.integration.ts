import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { printMistake } from '../../src/config/mistake.ts';
import { loadWebConfig } from '../../src/config/web-config.ts';
import { runCommand } from '../brokers/command.ts';
import { type Certificates, findPromtool, makeCertificates } from '../brokers/index.ts';

const hash = `$2y$10$${'a'.repeat(53)}`;

let certificates: Certificates;
let folder: string;

before(async () => {
	certificates = await makeCertificates();
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-web-'));
	await writeFile(join(folder, 'broken.pem'), 'nothing');
});

after(async () => {
	await certificates?.remove();
	if (folder) await rm(folder, { recursive: true, force: true });
});

/** CERT, KEY, CA, CLIENT and HASH stand for what they say. */
async function load(text: string) {
	const { server, ca, client } = certificates;
	const words = { CERT: server.cert, KEY: server.key, CLIENT: client.key, CA: ca, HASH: hash };
	let filled = text;
	for (const [word, value] of Object.entries(words)) filled = filled.replaceAll(word, () => value);
	await writeFile(join(folder, 'web.yaml'), filled);
	return loadWebConfig('web.yaml', folder);
}

const right: readonly (readonly [what: string, text: string])[] = [
	['nothing at all', '{}'],
	['passwords', 'basic_auth_users: { anna: HASH, "berta b": HASH }'],
	['TLS', 'tls_server_config: { cert_file: CERT, key_file: KEY }'],
	[
		'clients with certificates',
		`tls_server_config:
  { cert_file: CERT, key_file: KEY, client_auth_type: RequireAndVerifyClientCert, client_ca_file: CA, min_version: TLS13 }`,
	],
	[
		'any certificate',
		'tls_server_config: { cert_file: CERT, key_file: KEY, client_auth_type: RequireAnyClientCert }',
	],
];

for (const [what, text] of right) {
	test(`${what}: taken here, and by Prometheus itself`, async () => {
		const loaded = await load(text);
		assert.deepEqual(loaded.ok ? [] : loaded.mistakes.map(printMistake), []);
		const promtool = await findPromtool();
		const args = ['check', 'web-config', join(folder, 'web.yaml')];
		const { stderr } = await runCommand(promtool.path, args, {
			env: promtool.env ?? {},
			timeoutMs: 10_000,
		});
		assert.match(stderr, /SUCCESS/);
	});
}

const wrong: readonly (readonly [text: string, ...mistakes: string[]])[] = [
	['', 'web.yaml: empty: tls_server_config or basic_auth_users is expected'],
	['- a', 'web.yaml:1:1: expected a map, got a list'],
	[
		'tls_sever_config: {}',
		'web.yaml:1:1: tls_sever_config: unknown key: did you mean tls_server_config?',
	],
	[
		'http_server_config: { http2: true }',
		'web.yaml:1:1: http_server_config: unknown key: did you mean tls_server_config?',
	],
	[
		'tls_server_config: { cert_file: CERT, key_file: KEY, cipher_suites: [A] }',
		'tls_server_config.cipher_suites: unknown key; known here: cert_file, client_auth_type, client_ca_file, key_file, min_version',
	],
	[
		'tls_server_config: { cert_file: CERT, key_file: KEY, min_version: TLS10 }',
		'tls_server_config.min_version: expected TLS12 or TLS13, got "TLS10": did you mean TLS12?',
	],
	[
		'tls_server_config: {}',
		'tls_server_config.cert_file: missing, the path of a file is expected',
		'tls_server_config.key_file: missing, the path of a file is expected',
	],
	[
		'tls_server_config: { cert_file: CERT, key_file: CLIENT }',
		'tls_server_config.key_file: not the key of the certificate in cert_file',
	],
	[
		'tls_server_config: { cert_file: broken.pem, key_file: nowhere.pem }',
		'tls_server_config.cert_file: expected a certificate in PEM',
		'tls_server_config.key_file: no such file',
	],
	[
		'tls_server_config: { cert_file: CERT, key_file: KEY, client_auth_type: VerifyClientCertIfGiven }',
		'tls_server_config.client_ca_file: missing, VerifyClientCertIfGiven needs it',
	],
	[
		'tls_server_config: { cert_file: CERT, key_file: KEY, client_ca_file: CA }',
		'tls_server_config.client_ca_file: no client is asked for a certificate: set client_auth_type',
	],
	[
		'basic_auth_users: { anna: secret-word }',
		"web.yaml:1:27: basic_auth_users.anna: expected a bcrypt hash, as `htpasswd -nBC 10 ''` prints",
	],
	[
		'basic_auth_users: { anna: HASH }\nbasic_auth_users: {}',
		'web.yaml:2:1: basic_auth_users: this key was given before',
	],
	[
		'basic_auth_users: { __proto__: HASH }',
		'web.yaml:1:32: basic_auth_users.__proto__: no name that a user can have here',
	],
];

for (const [text, ...mistakes] of wrong) {
	test(`refused: ${text || 'an empty file'}`, async () => {
		const loaded = await load(text);
		const told = loaded.ok ? [] : loaded.mistakes.map(printMistake);
		assert.equal(told.length, mistakes.length, told.join('\n'));
		for (const [at, mistake] of mistakes.entries()) {
			assert.ok(told[at]?.includes(mistake), `${told[at]}\ninstead of\n${mistake}`);
			assert.ok(!told[at]?.includes('secret-word'));
		}
	});
}

test('the files that it is made of are told, also those that are not there', async () => {
	const loaded = await load('tls_server_config: { cert_file: later.pem, key_file: /later.key }');
	assert.equal(loaded.ok, false);
	assert.deepEqual(loaded.files, [
		join(folder, 'web.yaml'),
		join(folder, 'later.pem'),
		'/later.key',
	]);
	assert.deepEqual(loadWebConfig('none.yaml', folder).files, [join(folder, 'none.yaml')]);
});

test('a file that is not there is a mistake', () => {
	const loaded = loadWebConfig('none.yaml', folder);
	assert.deepEqual(loaded.ok ? [] : loaded.mistakes.map(printMistake), ['none.yaml: no such file']);
});
