import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { type Certificates, makeCertificates } from '../../brokers/index.ts';
import { siteOf } from '../site.ts';
import { guard, withTls } from './guarded.ts';

let certificates: Certificates;
let others: Certificates;

before(async () => {
	[certificates, others] = await Promise.all([makeCertificates(), makeCertificates()]);
});

after(async () => {
	await certificates?.remove();
	await others?.remove();
});

/** Listens with a web configuration; after the first time its files are looked at when `later` was called. */
async function listen(t: TestContext, web: string) {
	let nowMs = 0;
	t.mock.method(performance, 'now', () => nowMs);
	const { app, folder, told } = await guard(t, siteOf(), certificates, web);
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	return {
		folder,
		port,
		told,
		write: (name: string, text: string) => writeFile(join(folder, name), text),
		/** More time goes by than there is between two looks. */
		later: () => {
			nowMs += 1001;
		},
	};
}

/** Of a request without a password. */
async function statusOf(port: number): Promise<number | undefined> {
	const agent = new Agent({ rejectUnauthorized: false });
	const request = get({ host: '127.0.0.1', port, path: '/-/healthy', agent });
	const [response] = await once(request, 'response');
	response.resume();
	await once(response, 'end');
	agent.destroy();
	return response.statusCode;
}

async function shownBy(port: number): Promise<string> {
	const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
	await once(socket, 'secureConnect');
	const { raw } = socket.getPeerCertificate();
	socket.destroy();
	return raw.toString('base64');
}

async function contentOf(certificate: string): Promise<string> {
	const pem = await readFile(certificate, 'utf8');
	return pem.replace(/-----.*-----|\s/g, '');
}

test('the very first who comes after a renewal is shown the new certificate', async (t) => {
	const { port, folder, told, later } = await listen(t, withTls);
	assert.equal(await shownBy(port), await contentOf(certificates.server.cert));
	await copyFile(others.server.cert, join(folder, 'cert.pem'));
	await copyFile(others.server.key, join(folder, 'key.pem'));
	later();
	assert.equal(await shownBy(port), await contentOf(others.server.cert));
	assert.deepEqual(told, [[]]);
});

test('a configuration that was refused is taken as soon as the file that it lacked is there', async (t) => {
	const web = (certificate: string) =>
		`tls_server_config: { cert_file: ${certificate}, key_file: key.pem }\n`;
	const { port, folder, told, write, later } = await listen(t, web('cert.pem'));
	assert.equal(await statusOf(port), 200);

	const users = `basic_auth_users: { anna: ${hashSync('word', 4)} }`;
	await write('web.yaml', `${web('renewed.pem')}${users}`);
	for (const _ of ['told', 'not told again']) {
		later();
		assert.equal(await statusOf(port), 200);
		assert.equal(told.length, 1);
	}
	assert.match(told[0]?.join() ?? '', /cert_file: no such file/);

	await copyFile(certificates.server.cert, join(folder, 'renewed.pem'));
	for (const _ of ['in use', 'not told again']) {
		later();
		assert.equal(await statusOf(port), 401);
		assert.deepEqual(told.slice(1), [[]]);
	}
});
