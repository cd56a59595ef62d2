import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { nkeys } from 'nats';
import { optionsOf } from '../../scripts/reference.ts';
import { jsonSchema } from '../../scripts/schema.ts';
import { startKafka, startNats, startRedis, until } from '../brokers/index.ts';
import { type Exporter, runExporter, startExporter } from './exporter.ts';

/** Part of every secret that the exporter is told, right or wrong. */
const canary = 'c4nary';

/** The canary as it is, or in base64 at whatever place. */
const sightings = [
	canary,
	...[0, 1, 2].map((offset) =>
		Buffer.from(`${'x'.repeat(offset)}${canary}`)
			.toString('base64')
			.slice(offset + 1, -4),
	),
];

function newUser(): { readonly seed: string; readonly publicKey: string } {
	const pair = nkeys.createUser();
	return { seed: Buffer.from(pair.getSeed()).toString(), publicKey: pair.getPublicKey() };
}

/** Secrets by rules of their own, which can have no canary in them. */
const users = { right: newUser(), wrong: newUser() };
const tlsFixture = (name: string) =>
	readFileSync(new URL(`../options/fixtures/${name}.pem`, import.meta.url), 'utf8');
const key = tlsFixture('key');
sightings.push(users.right.seed, users.wrong.seed, key.split('\n')[1] ?? '');

function assertUnseen(text: string, where: string): void {
	for (const sight of sightings)
		assert.ok(!text.includes(sight), `${where} shows a secret: ${text}`);
}

type Servers = Awaited<ReturnType<typeof startServers>>;
let servers: Servers;

async function startServers() {
	const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
	const tokenLogin =
		'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="u"';
	const jaas = `username="u" password="${canary}-kafka" user_u="${canary}-kafka"`;
	const [kafka, redis, nats, tokenNats, keyNats] = await Promise.all([
		startKafka({
			config: [
				'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
				'sasl.enabled.mechanisms=PLAIN,OAUTHBEARER',
				'sasl.mechanism.inter.broker.protocol=PLAIN',
				`listener.name.plaintext.plain.sasl.jaas.config=${login} ${jaas};`,
				`listener.name.plaintext.oauthbearer.sasl.jaas.config=${tokenLogin};`,
			],
		}),
		startRedis({ requirepass: `${canary}-redis` }),
		startNats({ config: `authorization { user: u, password: "${canary}-nats" }` }),
		startNats({ config: `authorization { token: "${canary}-token" }` }),
		startNats({ config: `authorization { users: [{ nkey: ${users.right.publicKey} }] }` }),
	]);
	const asked: string[] = [];
	const tokens = createServer(async (request, response) => {
		const told = [request.headers.authorization ?? '', await text(request)].join('\n');
		asked.push(told);
		response.writeHead(401, { 'content-type': 'text/plain' }).end(told);
	});
	tokens.listen(0, '127.0.0.1');
	await once(tokens, 'listening');
	return { kafka, redis, nats, tokenNats, keyNats, tokens, asked };
}

before(async () => {
	servers = await startServers();
});

after(async () => {
	const { tokens, asked: _, ...brokers } = servers ?? {};
	tokens?.close();
	for (const server of Object.values(brokers)) await server.stop();
});

/** A way to be told a secret. */
interface Way {
	/** `password: "…"` or `password_file: …` */
	readonly option: (name: string, secret: string) => string;
	/** As a part of a URL. */
	readonly inUrl: (secret: string) => string;
}

/** For each secret option, without `_file`: the options of a target that is told one. */
const holders: Readonly<Record<string, (way: Way) => string>> = {
	'targets[kafka].sasl.password': ({ option }) =>
		`platform: kafka, brokers: ['${servers.kafka.bootstrap}'], sasl: { mechanism: plain, username: u, ${option('password', 'kafka')} }`,
	'targets[redis].password': ({ option }) =>
		`platform: redis, url: 'redis://127.0.0.1:${servers.redis.port}', ${option('password', 'redis')}`,
	'targets[redis].url': ({ inUrl }) =>
		`platform: redis, url: 'redis://:${inUrl('redis')}@127.0.0.1:${servers.redis.port}'`,
	'targets[nats].password': ({ option }) =>
		`platform: nats, servers: ['${servers.nats.url}'], username: u, ${option('password', 'nats')}`,
	'targets[nats].token': ({ option }) =>
		`platform: nats, servers: ['${servers.tokenNats.url}'], ${option('token', 'token')}`,
};

/** The token server refuses every secret, and repeats it. */
function byToken(secret: string): string {
	const { port } = servers.tokens.address() as { port: number };
	const login = `mechanism: oauthbearer, client_id: u, token_url: 'http://127.0.0.1:${port}/token'`;
	return `platform: kafka, brokers: ['${servers.kafka.bootstrap}'], sasl: { ${login}, ${secret} }`;
}

/** For each secret that has no server here that takes it, or is only ever in a file: targets by name, whose servers take only the right. */
function fileHolders(): Readonly<Record<string, Readonly<Record<string, string>>>> {
	const at = (server: { readonly url: string }) => `platform: nats, servers: ['${server.url}']`;
	return {
		'targets[nats].nkey': {
			'right-nkey': `${at(servers.keyNats)}, nkey_file: right.nk`,
			'wrong-nkey': `${at(servers.keyNats)}, nkey_file: wrong.nk`,
		},
		'targets[nats].credentials': {
			'wrong-credentials': `${at(servers.keyNats)}, credentials_file: user.creds`,
		},
		'targets[kafka].tls.key': {
			'wrong-kafka-tls': `platform: kafka, brokers: ['${servers.kafka.bootstrap}'], tls: { cert_file: tls.pem, key_file: key.pem }`,
		},
		'targets[kafka].sasl.client_secret': {
			'wrong-oauth': byToken(`client_secret: "${canary}-oauth"`),
			'wrong-oauth-file': byToken('client_secret_file: oauth'),
		},
		'targets[nats].tls.key': {
			'wrong-tls': `${at(servers.nats)}, tls: { cert_file: tls.pem, key_file: key.pem }`,
		},
	};
}

const otherFiles: Readonly<Record<string, string>> = {
	'right.nk': users.right.seed,
	'wrong.nk': `${users.wrong.seed}\n`,
	'user.creds': `-----BEGIN NATS USER JWT-----
${canary}.${canary}.${canary}
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
${users.wrong.seed}
------END USER NKEY SEED------
`,
	oauth: `${canary}-oauth\n`,
	'tls.pem': tlsFixture('certificate'),
	'key.pem': key,
};

/** Each secret option in the file and in a file of its own, with the right secret and a wrong one. */
function configuration() {
	const files: Record<string, string> = {};
	const targets: string[] = [];
	for (const [number, holder] of Object.values(holders).entries()) {
		for (const verdict of ['right', 'wrong']) {
			const value = (secret: string) => `${canary}-${secret}${verdict === 'right' ? '' : '-wrong'}`;
			const inline: Way = { option: (name, secret) => `${name}: "${value(secret)}"`, inUrl: value };
			const file: Way = {
				option(name, secret) {
					files[`${secret}-${verdict}`] = `${value(secret)}\n`;
					return `${name}_file: ${secret}-${verdict}`;
				},
				inUrl: value,
			};
			targets.push(`name: ${verdict}-${number}, ${holder(inline)}`);
			targets.push(`name: ${verdict}-${number}-file, ${holder(file)}`);
		}
	}
	for (const [name, options] of Object.values(fileHolders()).flatMap(Object.entries)) {
		targets.push(`name: ${name}, ${options}`);
	}
	const list = targets.map((target) => `  - { ${target} }\n`).join('');
	return { files, text: `poll: { interval: 3s, timeout: 3s }\ntargets:\n${list}` };
}

async function assertNothingServed(exporter: Exporter): Promise<void> {
	for (const path of ['/', '/config', '/metrics', '/api/v1/targets', '/api/v1/consumers', '/x']) {
		assertUnseen(await (await fetch(exporter.url + path)).text(), path);
	}
	assertUnseen(exporter.output(), 'the log');
}

test('every secret option has a canary', () => {
	const secrets = [...optionsOf(jsonSchema())].filter(({ schema }) => schema.writeOnly);
	const names = new Set(secrets.map(({ path }) => path.replace(/_file$/, '')));
	assert.deepEqual(
		[...names].filter((name) => !(name in holders || name in fileHolders())),
		[],
	);
	assert.ok(names.size >= 7);
});

test('no secret is seen in the log, in an answer or in the effective configuration', async () => {
	const { files, text: yaml } = configuration();
	const exporter = await startExporter(yaml, {
		files: { ...files, ...otherFiles },
		args: ['--log.level=trace', '--web.enable-lifecycle'],
	});
	try {
		await until(
			'the right secrets are taken and the wrong ones refused',
			async () => {
				const up = Object.entries(await exporter.values('stream_target_up'));
				assert.equal(up.length, 27);
				for (const [labels, value] of up) {
					assert.equal(value, labels.startsWith('target="right') ? 1 : 0, labels);
				}
				return true;
			},
			{ timeoutMs: 60_000 },
		);
		assert.ok(servers.asked.length >= 2, 'the token server was not asked');
		await assertNothingServed(exporter);
		assert.match(await (await fetch(`${exporter.url}/config`)).text(), /<secret>/);

		for (const name of Object.keys(files)) await exporter.write(name, `${canary}-other`);
		assert.equal((await exporter.reload()).msg, 'reloaded');
		const misplaced = yaml
			.replaceAll('password: "', 'password:"')
			.replaceAll('token: ', 'tokn: ')
			.replaceAll('_file: ', `_file: ${canary}/`);
		assert.match((await exporter.reload(misplaced)).msg, /^not reloaded/);
		const answer = await fetch(`${exporter.url}/-/reload`, { method: 'POST' });
		assert.equal(answer.status, 400);
		assertUnseen(await answer.text(), '/-/reload');
		await assertNothingServed(exporter);
		for (const command of [['check-config'], ['serve'], ['once']]) {
			const args = [...command, `--config.file=${exporter.folder}/config.yaml`];
			const { code, stdout, stderr } = await runExporter(args);
			assert.equal(code, 2);
			assertUnseen(stdout + stderr, command.join());
		}
	} finally {
		await exporter.stop();
	}
});

test('no secret of the short form is seen in what once prints', async () => {
	const host = `127.0.0.1:${servers.redis.port}`;
	const nats = new URL(servers.nats.url).host;
	for (const wrong of ['', '-wrong']) {
		const env = {
			REDIS_URL: `redis://:${canary}-redis${wrong}@${host}`,
			NATS_URL: `nats://u:${canary}-nats${wrong}@${nats}`,
		};
		for (const output of ['table', 'json', 'prometheus']) {
			const args = ['once', `--output=${output}`, '--log.level=trace'];
			const { code, stdout, stderr } = await runExporter(args, env);
			assert.equal(code, wrong === '' ? 0 : 1, stderr);
			assertUnseen(stdout + stderr, output);
		}
		const odd = {
			REDIS_URL: `redis://${canary}@x@${host}`,
			NATS_URL: `nats://u:${canary}/@${nats}`,
		};
		const { code, stdout } = await runExporter(['check-config'], odd);
		assert.equal(code, 2);
		assertUnseen(stdout, 'a mistake');
	}
});
