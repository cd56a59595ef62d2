import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'nats';
import { type Kafka, type Nats, startKafka, startNats, until } from '../brokers/index.ts';
import { type Exporter, startExporter } from '../e2e/exporter.ts';
import { seedFor } from '../targets/kafka/seed.ts';
import { intervalSeconds, mostBackMs, type PlatformName } from './lab.ts';
import { toldOf } from './scrapes.ts';
import { isWhole, watching } from './watch.ts';

const right = 'right-horse';
const other = 'other-horse';
/** Kafka ends a session that was not renewed by then, so that a changed password is felt soon. */
const sessionMs = 2000;
const truth = { 'kafka orders billing': 6, 'nats EVENTS mailer': 3 } as const;
const patience = { timeoutMs: 60_000 };

let kafka: Kafka;
let nats: Nats;
let exporter: Exporter;

before(async () => {
	const listener = 'listener.name.plaintext';
	const module = 'org.apache.kafka.common.security';
	const admin = 'username="admin" password="admin-secret"';
	[kafka, nats] = await Promise.all([
		startKafka({
			config: [
				'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
				'sasl.mechanism.inter.broker.protocol=PLAIN',
				'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512',
				`${listener}.plain.sasl.jaas.config=${module}.plain.PlainLoginModule required ${admin} user_admin="admin-secret";`,
				`${listener}.scram-sha-512.sasl.jaas.config=${module}.scram.ScramLoginModule required;`,
				`${listener}.scram-sha-512.connections.max.reauth.ms=${sessionMs}`,
			],
		}),
		startNats({ config: `authorization { user: u, password: "${right}" }` }),
	]);
	await writeFile(
		join(kafka.folder, 'client.properties'),
		`security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=${module}.plain.PlainLoginModule required ${admin};\n`,
	);
	await setPassword.kafka(right);
	const seed = await seedFor(kafka.bootstrap, {
		sasl: { mechanism: 'plain', username: 'admin', password: 'admin-secret' },
	});
	await seed.topic('orders', [10]);
	await seed.commit('billing', 'orders', [4]);
	await seed.close();
	const client = await connect({ servers: nats.url, user: 'u', pass: right });
	const manager = await client.jetstreamManager();
	await manager.streams.add({ name: 'EVENTS', subjects: ['events'] });
	await manager.consumers.add('EVENTS', { durable_name: 'mailer' });
	for (let count = 0; count < 3; count++) await client.jetstream().publish('events');
	await client.close();
	exporter = await startExporter(`
poll: { interval: ${intervalSeconds}s, timeout: 2500ms }
targets:
  - name: kafka
    platform: kafka
    brokers: ['${kafka.bootstrap}']
    sasl: { mechanism: scram-sha-512, username: lag, password: ${right} }
  - { name: nats, platform: nats, servers: ['${nats.url}'], username: u, password: ${right} }
`);
});

after(async () => {
	await exporter?.stop();
	await Promise.all([kafka?.stop(), nats?.stop()]);
});

/** Changes what the server expects. */
const setPassword = {
	async kafka(password: string) {
		await kafka.tool(
			'kafka.admin.ConfigCommand',
			...['--bootstrap-server', kafka.bootstrap, '--alter'],
			...['--command-config', join(kafka.folder, 'client.properties')],
			...['--add-config', `SCRAM-SHA-512=[password=${password}]`],
			...['--entity-type', 'users', '--entity-name', 'lag'],
		);
	},
	async nats(password: string) {
		const file = join(nats.folder, 'nats.conf');
		const text = await readFile(file, 'utf8');
		await writeFile(file, text.replace(/password: "[^"]*"/, `password: "${password}"`));
		process.kill(nats.pid, 'SIGHUP');
	},
} as const;

async function isRefused(platform: PlatformName): Promise<boolean> {
	const up = await exporter.values('stream_target_up');
	const problems = await exporter.values('stream_target_problems_total');
	const refused = problems[`target="${platform}",problem="auth_failed"`] ?? 0;
	return up[`target="${platform}"`] === 0 && refused > 0;
}

for (const platform of ['kafka', 'nats'] as const) {
	test(`${platform} refuses a password and later takes it, and is read again without a restart`, async (t) => {
		await until('all is read', () => isWhole(exporter, truth), patience);
		let backAfterMs = 0;
		const seen = await watching(exporter, truth, async () => {
			await setPassword[platform](other);
			try {
				await until('it is refused', () => isRefused(platform), patience);
			} finally {
				await setPassword[platform](right);
			}
			const takenAt = performance.now();
			await until('it is read again', () => isWhole(exporter, truth), patience);
			backAfterMs = performance.now() - takenAt;
		});
		t.diagnostic(`${toldOf(seen.scrapes)}; back after ${backAfterMs.toFixed(0)} ms`);
		const age =
			seen.oldestSeconds[platform === 'kafka' ? 'nats' : 'kafka'] ?? Number.POSITIVE_INFINITY;
		assert.ok(age < 2 * intervalSeconds, `the other was ${age} s old`);
		assert.ok(backAfterMs < mostBackMs, `${backAfterMs} ms`);
		assert.doesNotMatch(exporter.output(), new RegExp(`${right}|${other}`));
	});
}
