import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../brokers/index.ts';
import { runExporter, startExporter, valuesOf } from './exporter.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let folder: string;
let file: string;
let configuration: string;

before(async () => {
	world = await startWorld();
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	file = join(folder, 'config.yaml');
	// One poll each, with all the time that there is by default.
	configuration = world.configuration.replace(/^poll: .*$/m, '');
	await writeFile(file, configuration);
});

after(async () => {
	await world?.stop();
	if (folder) await rm(folder, { recursive: true, force: true });
});

test('once prints an aligned table of every group, on standard output alone', async () => {
	const { code, stdout, stderr } = await runExporter(['once', `--config.file=${file}`]);
	assert.equal(code, 0);
	assert.equal(stderr, '');
	assert.deepEqual(
		stdout
			.trimEnd()
			.split('\n')
			.map((line) => line.split(/ {2,}/).slice(0, 5)),
		[
			['TARGET', 'PLATFORM', 'STREAM', 'GROUP', 'LAG'],
			['kafka', 'kafka', 'orders', 'billing', '42'],
			['nats', 'nats', 'EVENTS', 'mailer', '5'],
			['redis', 'redis', 'clicks', 'counters', '5'],
			['kafka', 'kafka', 'orders', 'audit', '0'],
			['kafka', 'kafka', 'payments', 'billing', '0'],
			['redis', 'redis', 'clicks', 'fresh', '0'],
		],
	);
});

test('once --output=json gives the same to programs, with partitions', async () => {
	const { code, stdout } = await runExporter(['once', '--output=json', `--config.file=${file}`]);
	assert.equal(code, 0);
	const { targets, total, consumers } = JSON.parse(stdout);
	assert.equal(total, 6);
	assert.deepEqual(
		targets.map(({ target, up }: { target: string; up: boolean }) => [target, up]),
		[
			['kafka', true],
			['redis', true],
			['nats', true],
		],
	);
	const billing = consumers.find(
		(one: { stream: string; consumer_group: string }) =>
			one.stream === 'orders' && one.consumer_group === 'billing',
	);
	assert.equal(billing.lag, 42);
	assert.deepEqual(billing.partitions, [
		{ partition: 0, lag: 0, offset: 10 },
		{ partition: 1, lag: 15, offset: 5 },
		{ partition: 2, lag: 27, offset: 3 },
	]);
});

test('once --output=prometheus --target reads one target alone', async () => {
	const args = ['once', '--output=prometheus', '--target=redis', `--config.file=${file}`];
	const { code, stdout } = await runExporter(args);
	assert.equal(code, 0);
	assert.deepEqual(valuesOf(stdout, 'stream_consumer_lag'), {
		'target="redis",stream="clicks",consumer_group="counters"': 5,
		'target="redis",stream="clicks",consumer_group="fresh"': 0,
	});
});

test('once with a target that cannot be read prints the others and ends with 1', async () => {
	const withGone = `${configuration}  - { name: gone, platform: redis, url: 'redis://127.0.0.1:1' }\n`;
	const broken = join(folder, 'broken.yaml');
	await writeFile(broken, withGone);
	const { code, stdout } = await runExporter(['once', `--config.file=${broken}`]);
	assert.equal(code, 1);
	assert.match(stdout, /^kafka +kafka +orders +billing +42/m);
	assert.match(stdout, /^gone could not be read:\n {2}unreachable: .*127\.0\.0\.1:1.*refused/m);
});

test('the variables of the short form make a target each', async () => {
	const { code, stdout } = await runExporter(['once', '--output=json'], {
		KAFKA_BROKERS: world.kafka.bootstrap,
		REDIS_URL: world.redis.url,
		NATS_URL: world.nats.url,
		STREAM_LAG_TARGET: 'shop',
		STREAM_LAG_STREAMS: 'orders,clicks',
		STREAM_LAG_GROUPS: 'b*,c*',
	});
	assert.equal(code, 0);
	const { targets, consumers } = JSON.parse(stdout);
	assert.deepEqual(
		targets.map(({ target }: { target: string }) => target),
		['shop-kafka', 'shop-redis', 'shop-nats'],
	);
	assert.deepEqual(
		consumers.map((one: { stream: string; consumer_group: string }) => [
			one.stream,
			one.consumer_group,
		]),
		[
			['orders', 'billing'],
			['clicks', 'counters'],
		],
	);
});

test('a wrong configuration, a wrong flag and nothing to do end with 2 and words', async () => {
	const wrong = join(folder, 'wrong.yaml');
	await writeFile(wrong, 'targets:\n  - { name: a, platform: kafca, brokers: [k:9092] }\n');
	const cases: readonly (readonly [readonly string[], RegExp])[] = [
		[[`--config.file=${wrong}`], /wrong\.yaml:2:\d+: targets\[0\]\.platform: .*kafka/],
		[[`--config.file=${join(folder, 'missing.yaml')}`], /missing\.yaml: /],
		[['--web.listen-adress=:1'], /--web\.listen-adress/],
		[[], /KAFKA_BROKERS, REDIS_URL or NATS_URL/],
		[['once', '--target=nobody', `--config.file=${file}`], /kafka, redis, nats/],
		[['once', '--target=kafak', `--config.file=${file}`], /did you mean kafka\?/],
	];
	for (const [args, message] of cases) {
		const { code, stdout, stderr } = await runExporter(args);
		assert.equal(code, 2, stderr);
		assert.equal(stdout, '');
		assert.match(stderr, message);
	}
});

test('health says whether an exporter serves at an address', async () => {
	const exporter = await startExporter(world.configuration);
	try {
		assert.equal((await runExporter(['health', `--url=${exporter.url}`])).code, 0);
		assert.equal((await runExporter(['health', '--url', `${exporter.url}/`])).code, 0);
	} finally {
		await exporter.stop();
	}
	const { code, stderr } = await runExporter(['health', `--url=${exporter.url}`]);
	assert.equal(code, 1);
	assert.match(stderr, /ECONNREFUSED/);
});

test('--version and --help answer on standard output', async () => {
	assert.match((await runExporter(['--version'])).stdout, /^stream-lag-exporter \d+\.\d+\.\d+ /);
	assert.match((await runExporter(['--help'])).stdout, /--web\.listen-address/);
});

test('names with quotes, backslashes, newlines and broken UTF-8 are escaped everywhere', async () => {
	const hostile = Buffer.from('a"b\\c\nd\xff{}', 'latin1');
	// redis-cli takes no raw bytes as an argument; Lua's escapes make them.
	const lua = `'${[...hostile].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}'`;
	await world.redis.cli(
		'EVAL',
		`redis.call('XADD', ${lua}, '*', 'a', '1'); return redis.call('XGROUP', 'CREATE', ${lua}, ${lua}, '0')`,
		'0',
	);
	try {
		const shown = 'a\\"b\\\\c\\nd\\\\xff{}';
		const prometheus = await runExporter([
			...['once', '--output=prometheus', '--target=redis', `--config.file=${file}`],
		]);
		assert.equal(
			valuesOf(prometheus.stdout, 'stream_consumer_lag')[
				`target="redis",stream="${shown}",consumer_group="${shown}"`
			],
			1,
		);
		const table = await runExporter(['once', '--target=redis', `--config.file=${file}`]);
		assert.ok(table.stdout.includes('a"b\\c\\nd\\xff{}'), table.stdout);
	} finally {
		await world.redis.cli('EVAL', `return redis.call('DEL', ${lua})`, '0');
	}
});

test('a key that is no stream is one problem, logged once, and the rest is right', async () => {
	await world.redis.cli('SET', 'plain', 'text');
	const exporter = await startExporter(`
poll: { interval: 1s, timeout: 1s }
targets:
  - name: cache
    platform: redis
    url: '${world.redis.url}'
    streams: { include: [plain, clicks] }
`);
	try {
		await until('the problem was met three times', async () => {
			const met = await exporter.values('stream_target_problems_total');
			return (met['target="cache",problem="not_a_stream"'] ?? 0) >= 3;
		});
		assert.deepEqual(await exporter.values('stream_consumer_lag'), {
			'target="cache",stream="clicks",consumer_group="counters"': 5,
			'target="cache",stream="clicks",consumer_group="fresh"': 0,
		});
		const logged = exporter.log().filter(({ problem }) => problem === 'not_a_stream');
		assert.equal(logged.length, 1);
		assert.match(String(logged[0]?.msg), /"plain" holds no stream/);
	} finally {
		await exporter.stop();
		await world.redis.cli('DEL', 'plain');
	}
});
