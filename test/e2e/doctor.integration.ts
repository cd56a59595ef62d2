import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runExporter } from './exporter.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let folder: string;
let file: string;

before(async () => {
	world = await startWorld();
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	file = await configured('config.yaml', world.configuration.replace(/^poll: .*$/m, ''));
});

after(async () => {
	await world?.stop();
	if (folder) await rm(folder, { recursive: true, force: true });
});

async function configured(name: string, text: string): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}

test('every target is told in the order of the configuration, on standard output alone, and all is fine', async () => {
	const { code, stdout, stderr } = await runExporter([
		...['doctor', '--log.level=warn', `--config.file=${file}`],
	]);
	assert.equal(code, 0, stdout);
	assert.equal(stderr, '');
	assert.deepEqual(stdout.match(/^\w+ \(\w+\)$/gm), [
		'kafka (kafka)',
		'redis (redis)',
		'nats (nats)',
	]);
	assert.match(stdout, /A whole poll read 2 streams and 3 consumer groups, in/);
	assert.match(stdout, /\n\nkafka: all is fine\nredis: all is fine\nnats: all is fine\n$/);
	// Neither colours nor anything else that is not for a file.
	assert.doesNotMatch(stdout, /[^\n -~]/);
});

test('--target examines one alone; a name that is not there ends with 2 and a suggestion', async () => {
	const { code, stdout } = await runExporter(['doctor', '--target=redis', `--config.file=${file}`]);
	assert.equal(code, 0, stdout);
	assert.deepEqual(stdout.match(/^\w+ \(\w+\)$/gm), ['redis (redis)']);

	const typo = await runExporter(['doctor', '--target=kafak', `--config.file=${file}`]);
	assert.equal(typo.code, 2);
	assert.equal(typo.stdout, '');
	assert.match(typo.stderr, /--target: "kafak" is the name of no target: did you mean kafka\?/);
});

test('a wrong configuration ends with 2, before anything is asked', async () => {
	const wrong = await configured('wrong.yaml', 'targets:\n  - { name: a, platform: kafca }\n');
	const { code, stdout, stderr } = await runExporter(['doctor', `--config.file=${wrong}`]);
	assert.equal(code, 2);
	assert.equal(stdout, '');
	assert.match(stderr, /wrong\.yaml:2:\d+: targets\[0\]\.platform: /);
});

test('servers that hang, are gone or are others cost their own deadline, and the rest is told', async () => {
	const { kafka, redis, nats } = world;
	const trouble = await configured(
		'trouble.yaml',
		`
poll: { interval: 4s, timeout: 4s }
targets:
  - { name: hung-kafka, platform: kafka, brokers: ['${kafka.bootstrap}'] }
  - { name: hung-redis, platform: redis, url: '${redis.url}' }
  - { name: hung-again, platform: redis, url: '${redis.url}' }
  - { name: gone-kafka, platform: kafka, brokers: ['127.0.0.1:1'] }
  - { name: gone-redis, platform: redis, url: 'redis://127.0.0.1:1' }
  - { name: gone-nats, platform: nats, servers: ['127.0.0.1:1'] }
  - { name: other-redis, platform: redis, url: 'redis://127.0.0.1:${nats.port}' }
  - { name: fine, platform: nats, servers: ['${nats.url}'] }
`,
	);
	const examine = async () => {
		const startedMs = performance.now();
		const ended = await runExporter(['doctor', `--config.file=${trouble}`]);
		return { ...ended, afterMs: performance.now() - startedMs };
	};
	kafka.suspend();
	redis.suspend();
	try {
		const { code, stdout, afterMs } = await examine();
		assert.equal(code, 1);
		for (const [name, words] of [
			['hung-kafka', /FAILED +connect .*it hangs, or is no Kafka listener/],
			['hung-redis', /FAILED +connect .*did not accept us|FAILED +connect .*no answer/],
			['gone-kafka', /FAILED +connect .*127\.0\.0\.1:1: cannot be reached/],
			['gone-redis', /FAILED +connect .*cannot connect to redis at 127\.0\.0\.1:1/],
			['gone-nats', /FAILED +connect .*127\.0\.0\.1:1: /],
			['other-redis', /FAILED +connect .*does not speak the Redis protocol/],
			['fine', /A whole poll read 1 stream and 1 consumer group,/],
		] as const) {
			const part = stdout.split('\n\n').find((one) => one.startsWith(`${name} (`));
			assert.ok(part, stdout);
			const rest = stdout.slice(stdout.indexOf(part), stdout.indexOf(part) + 1500);
			assert.match(name === 'fine' ? rest : part, words);
			const verdict = name === 'fine' ? 'all is fine' : '1 operation failed, nothing was read';
			assert.ok(stdout.includes(`\n${name}: ${verdict}\n`), stdout);
		}
		// Three one after the other would take twelve seconds.
		assert.ok(afterMs < 11_000, `after ${Math.round(afterMs)} ms`);
	} finally {
		kafka.resume();
		redis.resume();
	}
});
