import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import type { Problem } from '../../../src/model.ts';
import { kafka as platform } from '../../../src/targets/kafka/index.ts';
import { UnreadableError } from '../../../src/targets/target.ts';
import { type Kafka, startKafka } from '../../brokers/index.ts';

const password = 'correct-horse';
const wrongPassword = 'battery-staple';
let broker: Kafka;

before(async () => {
	const jaas =
		'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
		`username="admin" password="admin-secret" user_admin="admin-secret" user_lag="${password}";`;
	const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
	broker = await startKafka({
		config: [
			'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
			'sasl.mechanism.inter.broker.protocol=PLAIN',
			'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
			`listener.name.plaintext.plain.sasl.jaas.config=${jaas}`,
			`listener.name.plaintext.scram-sha-256.sasl.jaas.config=${scram}`,
			`listener.name.plaintext.scram-sha-512.sasl.jaas.config=${scram}`,
		],
	});
	const client = join(broker.folder, 'client.properties');
	await writeFile(
		client,
		[
			'security.protocol=SASL_PLAINTEXT',
			'sasl.mechanism=PLAIN',
			`sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin-secret";`,
		].join('\n'),
	);
	// One after the other: a user's credentials cannot be altered twice in one request.
	for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
		await broker.tool(
			'kafka.admin.ConfigCommand',
			...['--bootstrap-server', broker.bootstrap, '--command-config', client, '--alter'],
			...['--add-config', `${mechanism}=[password=${password}]`],
			...['--entity-type', 'users', '--entity-name', 'lag'],
		);
	}
});

after(async () => {
	await broker?.stop();
});

/** What is wrong when a target with these options is read; nothing when all was read. */
async function problemsOf(options: Record<string, unknown>): Promise<readonly Problem[]> {
	const given = platform.options.parse({ brokers: [broker.bootstrap], ...options });
	const target = platform.connect(given, pino({ level: 'silent' }), 10_000);
	try {
		return (await target.read(AbortSignal.timeout(10_000))).problems;
	} catch (error) {
		assert(error instanceof UnreadableError, String(error));
		return error.problems;
	} finally {
		await target.close();
	}
}

for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
	test(`${mechanism} with the right password reads the cluster`, async () => {
		const problems = await problemsOf({ sasl: { mechanism, username: 'lag', password } });
		// The cluster is empty, which is told as such: it was read.
		assert.deepEqual(
			problems.map(({ code }) => code),
			['nothing_visible'],
		);
	});

	test(`${mechanism} with a wrong password says so, without the password`, async () => {
		const sasl = { mechanism, username: 'lag', password: wrongPassword };
		const [problem, ...more] = await problemsOf({ sasl });
		assert.equal(problem?.code, 'auth_failed');
		assert.equal(problem?.operation, 'connect');
		assert.match(problem?.message ?? '', /127\.0\.0\.1:\d+: .*sasl\.password/);
		assert.doesNotMatch(JSON.stringify(problem), new RegExp(wrongPassword));
		assert.deepEqual(more, []);
	});
}

test('a listener that wants SASL, asked without, is a problem that points at the settings', async () => {
	const [problem] = await problemsOf({});
	assert.equal(problem?.code, 'connection_lost');
	assert.match(problem?.message ?? '', /if the listener wants SASL, set sasl/);
});

test('a host that does not exist is unreachable, and a second broker is asked instead', async () => {
	const sasl = { mechanism: 'plain', username: 'lag', password };
	const brokers = ['does-not-exist.invalid:9092', broker.bootstrap];
	assert.deepEqual(
		(await problemsOf({ brokers, sasl })).map(({ code }) => code),
		['nothing_visible'],
	);
	const [problem] = await problemsOf({ brokers: brokers.slice(0, 1), sasl });
	assert.equal(problem?.code, 'unreachable');
	assert.match(problem?.message ?? '', /does-not-exist\.invalid/);
});

const strangers: readonly (readonly [name: string, bytes: string, code: string])[] = [
	['a length of two gigabytes', '7fffffff00000000', 'protocol_error'],
	['a negative length', 'ffffffff00000000', 'protocol_error'],
	['an answer that is cut short', '0000000600000000ffff', 'protocol_error'],
	['an answer with more elements than bytes', '0000000a0000000000007fffffff', 'protocol_error'],
];

for (const [name, bytes, code] of strangers) {
	test(`${name} is a named problem`, async () => {
		const stranger = createServer((socket) => {
			socket.on('error', () => socket.destroy());
			socket.once('data', () => socket.write(Buffer.from(bytes, 'hex')));
		}).listen(0, '127.0.0.1');
		await new Promise((resolve) => stranger.once('listening', resolve));
		try {
			const { port } = stranger.address() as { port: number };
			const [problem] = await problemsOf({ brokers: [`127.0.0.1:${port}`] });
			assert.equal(problem?.code, code, problem?.message);
		} finally {
			stranger.close();
		}
	});
}
