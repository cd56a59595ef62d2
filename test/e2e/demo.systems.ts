import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { groupKey, readMetrics, type Told } from '../../demo/metrics.ts';
import { runCommand } from '../brokers/command.ts';
import { findKafka, findRedis, runKafkaTool, until } from '../brokers/index.ts';
import { isAlive } from '../brokers/life.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A demo in a process of its own, with a temporary folder of its own. */
async function startDemo(
	t: TestContext,
	env: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; folder: string; output: () => string }> {
	const folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
	const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'demo/main.ts'], {
		cwd: root,
		env: { ...process.env, TMPDIR: folder, DOCKER_HOST: 'tcp://127.0.0.1:1', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
	}
	t.after(async () => {
		child.kill('SIGKILL');
		await rm(folder, { recursive: true, force: true });
	});
	return { child, folder, output: () => output };
}

test('the demo shows what the brokers say, and leaves nothing behind after Ctrl-C', async (t) => {
	const demo = await startDemo(t, { DEMO_WORKLOAD_SECONDS: '8' });
	const found = (pattern: RegExp): Promise<string> =>
		until(
			`the demo says ${pattern}`,
			() => {
				const match = pattern.exec(demo.output())?.[1];
				if (match === undefined) throw new Error(demo.output());
				return match;
			},
			// It may have to get its servers first.
			{ timeoutMs: 240_000 },
		);
	const metricsUrl = await found(/^metrics +(\S+)$/m);
	const bootstrap = await found(/--bootstrap-server (\S+)/);
	const redisPort = await found(/redis-cli -p (\d+)/);
	const monitorUrl = await found(/curl '(\S+)'/);
	await found(/(have ended)/);
	await found(/^(StreamConsumerStopped) +pending +critical +kafka\/orders\/archive/m);

	const platforms = { kafka: 3, redis: 4, nats: 4 };
	await until('the exporter says what the brokers say', async () => {
		const told = readMetrics(await (await fetch(metricsUrl)).text());
		const truth = new Map([
			...(await askKafka(bootstrap)),
			...(await askRedis(redisPort)),
			...(await askNats(monitorUrl)),
		]);
		assert.deepEqual(sorted(told), sorted(truth));
		assert.equal(
			told.size,
			Object.values(platforms).reduce((sum, count) => sum + count),
		);
		return true;
	});

	const processes = await descendants(demo.child.pid ?? 0);
	assert.ok(processes.length >= 4, 'three brokers and the exporter run');
	demo.child.kill('SIGINT');
	const [code] = (await once(demo.child, 'exit')) as [number | null];
	assert.equal(code, 0, demo.output());
	await until('no process is left', () => !processes.some(isAlive), { timeoutMs: 1000 });
	const left = (await readdir(demo.folder)).filter((name) => !name.startsWith('tsx-'));
	assert.deepEqual(left, []);
});

test('a server that cannot be had is named, and the demo goes on with the others', async (t) => {
	const demo = await startDemo(t, {
		DEMO_SECONDS: '3',
		KAFKA_HOME: '/nowhere',
		NATS_SERVER: '/nowhere/nats-server',
	});
	const [code] = (await once(demo.child, 'exit')) as [number | null];
	assert.equal(code, 0, demo.output());
	assert.match(demo.output(), /left out: kafka: .*KAFKA_HOME/);
	assert.match(demo.output(), /left out: nats: .*NATS_SERVER/);
	assert.match(demo.output(), /^redis +orders +archive +\d+/m);
});

/** As kafka-consumer-groups.sh tells it, summed over the partitions. */
async function askKafka(bootstrap: string): Promise<Map<string, Told>> {
	const described = await runKafkaTool(
		await findKafka(),
		'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
		...['--bootstrap-server', bootstrap, '--describe', '--all-groups'],
	);
	const lags = new Map<string, Told>();
	const partition = /^(\S+) +(\S+) +\d+ +\d+ +\d+ +(\d+) /gm;
	for (const [, group, topic, lag] of described.matchAll(partition)) {
		const key = groupKey('kafka', topic, group);
		lags.set(key, { lag: (lags.get(key)?.lag ?? 0) + Number(lag) });
	}
	return lags;
}

/** As redis-cli tells it: a line for each key and value. */
async function askRedis(port: string): Promise<Map<string, Told>> {
	const { path, env = {} } = await findRedis();
	const { stdout } = await runCommand(
		join(dirname(path), 'redis-cli'),
		['-p', port, 'XINFO', 'GROUPS', 'orders'],
		{ env, timeoutMs: 10_000 },
	);
	const group = /^name\n(.+)\nconsumers\n\d+\npending\n(\d+)\n(?:.*\n){4}lag\n(\d+)$/gm;
	return new Map(
		[...stdout.matchAll(group)].map(([, name, pending, lag]) => [
			groupKey('redis', 'orders', name),
			{ lag: Number(lag), pending: Number(pending) },
		]),
	);
}

/** As the server's monitor tells it, past its clients. */
async function askNats(monitorUrl: string): Promise<Map<string, Told>> {
	const { account_details } = (await (await fetch(monitorUrl)).json()) as Jsz;
	const consumers = account_details
		.flatMap(({ stream_detail }) => stream_detail)
		.flatMap(({ consumer_detail }) => consumer_detail);
	return new Map(
		consumers.map(({ stream_name, name, num_pending, num_ack_pending }) => [
			groupKey('nats', stream_name, name),
			{ lag: num_pending, pending: num_ack_pending },
		]),
	);
}

interface Jsz {
	account_details: {
		stream_detail: {
			consumer_detail: {
				stream_name: string;
				name: string;
				num_pending: number;
				num_ack_pending: number;
			}[];
		}[];
	}[];
}

function sorted(told: ReadonlyMap<string, Told>): [string, Told][] {
	return [...told].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The processes that a process started, and those that they started. */
async function descendants(pid: number): Promise<number[]> {
	const path = `/proc/${pid}/task/${pid}/children`;
	const children = (await readFile(path, 'utf8')).split(' ').filter(Boolean).map(Number);
	return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}
