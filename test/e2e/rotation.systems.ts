import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Certificates, makeCertificates } from '../brokers/certificates.ts';
import { type Kafka, startKafka, until } from '../brokers/index.ts';
import { type Seed, seedFor } from '../targets/kafka/seed.ts';
import { type Exporter, startExporter } from './exporter.ts';

const oldPassword = 'correct-horse';
const newPassword = 'battery-staple';
/** Brokers end a session that was not renewed by then: a changed password is felt soon. */
const sessionMs = 2000;

/** Of Kafka's protocol; kafkajs exports its name for types alone. */
const brokerResource = 4;

/** Two authorities: of what the exporter has at first, and of everything else. */
let retiring: Certificates;
let lasting: Certificates;
let broker: Kafka;
let seed: Seed;
let exporter: Exporter;

before(async () => {
	[retiring, lasting] = await Promise.all([
		makeCertificates('retiring'),
		makeCertificates('lasting'),
	]);
	const listener = 'listener.name.plaintext';
	const jaas = (module: string, rest: string) =>
		`org.apache.kafka.common.security.${module} required ${rest};`;
	const admin = 'username="admin" password="admin-secret"';
	broker = await startKafka({
		config: [
			'listener.security.protocol.map=PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
			'ssl.keystore.type=PEM',
			`ssl.keystore.key=${escaped(lasting.server.key)}`,
			`ssl.keystore.certificate.chain=${escaped(lasting.server.cert)}`,
			`${listener}.ssl.truststore.type=PEM`,
			`${listener}.ssl.truststore.certificates=${escaped(retiring.ca)}${escaped(lasting.ca)}`,
			`${listener}.ssl.client.auth=required`,
			'sasl.mechanism.inter.broker.protocol=PLAIN',
			'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512',
			`${listener}.plain.sasl.jaas.config=${jaas('plain.PlainLoginModule', `${admin} user_admin="admin-secret"`)}`,
			`${listener}.scram-sha-512.sasl.jaas.config=${jaas('scram.ScramLoginModule', '')}`,
			`${listener}.scram-sha-512.connections.max.reauth.ms=${sessionMs}`,
		],
	});
	await writeFile(
		join(broker.folder, 'client.properties'),
		[
			'security.protocol=SASL_SSL',
			'ssl.truststore.type=PEM',
			`ssl.truststore.certificates=${escaped(lasting.ca)}`,
			'ssl.keystore.type=PEM',
			`ssl.keystore.key=${escaped(lasting.client.key)}`,
			`ssl.keystore.certificate.chain=${escaped(lasting.client.cert)}`,
			'sasl.mechanism=PLAIN',
			`sasl.jaas.config=${jaas('plain.PlainLoginModule', admin)}`,
		].join('\n'),
	);
	await setPassword(oldPassword);
	seed = await seedFor(broker.bootstrap, {
		ssl: { ca: pem(lasting.ca), cert: pem(lasting.client.cert), key: pem(lasting.client.key) },
		sasl: { mechanism: 'plain', username: 'admin', password: 'admin-secret' },
	});
	await seed.topic('orders', [10]);
	await seed.commit('billing', 'orders', [4]);
	exporter = await startExporter(
		`
poll: { interval: 1s, timeout: 1s }
targets:
  - name: shop
    platform: kafka
    brokers: ['${broker.bootstrap}']
    tls: { ca_file: ca.pem, cert_file: client.pem, key_file: client.key }
    sasl: { mechanism: scram-sha-512, username: lag, password_file: password }
`,
		{
			files: {
				'ca.pem': pem(lasting.ca),
				'client.pem': pem(retiring.client.cert),
				'client.key': pem(retiring.client.key),
				password: `${oldPassword}\n`,
			},
		},
	);
});

after(async () => {
	await exporter?.stop();
	await seed?.close();
	await broker?.stop();
	await Promise.allSettled([retiring?.remove(), lasting?.remove()]);
});

function pem(path: string): string {
	return readFileSync(path, 'utf8');
}

/** As a properties file takes it. Without ends of lines Kafka sees the last certificate alone. */
function escaped(path: string): string {
	return pem(path).replaceAll('\n', '\\n');
}

async function setPassword(password: string): Promise<void> {
	const client = join(broker.folder, 'client.properties');
	await broker.tool(
		'kafka.admin.ConfigCommand',
		...['--bootstrap-server', broker.bootstrap, '--command-config', client, '--alter'],
		...['--add-config', `SCRAM-SHA-512=[password=${password}]`],
		...['--entity-type', 'users', '--entity-name', 'lag'],
	);
}

async function isRead(): Promise<boolean> {
	const up = await exporter.values('stream_target_up');
	const lags = await exporter.values('stream_consumer_lag');
	return (
		up['target="shop"'] === 1 &&
		lags['target="shop",stream="orders",consumer_group="billing"'] === 6
	);
}

/** How often the target could not be read for a reason. */
async function problems(code: string): Promise<number> {
	const counts = await exporter.values('stream_target_problems_total');
	return counts[`target="shop",problem="${code}"`] ?? Number.NaN;
}

const patience = { timeoutMs: 60_000 };

test('a password that was changed at the broker and in its file is used after a reload', async () => {
	await until('the target is read', isRead, patience);
	assert.equal(await problems('auth_failed'), 0);

	await setPassword(newPassword);
	await until('the old one is refused', async () => (await problems('auth_failed')) > 0, patience);
	const told = exporter.log().find(({ msg }) => /sasl\.password/.test(msg));
	assert.ok(told, exporter.output());

	await exporter.write('password', `${newPassword}\n`);
	assert.equal((await exporter.reload()).msg, 'reloaded');
	await until('the target is read again', isRead, patience);
	assert.doesNotMatch(exporter.output(), new RegExp(`${oldPassword}|${newPassword}`));
});

test('a client certificate whose authority is not trusted any more is replaced by a reload', async () => {
	await until('the target is read', isRead, patience);
	assert.equal(await problems('tls_failed'), 0);
	const name = 'listener.name.plaintext.ssl.truststore.certificates';
	await seed.admin.alterConfigs({
		validateOnly: false,
		resources: [
			{
				type: brokerResource,
				name: '1',
				configEntries: [{ name, value: pem(lasting.ca) }],
			},
		],
	});

	// An open connection is not asked for its certificate again; a new one is.
	await exporter.reload((await currentConfiguration()).replace('timeout: 1s', 'timeout: 900ms'));
	await until('the old one is refused', async () => (await problems('tls_failed')) > 0, patience);
	assert.ok(
		exporter.log().some(({ msg }) => /the broker refuses .*check tls\.cert_file/.test(msg)),
	);

	// One of the two files alone is a mistake, and changes nothing.
	await exporter.write('client.pem', pem(lasting.client.cert));
	assert.match((await exporter.reload()).msg, /^not reloaded/);
	const mistakes = exporter.log().map(({ mistake }) => String(mistake));
	assert.ok(
		mistakes.some((mistake) => mistake.endsWith('not the key of the certificate in cert_file')),
	);

	await exporter.write('client.key', pem(lasting.client.key));
	assert.equal((await exporter.reload()).msg, 'reloaded');
	await until('the target is read again', isRead, patience);
	assert.doesNotMatch(exporter.output(), /PRIVATE KEY/);
});

async function currentConfiguration(): Promise<string> {
	return readFileSync(join(exporter.folder, 'config.yaml'), 'utf8');
}
