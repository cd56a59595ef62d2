import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { type Loaded, loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import type { Environment } from '../../src/config/variables.ts';
import type { Secret } from '../../src/options/secret.ts';

const cwd = mkdtempSync(join(tmpdir(), 'config-test-'));
after(() => rmSync(cwd, { recursive: true }));

const defaultFile = 'stream-lag-exporter.yaml';
const redisYaml = "targets: [{ name: cache, platform: redis, url: 'redis://redis' }]\n";

function load(file: string | undefined, env: Environment = {}, folder = cwd): Loaded {
	return loadConfig({ file, defaultFile, cwd: folder, env });
}

function loadText(text: string | Uint8Array, env: Environment = {}): Loaded {
	writeFileSync(join(cwd, 'x.yaml'), text);
	return load('x.yaml', env);
}

function printed(loaded: Loaded): string {
	assert.ok(!loaded.ok, 'it was accepted');
	return loaded.mistakes.map(printMistake).join('\n');
}

function accepted(loaded: Loaded): Loaded & { ok: true } {
	assert.ok(loaded.ok, !loaded.ok ? printed(loaded) : '');
	return loaded;
}

for (const [what, content, expected] of [
	[
		'larger than 1 MiB',
		'#'.repeat(1024 * 1024 + 1),
		'x.yaml: larger than 1 MiB: is this the right file?',
	],
	[
		'no UTF-8',
		Buffer.from('a: \xff', 'latin1'),
		'x.yaml: not text in UTF-8: is this the right file?',
	],
	[
		'UTF-16',
		Buffer.from('\ufeffa: 1', 'utf16le'),
		'x.yaml: not text in UTF-8: is this the right file?',
	],
	[
		'binary',
		'\u007fELF\u0002\u0001\u0000',
		'x.yaml:1:1: a control character, as in binary files: is this the right file?',
	],
	['only a document marker', '---\n', 'x.yaml:1:4: expected a map, got nothing'],
] as const) {
	test(`a file that is ${what} is refused in words`, () => {
		assert.equal(printed(loadText(content)), expected);
	});
}

test('a file of exactly 1 MiB is read', () => {
	accepted(loadText(redisYaml + '#'.repeat(1024 * 1024 - redisYaml.length)));
});

test('a byte order mark and Windows line ends change neither values nor places', () => {
	accepted(loadText(`\ufeff${redisYaml.replaceAll('\n', '\r\n')}`));
	assert.equal(
		printed(loadText('\ufefftargets:\r\n  - name: a\r\n    platform: other\r\n')),
		'x.yaml:3:15: targets[0].platform: expected kafka, redis or nats, got "other"',
	);
});

test('a file that is not there, a directory and one that may not be read are refused in words', () => {
	assert.equal(printed(load('none.yaml')), 'none.yaml: no such file');
	assert.equal(printed(load('.')), '.: a directory: a file is expected');
	writeFileSync(join(cwd, 'closed.yaml'), redisYaml);
	chmodSync(join(cwd, 'closed.yaml'), 0);
	// Root may read everything.
	if (process.getuid?.() === 0) accepted(load('closed.yaml'));
	else assert.equal(printed(load('closed.yaml')), 'closed.yaml: permission to read it is denied');
});

test('nesting that would overflow the stack is refused', () => {
	for (const opening of ['[', '{a: ', '- ', '? ']) {
		const text = `targets: \n  ${opening.repeat(100_000)}`;
		assert.match(printed(loadText(text)), /^x\.yaml:\d+:\d+: more than 64 lists and maps/);
	}
});

test('a text in a mistake can neither break the line nor hide', () => {
	const text = redisYaml.replace('cache', '"a\\nb\\u202e"');
	assert.equal(
		printed(loadText(text)),
		'x.yaml:1:19: targets[0].name: expected 1 to 63 of a-z, 0-9, _ and -, got "a\\nb\\u202e"',
	);
});

test('the plan has the defaults, and what a target says of itself wins', () => {
	const { config, source, ignoredVariables } = accepted(
		loadText(`
poll: { keep_failed: 1m }
targets:
  - { name: a, platform: redis, url: 'redis://redis' }
  - { name: b, platform: nats, servers: [n1], poll: { interval: 1h, keep_failed: 0s } }
  - { name: c, platform: kafka, brokers: ['[::1]:9092'], poll: { timeout: 500ms } }
`),
	);
	assert.equal(source, 'x.yaml');
	assert.deepEqual(ignoredVariables, []);
	assert.deepEqual(
		config.targets.map(({ name, platform, poll, keepFailedMs }) => [
			name,
			platform.name,
			poll,
			keepFailedMs,
		]),
		[
			['a', 'redis', { intervalMs: 15_000, timeoutMs: 10_000 }, 60_000],
			['b', 'nats', { intervalMs: 3_600_000, timeoutMs: 10_000 }, 0],
			['c', 'kafka', { intervalMs: 15_000, timeoutMs: 500 }, 60_000],
		],
	);
	assert.deepEqual(config.targets[2]?.options.brokers, [{ host: '::1', port: 9092 }]);
	assert.deepEqual(Object.keys(config.targets[0]?.options ?? {}).sort(), [
		'abandoned_after',
		'count_cap',
		'discovery_interval',
		'groups',
		'partitioned',
		'streams',
		'url',
	]);
});

test('without poll, keep_failed is 5m', () => {
	assert.equal(accepted(loadText(redisYaml)).config.targets[0]?.keepFailedMs, 300_000);
});

test('targets may share parts by anchors and merge keys, and variables may hold what differs', () => {
	const { config } = accepted(
		loadText(
			`
targets:
  - &kafka
    name: orders
    platform: kafka
    brokers: ["\${BROKER}"]
    detail: \${DETAIL:-stream}
    poll: { interval: "\${INTERVAL}", timeout: 1s }
  - <<: *kafka
    name: payments
    detail: partition
`,
			{ BROKER: 'kafka-1:9092', INTERVAL: '5s' },
		),
	);
	assert.deepEqual(
		config.targets.map(({ name, options, poll }) => [
			name,
			options.brokers,
			options.detail,
			poll.intervalMs,
		]),
		[
			['orders', [{ host: 'kafka-1', port: 9092 }], 'stream', 5000],
			['payments', [{ host: 'kafka-1', port: 9092 }], 'partition', 5000],
		],
	);
});

test('the default file is taken where it exists and no other is named', () => {
	const folder = mkdtempSync(join(cwd, 'default-'));
	writeFileSync(join(folder, defaultFile), redisYaml);
	assert.equal(accepted(load(undefined, {}, folder)).source, defaultFile);
	assert.equal(printed(load('none.yaml', {}, folder)), 'none.yaml: no such file');
});

test('a default file that is a link to nothing is a mistake, and no other source takes its place', () => {
	const folder = mkdtempSync(join(cwd, 'link-'));
	symlinkSync('gone.yaml', join(folder, defaultFile));
	assert.equal(
		printed(load(undefined, { REDIS_URL: 'redis://redis' }, folder)),
		'stream-lag-exporter.yaml: no such file',
	);
});

test('STREAM_LAG_CONFIG holds a whole file, and its mistakes have places in it', () => {
	const { source, config } = accepted(load(undefined, { STREAM_LAG_CONFIG: redisYaml }));
	assert.equal(source, 'STREAM_LAG_CONFIG');
	assert.equal(config.targets[0]?.name, 'cache');
	assert.equal(
		printed(load(undefined, { STREAM_LAG_CONFIG: 'targets: []', REDIS_URL: 'redis://redis' })),
		'STREAM_LAG_CONFIG:1:10: targets: expected at least one target',
	);
});

test('variables that a file comes before are told, but not those that it asks for', () => {
	const env = {
		STREAM_LAG_CONFIG: redisYaml,
		REDIS_URL: 'redis://redis',
		KAFKA_BROKERS: 'kafka-1:9092',
		NATS_URL: '',
		STREAM_LAG_GROUPS: 'a',
	};
	writeFileSync(
		join(cwd, 'asks.yaml'),
		'targets: [{ name: a, platform: kafka, brokers: ["${KAFKA_BROKERS}"] }]',
	);
	assert.deepEqual(accepted(load('asks.yaml', env)).ignoredVariables, [
		'STREAM_LAG_CONFIG',
		'REDIS_URL',
		'STREAM_LAG_GROUPS',
	]);
	assert.deepEqual(accepted(load(undefined, env)).ignoredVariables, [
		'KAFKA_BROKERS',
		'REDIS_URL',
		'STREAM_LAG_GROUPS',
	]);
});

test('nothing configured at all is a mistake that says what to set', () => {
	const expected =
		'stream-lag-exporter.yaml: no such file, and nothing else is configured: write it, name another with --config.file, or set STREAM_LAG_CONFIG, KAFKA_BROKERS, REDIS_URL or NATS_URL';
	for (const env of [{}, { STREAM_LAG_CONFIG: '', REDIS_URL: '' }, { STREAM_LAG_TARGET: 'shop' }]) {
		assert.equal(printed(load(undefined, env)), expected);
	}
});

test('relative paths begin at the configuration file, and without one at the working directory', () => {
	const yaml = redisYaml.replace(' }', ', password_file: run/secret }');
	const password = (loaded: Loaded) => {
		const { password_file } = accepted(loaded).config.targets[0]?.options ?? {};
		return (password_file as Secret).reveal();
	};
	for (const folder of [cwd, join(cwd, 'etc')]) {
		mkdirSync(join(folder, 'run'), { recursive: true });
		writeFileSync(join(folder, 'run', 'secret'), `in ${basename(folder)}\n`);
		writeFileSync(join(folder, 'x.yaml'), yaml);
	}
	assert.equal(password(load('x.yaml')), `in ${basename(cwd)}`);
	assert.equal(password(load('etc/x.yaml')), 'in etc');
	assert.equal(password(load(undefined, { STREAM_LAG_CONFIG: yaml })), `in ${basename(cwd)}`);
	const absolute = yaml.replace('run/secret', join(cwd, 'etc', 'run', 'secret'));
	assert.equal(password(load(undefined, { STREAM_LAG_CONFIG: absolute })), 'in etc');
});

test('a path may come from a variable, and what a file holds is taken as it is', () => {
	writeFileSync(join(cwd, 'secret'), '${REDIS_URL}$$');
	const yaml = redisYaml.replace(' }', ', password_file: "${SECRET}" }');
	const { config } = accepted(load(undefined, { STREAM_LAG_CONFIG: yaml, SECRET: 'secret' }));
	const { password_file } = config.targets[0]?.options ?? {};
	assert.equal((password_file as Secret).reveal(), '${REDIS_URL}$$');
});

test('the effective configuration is YAML that would be accepted again', () => {
	const yaml = redisYaml.replace('redis://redis', '${URL}').replace(' }', ', password: hunter2 }');
	const { effectiveYaml } = accepted(loadText(yaml, { URL: 'redis://r' })).config;
	assert.match(effectiveYaml, /^ {2}- name: cache\n {4}platform: redis\n/m);
	assert.match(effectiveYaml, /^ {4}url: redis:\/\/r:6379\/0\n/m);
	assert.match(effectiveYaml, /^ {4}password: <secret>\n/m);
	assert.equal(accepted(loadText(effectiveYaml)).config.effectiveYaml, effectiveYaml);
});

test('a pipe or a device in the place of a secret is refused, not waited for', () => {
	execFileSync('mkfifo', [join(cwd, 'pipe')]);
	for (const path of ['pipe', '/dev/zero']) {
		const yaml = redisYaml.replace(' }', `, password_file: ${path} }`);
		assert.match(printed(loadText(yaml)), /password_file: a pipe or a device: a file is expected/);
	}
});

test('a named pipe as the configuration is refused, not waited for, also by a link', () => {
	execFileSync('mkfifo', [join(cwd, 'named')]);
	symlinkSync('named', join(cwd, 'link'));
	for (const file of ['named', 'link']) {
		assert.equal(printed(load(file)), `${file}: a named pipe: a file is expected`);
	}
});

test('a configuration may come through the pipe of a shell', () => {
	const root = join(import.meta.dirname, '..', '..');
	const script = `node --import tsx -e '
		import { loadConfig } from "./src/config/load.ts";
		const loaded = loadConfig({ file: "/dev/stdin", defaultFile: "none", cwd: ".", env: {} });
		process.stdout.write(loaded.ok ? loaded.source : JSON.stringify(loaded));
	'`;
	const options = { cwd: root, input: redisYaml, encoding: 'utf8', shell: '/bin/sh' } as const;
	assert.equal(execFileSync(`cat | ${script}`, options), '/dev/stdin');
});
