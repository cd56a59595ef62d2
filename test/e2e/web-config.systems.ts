import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectByTls } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { type Certificates, makeCertificates, until } from '../brokers/index.ts';
import { type Exporter, runExporter, startExporter } from './exporter.ts';

/** A target that is not there: nothing of this needs one. */
const configuration = `
poll: { interval: 5s, timeout: 1s }
targets:
  - { name: gone, platform: redis, url: 'redis://127.0.0.1:1' }
`;

let certificates: Certificates;
let others: Certificates;
let ca: string;

before(async () => {
	[certificates, others] = await Promise.all([makeCertificates(), makeCertificates()]);
	ca = await readFile(certificates.ca, 'utf8');
});

after(async () => {
	await certificates?.remove();
	await others?.remove();
});

async function start(web: string, files: Readonly<Record<string, string>> = {}): Promise<Exporter> {
	return await startExporter(configuration, {
		args: ['--web.config.file=web.yaml', '--web.enable-lifecycle'],
		files: { 'web.yaml': web, ...files },
	});
}

async function ask(
	url: string,
	options: RequestOptions = {},
): Promise<{ readonly status: number; readonly headers: NodeJS.Dict<string | string[]> }> {
	return await new Promise((resolve, reject) => {
		const send = url.startsWith('https:') ? tlsRequest : plainRequest;
		send(url, { agent: false, ca, ...options }, (response) => {
			response.resume();
			response.on('end', () =>
				resolve({ status: response.statusCode ?? 0, headers: response.headers }),
			);
		})
			.on('error', reject)
			.end();
	});
}

const hash = (word: string) => hashSync(word, 6);

test('without the password there is nothing on any path; with it there is everything', async () => {
	const exporter = await start(
		`basic_auth_users: { anna: '${hash('xyzzy')}', berta: '${hash('b:')}' }`,
	);
	try {
		for (const path of ['/', '/metrics', '/config', '/-/healthy', '/-/ready', '/nothing']) {
			for (const auth of [undefined, 'anna:wrong', 'nobody:xyzzy', ':']) {
				const { status, headers } = await ask(exporter.url + path, auth ? { auth } : {});
				assert.equal(status, 401, `${path} ${auth}`);
				assert.match(String(headers['www-authenticate']), /^Basic realm="/);
			}
		}
		assert.equal((await ask(`${exporter.url}/-/reload`, { method: 'POST' })).status, 401);
		for (const auth of ['anna:xyzzy', 'berta:b:']) {
			assert.equal((await ask(`${exporter.url}/metrics`, { auth })).status, 200);
			assert.equal((await ask(`${exporter.url}/nothing`, { auth })).status, 404);
		}
		assert.doesNotMatch(exporter.output(), /xyzzy|\$2b/);
	} finally {
		await exporter.stop();
	}
});

test('a flood of wrong passwords holds up nobody who has the right one', async () => {
	const exporter = await start(`basic_auth_users: { anna: '${hashSync('xyzzy', 11)}' }`);
	try {
		const url = `${exporter.url}/metrics`;
		assert.equal((await ask(url, { auth: 'anna:xyzzy' })).status, 200);
		const flood = Array.from({ length: 20 }, (_, at) => ask(url, { auth: `anna:${at}` }));
		let answered = 0;
		for (const one of flood) one.then(() => (answered += 1));
		for (let scrape = 0; scrape < 10; scrape++) {
			assert.equal((await ask(url, { auth: 'anna:xyzzy' })).status, 200);
		}
		assert.ok(answered < flood.length, 'the flood is over before a scrape was answered');
		for (const { status } of await Promise.all(flood)) assert.equal(status, 401);
	} finally {
		await exporter.stop();
	}
});

test('users that change are those who may come in; a mistake changes nothing', async () => {
	const exporter = await start(`basic_auth_users: { anna: '${hash('old')}' }`);
	const url = `${exporter.url}/metrics`;
	const statusOf = async (auth: string) => (await ask(url, { auth })).status;
	try {
		assert.equal(await statusOf('anna:old'), 200);
		await exporter.write('web.yaml', `basic_auth_users: { anna: '${hash('new')}' }`);
		await until('the new password is taken', async () => (await statusOf('anna:new')) === 200);
		assert.equal(await statusOf('anna:old'), 401);

		for (const half of ['basic_auth_users: { anna: x }', '']) {
			const told = () => exporter.log().filter(({ msg }) => /web configuration/.test(msg)).length;
			const before = told();
			await exporter.write('web.yaml', half);
			await until('the mistake is told', async () => {
				assert.equal(await statusOf('anna:new'), 200);
				return told() >= before + 2;
			});
			assert.equal(await statusOf('nobody:x'), 401);
		}
	} finally {
		await exporter.stop();
	}
});

async function tlsFiles(of: Certificates): Promise<Readonly<Record<string, string>>> {
	const [cert, key, authority] = await Promise.all(
		[of.server.cert, of.server.key, of.ca].map((file) => readFile(file, 'utf8')),
	);
	return { 'cert.pem': cert ?? '', 'key.pem': key ?? '', 'ca.pem': authority ?? '' };
}

test('TLS is spoken on every path, and plain HTTP is not answered', async () => {
	const exporter = await start(
		'tls_server_config: { cert_file: cert.pem, key_file: key.pem, min_version: TLS13 }',
		await tlsFiles(certificates),
	);
	try {
		assert.match(exporter.url, /^https:/);
		assert.equal((await ask(`${exporter.url}/metrics`)).status, 200);
		await assert.rejects(ask(`${exporter.url}/metrics`, { maxVersion: 'TLSv1.2' }));
		await assert.rejects(ask(exporter.url.replace('https:', 'http:')));
		const args = ['health', `--url=${exporter.url}`];
		assert.equal((await runExporter(args)).code, 1);
		const trusting = { NODE_EXTRA_CA_CERTS: certificates.ca };
		assert.equal((await runExporter(args, trusting)).code, 0);
	} finally {
		await exporter.stop();
	}
});

test('a certificate that is renewed is shown to whoever comes next, also key after certificate', async () => {
	const exporter = await start(
		'tls_server_config: { cert_file: cert.pem, key_file: key.pem }',
		await tlsFiles(certificates),
	);
	const trusting = async (authority: string) => {
		const options = { ca: await readFile(authority, 'utf8') };
		return await ask(`${exporter.url}/metrics`, options).then(
			({ status }) => status,
			() => 'refused',
		);
	};
	try {
		assert.equal(await trusting(certificates.ca), 200);
		// As tools do it: written aside, then put in place, one file after the other.
		await copyFile(others.server.cert, join(exporter.folder, 'new.pem'));
		await rename(join(exporter.folder, 'new.pem'), join(exporter.folder, 'cert.pem'));
		await until('what does not fit together is told', async () => {
			assert.equal(await trusting(certificates.ca), 200);
			return /not the key of the certificate/.test(exporter.output());
		});
		await writeFile(join(exporter.folder, 'key.pem'), await readFile(others.server.key));
		await until('the new one is shown', async () => (await trusting(others.ca)) === 200);
		assert.equal(await trusting(certificates.ca), 'refused');
	} finally {
		await exporter.stop();
	}
});

for (const [type, withNone, withTheirs, withForeign] of [
	['NoClientCert', true, true, true],
	['RequestClientCert', true, true, true],
	['RequireAnyClientCert', false, true, true],
	['VerifyClientCertIfGiven', true, true, false],
	['RequireAndVerifyClientCert', false, true, false],
] as const) {
	test(`${type}: who comes without a certificate, with one that is trusted, and with another`, async () => {
		const authority = type.includes('Verify') ? ', client_ca_file: ca.pem' : '';
		const exporter = await start(
			`tls_server_config: { cert_file: cert.pem, key_file: key.pem, client_auth_type: ${type}${authority} }`,
			await tlsFiles(certificates),
		);
		const comesIn = async (by?: Certificates) => {
			const client = by && {
				cert: await readFile(by.client.cert),
				key: await readFile(by.client.key),
			};
			return await ask(`${exporter.url}/metrics`, client).then(
				({ status }) => status === 200,
				() => false,
			);
		};
		try {
			assert.deepEqual(
				[await comesIn(), await comesIn(certificates), await comesIn(others)],
				[withNone, withTheirs, withForeign],
			);
		} finally {
			await exporter.stop();
		}
	});
}

test('handshakes and requests that never end hold up nobody, and do not keep it from ending', async () => {
	const exporter = await start(
		'tls_server_config: { cert_file: cert.pem, key_file: key.pem }',
		await tlsFiles(certificates),
	);
	const { hostname, port } = new URL(exporter.url);
	const to = { host: hostname, port: Number(port) };
	const sockets: Socket[] = [];
	try {
		for (let count = 0; count < 20; count++) {
			const secure = connectByTls({ ...to, ca });
			secure.on('secureConnect', () => secure.write('GET /metrics HTTP/1.1\r\n'));
			sockets.push(secure, connect(to));
		}
		for (const socket of sockets) socket.on('error', () => {});
		assert.equal((await ask(`${exporter.url}/metrics`)).status, 200);
	} finally {
		const { code, afterMs } = await exporter.stop();
		for (const socket of sockets) socket.destroy();
		assert.equal(code, 0);
		assert.ok(afterMs < 5000, `${afterMs} ms`);
	}
});

test('mistakes in it are told all at once, with those of the configuration, and it does not start', async () => {
	const { folder, ...files } = await mistakenFiles();
	const args = [`--config.file=${files.config}`, `--web.config.file=${files.web}`];
	const { code, stderr } = await runExporter(args);
	await rm(folder, { recursive: true });
	assert.equal(code, 2);
	assert.match(stderr, /config\.yaml:1:10: targets: expected at least one target$/m);
	assert.match(stderr, /web\.yaml:1:27: basic_auth_users\.anna: expected a bcrypt hash/m);
	assert.doesNotMatch(stderr, /secret/);
});

async function mistakenFiles() {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-mistakes-'));
	const config = join(folder, 'config.yaml');
	const web = join(folder, 'web.yaml');
	await writeFile(config, 'targets: []');
	await writeFile(web, 'basic_auth_users: { anna: secret }');
	return { folder, config, web };
}
