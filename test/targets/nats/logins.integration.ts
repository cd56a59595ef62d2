import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { credsAuthenticator } from 'nats';
import {
	type Certificates,
	makeCertificates,
	type Nats,
	startNats,
	until,
} from '../../brokers/index.ts';
import { openClient } from './client.ts';
import { file } from './files.ts';
import { createUser, makeOperator } from './jwt.ts';
import { byName, connectTo, readOnce, unreadable } from './target.ts';

let folder: string;
let certificates: Certificates;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-logins-'));
	certificates = await makeCertificates();
});

after(async () => {
	await certificates?.remove();
	await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}

function soon(): AbortSignal {
	return AbortSignal.timeout(10_000);
}

/** Ends a server with another configuration file, on the same port. */
async function reconfigure(server: Nats, from: string, to: string): Promise<void> {
	const path = join(server.folder, 'nats.conf');
	const text = await readFile(path, 'utf8');
	assert.ok(text.includes(from));
	await writeFile(path, text.replace(from, to));
	await server.restart();
}

test('a credentials file logs in, and a rotated one at the next connect', async () => {
	const operator = makeOperator();
	const server = await startNats({ config: operator.config });
	const credentials = operator.credentials();
	const path = await write('user.creds', credentials);
	const target = connectTo(server.url, { credentials_file: file(path) });
	try {
		const authenticator = credsAuthenticator(new TextEncoder().encode(credentials));
		const client = await openClient(server.url, { authenticator });
		await client.addStream({ name: 'orders', subjects: ['orders'] });
		await client.addConsumer('orders', { durable_name: 'billing' });
		await client.publish('orders', 3);
		await client.close();
		const reading = await target.read(soon());
		assert.deepEqual(reading.problems, []);
		assert.deepEqual(byName(reading).get('orders/billing')?.lag, { messages: 3 });

		const next = makeOperator();
		await reconfigure(server, operator.config, next.config);
		const [refused] = await unreadable(target.read(soon()));
		assert.equal(refused?.code, 'auth_failed');
		assert.match(refused?.message ?? '', /credentials_file/);
		await writeFile(path, next.credentials());
		const codes = (await target.read(soon())).problems.map(({ code }) => code);
		assert.deepEqual(codes, ['advisories_missed']);

		await rm(path);
		await server.restart();
		const [gone] = await unreadable(target.read(soon()));
		assert.equal(gone?.code, 'credentials_unreadable');
		assert.match(gone?.message ?? '', /user\.creds, with which to log in, cannot be read: no such/);
		await writeFile(path, '-----BEGIN NATS USER JWT-----\n');
		const [half] = await unreadable(target.read(soon()));
		assert.equal(half?.code, 'credentials_unreadable');
	} finally {
		await target.close();
		await server.stop();
	}
});

test('a seed alone logs in', async () => {
	const user = createUser();
	const config = `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`;
	const server = await startNats({ config });
	try {
		const right = await write('right.nk', `${new TextDecoder().decode(user.getSeed())}\n`);
		assert.deepEqual((await readOnce(server.url, { nkey_file: file(right) })).problems, []);
		const wrong = await write('wrong.nk', new TextDecoder().decode(createUser().getSeed()));
		const [refused] = await unreadable(readOnce(server.url, { nkey_file: file(wrong) }));
		assert.equal(refused?.code, 'auth_failed');
	} finally {
		await server.stop();
	}
});

test('a password and a token in a file are read again at each connect', async () => {
	const users = (password: string) => `authorization { user: u, password: ${password} }`;
	const token = (text: string) => `authorization { token: ${text} }`;
	for (const [name, config, options] of [
		['password', users, { username: 'u' }],
		['token', token, {}],
	] as const) {
		const server = await startNats({ config: config('first') });
		const path = await write(name, 'first\n');
		const target = connectTo(server.url, { ...options, [`${name}_file`]: file(path) });
		try {
			assert.deepEqual((await target.read(soon())).problems, []);
			await reconfigure(server, config('first'), config('second'));
			const [refused] = await unreadable(target.read(soon()));
			assert.equal(refused?.code, 'auth_failed', name);
			await writeFile(path, 'second\n');
			const { problems } = await target.read(soon());
			assert.deepEqual(
				problems.map(({ code }) => code),
				['advisories_missed'],
			);
		} finally {
			await target.close();
			await server.stop();
		}
	}
});

test('TLS: trusted authorities, names, client certificates, and the handshake first', async () => {
	const { ca, server: own, client } = certificates;
	const files = `cert_file: "${own.cert}", key_file: "${own.key}"`;
	const trusted = { ca_file: file(ca) };
	const shown = { ...trusted, cert_file: file(client.cert), key_file: file(client.key) };
	const plain = await startNats({ config: `tls { ${files} }` });
	const mutual = await startNats({ config: `tls { ${files}, ca_file: "${ca}", verify: true }` });
	const first = await startNats({ config: `tls { ${files}, handshake_first: true }` });
	const none = await startNats();
	try {
		const reads = [
			[plain, { tls: trusted }],
			[plain, { tls: { insecure_skip_verify: true } }],
			[plain, { tls: { ...trusted, server_name: 'localhost' } }],
			[mutual, { tls: shown }],
			[first, { tls: trusted, tls_first: true }],
		] as const;
		for (const [server, options] of reads) {
			const { problems, version } = await readOnce(server.url, options);
			assert.deepEqual(problems, []);
			assert.equal(version, server.version);
		}
		const fails = [
			[plain, {}, 'tls_failed', /self-signed|unable to verify/],
			[plain, { tls: true }, 'tls_failed', /self-signed|unable to verify/],
			[plain, { tls: { ...trusted, server_name: 'other' } }, 'tls_failed', /other/],
			[none, { tls: true }, 'tls_failed', /the server has no TLS/],
			[first, { tls: trusted }, 'protocol_error', /wants TLS first/],
			[none, { tls: true, tls_first: true }, 'tls_failed', /TLS/],
		] as const;
		for (const [server, options, code, message] of fails) {
			const [problem] = await unreadable(readOnce(server.url, options));
			assert.equal(problem?.code, code, JSON.stringify([options, problem]));
			assert.match(problem?.message ?? '', message);
		}
		// Without its certificate a client learns of that only when it has said something.
		const [refused] = await unreadable(readOnce(mutual.url, { tls: trusted }));
		assert.ok(['unreachable', 'tls_failed', 'connection_lost'].includes(refused?.code ?? ''));
	} finally {
		for (const server of [plain, mutual, first, none]) await server.stop();
	}
});

test('answers arrive below the inbox prefix that is configured', async () => {
	const permissions = '{ publish: ["$JS.API.>"], subscribe: ["mine.>", "$JS.EVENT.>"] }';
	const server = await startNats({
		config: `authorization { users: [{ user: u, password: p, permissions: ${permissions} }] }`,
	});
	const user = { username: 'u', password: 'p' };
	try {
		const options = { ...user, inbox_prefix: 'mine.lag' };
		assert.deepEqual((await readOnce(server.url, options)).problems, []);
		const [refused] = await unreadable(readOnce(server.url, user));
		assert.equal(refused?.code, 'not_authorized');
		assert.match(refused?.message ?? '', /may not subscribe to _INBOX\.>.*set inbox_prefix/);
	} finally {
		await server.stop();
	}
});

test('a domain is read over a leaf node, and a permission names the subject that it became', async () => {
	const users = `authorization { users: [
		{ user: all, password: p }
		{ user: few, password: p, permissions: { publish: ["$JS.hub.API.>"] } }
	] }`;
	const domain = (name: string) => `jetstream { domain: ${name}, store_dir: "." }`;
	const hub = await startNats({
		config: `${domain('hub')}\n${users}\nleafnodes { listen: "127.0.0.1:-1" }`,
	});
	const leafPort = /Listening for leafnode connections on 127\.0\.0\.1:(\d+)/.exec(hub.log())?.[1];
	const leaf = await startNats({
		config: `${domain('leaf')}
leafnodes { remotes: [{ url: "nats-leaf://all:p@127.0.0.1:${leafPort}" }] }`,
	});
	try {
		const login = { user: 'all', pass: 'p' };
		for (const [url, count, user] of [
			[hub.url, 5, login],
			[leaf.url, 2, {}],
		] as const) {
			const client = await openClient(url, user);
			await client.addStream({ name: 'orders', subjects: [`orders.${count}`] });
			await client.addConsumer('orders', { durable_name: 'billing' });
			await client.publish(`orders.${count}`, count);
			await client.close();
		}
		const lag = async (options: Record<string, unknown>) => {
			const reading = await readOnce(leaf.url, options);
			assert.deepEqual(reading.problems, []);
			const group = byName(reading).get('orders/billing');
			assert.ok((group?.lagSeconds ?? 0) > 0);
			return group?.lag;
		};
		await until('the hub is reached over the leaf', async () => lag({ domain: 'hub' }));
		assert.deepEqual(await lag({ domain: 'hub' }), { messages: 5 });
		assert.deepEqual(await lag({ domain: 'leaf' }), { messages: 2 });
		assert.deepEqual(await lag({}), { messages: 2 });
		const [none] = await unreadable(readOnce(leaf.url, { domain: 'nowhere' }));
		assert.equal(none?.code, 'jetstream_disabled');
		assert.match(none?.message ?? '', /^\$JS\.nowhere\.API\.STREAM\.LIST: /);

		const few = { username: 'few', password: 'p', domain: 'hub' };
		const target = connectTo(hub.url, few);
		const [refused] = await unreadable(target.read(soon()));
		await target.close();
		assert.equal(refused?.code, 'not_authorized', JSON.stringify(refused));
		assert.match(refused?.message ?? '', /\$JS\.API\.STREAM\.LIST/);
	} finally {
		await leaf.stop();
		await hub.stop();
	}
});
