import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ReferencedFile } from '../../../src/options/file.ts';
import { UnreadableError } from '../../../src/targets/target.ts';
import {
	type Certificates,
	makeCertificates,
	type Redis,
	startRedis,
} from '../../brokers/index.ts';
import { connect, readOnce } from './server.ts';

let certificates: Certificates;
let server: Redis;
before(async () => {
	certificates = await makeCertificates();
	server = await startRedis({ certificates, requirepass: 'hunter2' });
	await server.cli('XADD', 's', '*', 'a', 'b');
	await server.cli('XGROUP', 'CREATE', 's', 'g', '0');
});
after(async () => {
	await server?.stop();
	await certificates?.remove();
});

/** As the loader gives it. */
const file = async (path: string) =>
	new ReferencedFile(path, { ok: true, text: await readFile(path, 'utf8') });

const client = async () => ({
	ca_file: await file(certificates.ca),
	cert_file: await file(certificates.client.cert),
	key_file: await file(certificates.client.key),
});

async function problemOf(url: string, options: object = {}): Promise<string> {
	const error: unknown = await readOnce(url, options).catch((reason: unknown) => reason);
	assert.ok(error instanceof UnreadableError, String(error));
	assert.doesNotMatch(error.message, /hunter2/);
	return error.problems.map(({ code, operation }) => `${code} ${operation}`).join();
}

test('a server is read by TLS, asked for by its scheme or by tls', async () => {
	for (const url of [server.url, server.url.replace('rediss:', 'redis:')]) {
		const { groups, problems } = await readOnce(url, { tls: await client() });
		assert.deepEqual(problems, []);
		assert.deepEqual(
			groups.map(({ lag }) => lag),
			[{ messages: 1, uncertainty: 0 }],
		);
	}
});

test('a certificate that is not trusted, or of another name, is told as such', async () => {
	assert.equal(await problemOf(server.url), 'tls_failed connect');
	const tls = { ...(await client()), server_name: 'redis.example.com' };
	assert.equal(await problemOf(server.url, { tls }), 'tls_failed connect');
	const careless = { ...tls, insecure_skip_verify: true };
	assert.equal((await readOnce(server.url, { tls: careless })).groups.length, 1);
});

test('a server that wants a certificate is told as such', async () => {
	const tls = { ca_file: await file(certificates.ca) };
	assert.match(await problemOf(server.url, { tls }), /^(tls_failed|connection_lost) connect$/);
});

test('one side with TLS and one without do not wait for each other for ever', async () => {
	const plain = await startRedis();
	const withTls = connect(`rediss://127.0.0.1:${plain.port}`, {}, { pollTimeoutMs: 2000 });
	const withoutTls = connect(`redis://127.0.0.1:${server.port}`, {}, { pollTimeoutMs: 2000 });
	try {
		for (const [target, code, words] of [
			[
				withTls,
				'unreachable',
				/is the server running, the address right, and the port one with TLS/,
			],
			[withoutTls, 'connection_lost', /on a port without TLS/],
		] as const) {
			const error: unknown = await target
				.read(AbortSignal.timeout(2000))
				.catch((reason: unknown) => reason);
			assert.ok(error instanceof UnreadableError, String(error));
			assert.equal(error.problems[0]?.code, code);
			assert.match(error.message, words);
		}
	} finally {
		await withTls.close();
		await withoutTls.close();
		await plain.stop();
	}
});
