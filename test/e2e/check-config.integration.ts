import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { commandNames } from '../../src/usage.ts';
import { runExporter } from './exporter.ts';

let folder: string;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
});

after(async () => {
	if (folder) await rm(folder, { recursive: true, force: true });
});

async function check(text: string) {
	const file = join(folder, 'config.yaml');
	await writeFile(file, text);
	const { code, stdout, stderr } = await runExporter(['check-config', `--config.file=${file}`]);
	assert.equal(stderr, '');
	return { code, lines: stdout.trimEnd().replaceAll(file, 'FILE').split('\n') };
}

test('every mistake is a line with its place, and the end is 2', async () => {
	const { code, lines } = await check(
		'poll: { interval: 5s }\ntargets:\n  - name: a\n    platform: nats\n    servrs: [n1]\n',
	);
	assert.equal(code, 2);
	assert.deepEqual(lines, [
		'FILE:1:7: poll.timeout: must not exceed the interval: 10s is more than 5s',
		'FILE:3:5: targets[0].servers: missing, a list is expected',
		'FILE:5:5: targets[0].servrs: unknown key: did you mean servers?',
	]);
});

test('a right configuration is one line that says what was checked, and nobody is connected to', async () => {
	let connections = 0;
	const server = createServer((socket) => {
		connections += 1;
		socket.destroy();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		const { port } = server.address() as { port: number };
		const { code, lines } = await check(`
targets:
  - { name: a, platform: kafka, brokers: ['127.0.0.1:${port}'] }
  - { name: b, platform: redis, url: 'redis://127.0.0.1:${port}' }
  - { name: c, platform: nats, servers: ['127.0.0.1:${port}'] }
objectives: [{ name: o }]
`);
		assert.equal(code, 0);
		assert.deepEqual(lines, [
			'FILE is right: 3 targets: a (kafka), b (redis), c (nats); 1 objective; 0 expected groups',
		]);
		assert.equal(connections, 0);
	} finally {
		server.close();
	}
});

test('the environment is checked too', async () => {
	const right = await runExporter(['check-config'], { NATS_URL: 'n1:4222' });
	assert.deepEqual([right.code, right.stderr], [0, '']);
	assert.match(right.stdout, /^NATS_URL is right: 1 target: nats \(nats\);/);
	const wrong = await runExporter(['check-config'], { STREAM_LAG_CONFIG: 'targets: 5' });
	assert.equal(wrong.code, 2);
	assert.equal(
		wrong.stdout,
		'STREAM_LAG_CONFIG:1:10: targets: expected a list, got the number 5\n',
	);
	assert.equal((await runExporter(['check-config'])).code, 2);
});

test('every command has help and a version, on standard output', async () => {
	for (const name of commandNames) {
		const help = await runExporter([name, '--help']);
		assert.deepEqual([help.code, help.stderr], [0, '']);
		assert.match(help.stdout, new RegExp(`^stream-lag-exporter ${name}: `));
		assert.match((await runExporter([name, '--version'])).stdout, /^stream-lag-exporter \d/);
	}
});
