import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Problem } from '../../../src/model.ts';
import { ReferencedFile } from '../../../src/options/file.ts';
import { UnreadableError } from '../../../src/targets/target.ts';
import { type Kafka, startKafka, until } from '../../brokers/index.ts';
import { type Seed, seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';

/**
 * Made by `openssl req -x509` and `openssl x509 -req`, for a hundred years: the server's is for
 * kafka.test, localhost and 127.0.0.1.
 */
const folder = join(import.meta.dirname, 'fixtures', 'tls');
const pem = (name: string) => readFileSync(join(folder, name), 'utf8');

/** As the configuration's loader gives files. */
const file = (name: string) => new ReferencedFile(name, { ok: true, text: pem(name) });

const tls = {
	ca_file: file('ca.pem'),
	cert_file: file('client.pem'),
	key_file: file('client.key'),
};
const password = 'correct-horse';
const scram = { mechanism: 'scram-sha-512', username: 'lag', password };
/** Shorter than a poll may take, so that every poll logs in again. */
const sessionMs = 5000;

let broker: Kafka;
let seed: Seed;
let endpoint: Server;
/** What the token endpoint was asked, and what it answers next. */
const asked: { authorization: string; body: string }[] = [];
let grant: () => { status: number; body: unknown } = () => granted('lag');

before(async () => {
	const jaas = (module: string, rest: string) =>
		`org.apache.kafka.common.security.${module} required ${rest};`;
	const listener = 'listener.name.plaintext';
	const admin = 'username="admin" password="admin-secret" user_admin="admin-secret"';
	broker = await startKafka({
		config: [
			'listener.security.protocol.map=PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
			'ssl.keystore.type=PEM',
			`ssl.keystore.key=${oneLine(pem('server.key'))}`,
			`ssl.keystore.certificate.chain=${oneLine(pem('server.pem'))}`,
			'ssl.truststore.type=PEM',
			`ssl.truststore.certificates=${oneLine(pem('ca.pem'))}`,
			`${listener}.ssl.client.auth=required`,
			'sasl.mechanism.inter.broker.protocol=PLAIN',
			'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER',
			`${listener}.plain.sasl.jaas.config=${jaas('plain.PlainLoginModule', admin)}`,
			`${listener}.scram-sha-512.sasl.jaas.config=${jaas('scram.ScramLoginModule', '')}`,
			`${listener}.oauthbearer.sasl.jaas.config=${jaas('oauthbearer.OAuthBearerLoginModule', 'unsecuredLoginStringClaim_sub="admin"')}`,
			`${listener}.scram-sha-512.connections.max.reauth.ms=${sessionMs}`,
			`${listener}.oauthbearer.connections.max.reauth.ms=3600000`,
			'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
			// The controller's listener knows no names.
			'super.users=User:admin;User:ANONYMOUS',
		],
	});
	const client = join(broker.folder, 'client.properties');
	writeFileSync(
		client,
		[
			'security.protocol=SASL_SSL',
			'ssl.truststore.type=PEM',
			`ssl.truststore.certificates=${oneLine(pem('ca.pem'))}`,
			'ssl.keystore.type=PEM',
			`ssl.keystore.key=${oneLine(pem('client.key'))}`,
			`ssl.keystore.certificate.chain=${oneLine(pem('client.pem'))}`,
			'sasl.mechanism=PLAIN',
			`sasl.jaas.config=${jaas('plain.PlainLoginModule', 'username="admin" password="admin-secret"')}`,
		].join('\n'),
	);
	await broker.tool(
		'kafka.admin.ConfigCommand',
		...['--bootstrap-server', broker.bootstrap, '--command-config', client, '--alter'],
		...['--add-config', `SCRAM-SHA-512=[password=${password}]`],
		...['--entity-type', 'users', '--entity-name', 'lag'],
	);
	seed = await seedFor(broker.bootstrap, {
		ssl: { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') },
		sasl: { mechanism: 'plain', username: 'admin', password: 'admin-secret' },
	});
	await seed.topic('orders', [10]);
	await seed.topic('hidden', [10]);
	await seed.commit('billing', 'orders', [4]);
	await seed.commit('billing', 'hidden', [4]);
	await seed.commit('secret', 'orders', [4]);
	endpoint = createServer((request, response) => {
		let body = '';
		request.on('data', (data: Buffer) => {
			body += data.toString();
		});
		request.on('end', () => {
			asked.push({ authorization: request.headers.authorization ?? '', body });
			const answer = grant();
			response.writeHead(answer.status).end(JSON.stringify(answer.body));
		});
	}).listen(0, '127.0.0.1');
	await once(endpoint, 'listening');
});

after(async () => {
	endpoint?.closeAllConnections();
	endpoint?.close();
	await seed?.close();
	await broker?.stop();
});

/** A properties file has one line a value. */
function oneLine(text: string): string {
	return text.trim().replaceAll('\n', ' ');
}

/** A token as Kafka's login module for tests takes it: not signed. */
function granted(subject: string, seconds = 3600): { status: number; body: unknown } {
	const now = Math.floor(Date.now() / 1000);
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const claims = { sub: subject, iat: now, exp: now + seconds };
	const token = `${part({ alg: 'none' })}.${part(claims)}.`;
	return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: seconds } };
}

function bearer(): Record<string, unknown> {
	const { port } = endpoint.address() as AddressInfo;
	return {
		mechanism: 'oauthbearer',
		token_url: `http://127.0.0.1:${port}/token`,
		client_id: 'exporter',
		client_secret: 'se:cret',
		scope: 'kafka',
	};
}

/** What may be read, in ACLs of the user `lag`. */
async function allow(resourceType: 2 | 3, name: string, operation: 8 | 10): Promise<void> {
	await seed.admin.createAcls({
		acl: [
			{
				resourceType,
				resourceName: name,
				resourcePatternType: 3,
				principal: 'User:lag',
				host: '*',
				operation,
				permissionType: 3,
			},
		],
	});
}

async function problemsOf(options: Record<string, unknown>): Promise<readonly Problem[]> {
	const target = connect(broker.bootstrap, options);
	try {
		return (await read(target)).problems;
	} catch (error) {
		assert(error instanceof UnreadableError, String(error));
		return error.problems;
	} finally {
		await target.close();
	}
}

test('without any permission the cluster looks empty, and that is told', async () => {
	const [problem, ...more] = await problemsOf({ tls, sasl: scram });
	assert.equal(problem?.code, 'nothing_visible');
	assert.match(problem?.message ?? '', /DESCRIBE on topics and groups/);
	assert.deepEqual(more, []);
});

test('DESCRIBE on topics and groups is enough for lag; retention is told to be missing, once', async () => {
	await allow(2, 'orders', 8);
	await allow(3, 'billing', 8);
	const target = connect(broker.bootstrap, { tls, sasl: scram });
	try {
		const reading = await until('the permissions are known', async () => {
			const seen = await read(target);
			return seen.groups.length > 0 && seen;
		});
		assert.deepEqual(lags(find(reading, 'orders', 'billing')), { 0: 6 });
		assert.deepEqual(
			reading.groups.map(({ stream, consumerGroup }) => [stream, consumerGroup]),
			[['orders', 'billing']],
		);
		assert.equal(reading.streams[0]?.retentionSeconds, undefined);
		const anew = connect(broker.bootstrap, { tls, sasl: scram });
		try {
			const { problems } = await read(anew);
			assert.deepEqual(
				problems.map(({ code, operation }) => [code, operation]),
				[['not_authorized', 'describe_configs']],
			);
			assert.match(problems[0]?.message ?? '', /DESCRIBE_CONFIGS on topics/);
			assert.deepEqual((await read(anew)).problems, []);
		} finally {
			await anew.close();
		}
	} finally {
		await target.close();
	}
});

test('with DESCRIBE_CONFIGS retention is told', async () => {
	await allow(2, 'orders', 10);
	await until('the permission is known', async () => {
		const target = connect(broker.bootstrap, { tls, sasl: scram });
		try {
			const { streams, problems } = await read(target);
			assert.deepEqual(problems, []);
			return streams[0]?.retentionSeconds === 7 * 86_400;
		} finally {
			await target.close();
		}
	});
});

test('sessions that end are renewed between polls, over one connection', async () => {
	const target = connect(broker.bootstrap, { tls, sasl: scram });
	try {
		const untilMs = performance.now() + 2.5 * sessionMs;
		await until(
			'two sessions and a half have passed',
			async () => {
				const reading = await read(target);
				assert.deepEqual(reading.problems, []);
				assert.deepEqual(lags(find(reading, 'orders', 'billing')), { 0: 6 });
				return performance.now() > untilMs;
			},
			{ timeoutMs: 10 * sessionMs, everyMs: 1200 },
		);
		assert.equal(target.requests.get('connect'), 1);
	} finally {
		await target.close();
	}
});

test('a token is asked for once, and logs in', async () => {
	asked.length = 0;
	const target = connect(broker.bootstrap, { tls, sasl: bearer() });
	try {
		for (const _ of [1, 2, 3]) {
			const reading = await read(target);
			assert.deepEqual(reading.problems, []);
			assert.deepEqual(lags(find(reading, 'orders', 'billing')), { 0: 6 });
		}
		assert.equal(asked.length, 1);
		const [{ authorization, body } = { authorization: '', body: '' }] = asked;
		assert.equal(
			Buffer.from(authorization.replace('Basic ', ''), 'base64').toString(),
			'exporter:se%3Acret',
		);
		assert.equal(body, 'grant_type=client_credentials&scope=kafka');
	} finally {
		await target.close();
	}
});

test('a token that ends soon is replaced before it does, and the session is renewed with the new one', async () => {
	asked.length = 0;
	grant = () => granted('lag', 4);
	const target = connect(broker.bootstrap, { tls, sasl: bearer() });
	try {
		await until(
			'three tokens were asked for',
			async () => {
				assert.deepEqual((await read(target)).problems, []);
				return asked.length >= 3;
			},
			{ timeoutMs: 30_000, everyMs: 1200 },
		);
		assert.equal(target.requests.get('connect'), 1);
	} finally {
		grant = () => granted('lag');
		await target.close();
	}
});

const refusals: readonly (readonly [string, () => ReturnType<typeof grant>, RegExp])[] = [
	[
		'a token that the broker refuses',
		() => ({ status: 200, body: { access_token: 'not.a.token' } }),
		/the broker refuses the token/,
	],
	[
		'an endpoint that refuses the client',
		() => ({ status: 401, body: { error: 'invalid_client' } }),
		/answers 401 \(invalid_client\) and no token; check sasl\.token_url/,
	],
	['an endpoint that answers something else', () => ({ status: 200, body: 'hello' }), /no token/],
];

for (const [name, answer, message] of refusals) {
	test(`${name} is a problem with a name`, async () => {
		grant = answer;
		try {
			const [problem] = await problemsOf({ tls, sasl: bearer() });
			assert.equal(problem?.code, 'auth_failed', problem?.message);
			assert.match(problem?.message ?? '', message);
			assert.doesNotMatch(JSON.stringify(problem), /se:cret|se%3Acret|not\.a\.token/);
		} finally {
			grant = () => granted('lag');
		}
	});
}

const failures: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
	[
		'a certificate of an unknown authority',
		{ ca_file: file('other-ca.pem') },
		'tls_failed',
		/ca_file/,
	],
	[
		'a certificate for another name',
		{ ...tls, server_name: 'other.test' },
		'tls_failed',
		/server_name/,
	],
	['no certificate of our own', { ca_file: file('ca.pem') }, 'tls_failed', /cert_file/],
];

for (const [name, options, code, message] of failures) {
	test(`${name} is a problem with a name`, async () => {
		const [problem] = await problemsOf({ tls: options, sasl: scram });
		assert.equal(problem?.code, code, problem?.message);
		assert.match(problem?.message ?? '', message);
	});
}

test('a certificate is accepted by another name, or whatever it is, where that is asked for', async () => {
	const { ca_file: _, ...pair } = tls;
	for (const options of [
		{ ...tls, server_name: 'kafka.test' },
		{ ...pair, insecure_skip_verify: true },
	]) {
		assert.deepEqual(await problemsOf({ tls: options, sasl: scram }), []);
	}
});

test('a listener with TLS, asked without, is a problem that points at the settings', async () => {
	const [problem] = await problemsOf({ sasl: scram });
	assert.equal(problem?.code, 'protocol_error', problem?.message);
	assert.match(problem?.message ?? '', /the answer is TLS.*set tls/);
});
