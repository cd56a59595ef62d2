import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { connect } from 'nats';
import { findPromtool, startPrometheus, until } from '../brokers/index.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let exporter: Exporter;

const goldenFile = new URL('../fixtures/metrics.golden.txt', import.meta.url);

before(async () => {
	world = await startWorld();
	exporter = await startExporter(world.configuration);
	await until('every target was tried', async () => {
		return (await fetch(`${exporter.url}/-/ready`)).status === 200;
	});
});

after(async () => {
	await exporter?.stop();
	await world?.stop();
});

/** Asks without the conveniences of fetch, which decompresses by itself. */
async function get(path: string, headers: Record<string, string> = {}) {
	const asked = request(`${exporter.url}${path}`, { headers }).end();
	const [response] = await once(asked, 'response');
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk);
	return { headers: response.headers, body: Buffer.concat(chunks) };
}

test('at rest, Kafka lags are what kafka-consumer-groups says', async () => {
	const output = await world.kafka.tool(
		'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
		...['--bootstrap-server', world.kafka.bootstrap, '--describe', '--all-groups'],
	);
	const truth: Record<string, number> = {};
	for (const line of output.split('\n')) {
		const [group, topic, , , , lag] = line.trim().split(/\s+/);
		// A partition without a commit has a dash; it is not part of the group's lag.
		if (!/^\d+$/.test(lag ?? '')) continue;
		const labels = `target="kafka",stream="${topic}",consumer_group="${group}"`;
		truth[labels] = (truth[labels] ?? 0) + Number(lag);
	}
	assert.deepEqual(truth, {
		'target="kafka",stream="orders",consumer_group="billing"': 42,
		'target="kafka",stream="payments",consumer_group="billing"': 0,
		'target="kafka",stream="orders",consumer_group="audit"': 0,
	});
	assert.deepEqual(of('kafka', await exporter.values('stream_consumer_lag')), truth);
});

test('at rest, Redis lags and pending entries are what XINFO GROUPS says', async () => {
	const truth = { lag: {} as Record<string, number>, pending: {} as Record<string, number> };
	const lines = (await world.redis.cli('XINFO', 'GROUPS', 'clicks')).split('\n');
	for (let at = 0; lines[at] === 'name'; at += 12) {
		const fact = (name: string) => lines[lines.indexOf(name, at) + 1];
		const labels = `target="redis",stream="clicks",consumer_group="${fact('name')}"`;
		truth.lag[labels] = Number(fact('lag'));
		truth.pending[labels] = Number(fact('pending'));
	}
	assert.deepEqual(Object.values(truth.lag), [5, 0]);
	assert.deepEqual(of('redis', await exporter.values('stream_consumer_lag')), truth.lag);
	assert.deepEqual(of('redis', await exporter.values('stream_consumer_pending')), truth.pending);
});

test('at rest, NATS lags and pending messages are what a client is told', async () => {
	const connection = await connect({ servers: world.nats.url });
	try {
		const manager = await connection.jetstreamManager();
		const { num_pending, num_ack_pending } = await manager.consumers.info('EVENTS', 'mailer');
		assert.deepEqual([num_pending, num_ack_pending], [5, 3]);
		const labels = 'target="nats",stream="EVENTS",consumer_group="mailer"';
		const lags = await exporter.values('stream_consumer_lag');
		assert.deepEqual(of('nats', lags), { [labels]: num_pending });
		const pending = await exporter.values('stream_consumer_pending');
		assert.deepEqual(of('nats', pending), { [labels]: num_ack_pending });
	} finally {
		await connection.close();
	}
});

test('promtool finds nothing wrong with the metrics', async () => {
	const promtool = await findPromtool();
	const child = spawn(promtool.path, ['check', 'metrics'], {
		env: { ...process.env, ...promtool.env },
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}
	child.stdin.end(await exporter.scrape());
	const [code] = await once(child, 'close');
	assert.equal(said, '');
	assert.equal(code, 0);
});

test('a Prometheus scrapes it and has the lag of every platform', async () => {
	const prometheus = await startPrometheus({
		scrape: [new URL(exporter.url).host],
		scrapeIntervalSeconds: 1,
	});
	try {
		const samples = await until('the lags are in Prometheus', async () => {
			const found = await prometheus.query('stream_consumer_lag');
			return found.length >= 6 && found;
		});
		const lags = samples.map(({ metric, value }) => [
			`${metric.platform}/${metric.stream}/${metric.consumer_group}`,
			Number(value[1]),
		]);
		assert.deepEqual(Object.fromEntries(lags), {
			'kafka/orders/billing': 42,
			'kafka/orders/audit': 0,
			'kafka/payments/billing': 0,
			'redis/clicks/counters': 5,
			'redis/clicks/fresh': 0,
			'nats/EVENTS/mailer': 5,
		});
	} finally {
		await prometheus.stop();
	}
});

test('gzip is one member that holds the same metrics as the plain answer', async () => {
	const plain = await get('/metrics');
	assert.equal(plain.headers['content-encoding'], undefined);
	assert.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
	for (const accept of ['gzip', 'deflate, GZIP;q=0.5', '*']) {
		const zipped = await get('/metrics', { 'accept-encoding': accept });
		assert.equal(zipped.headers['content-encoding'], 'gzip', accept);
		const text = gunzipSync(zipped.body).toString();
		assert.ok(golden(text) === golden(plain.body.toString()), accept);
	}
	for (const refuse of ['gzip;q=0, identity', '*, gzip;q=0', 'br']) {
		const refused = await get('/metrics', { 'accept-encoding': refuse });
		assert.equal(refused.headers['content-encoding'], undefined, refuse);
	}
});

test('the whole of /metrics is as in the golden file', async () => {
	const seen = golden(await exporter.scrape());
	if (process.env.UPDATE_GOLDEN) await writeFile(goldenFile, seen);
	// Line by line, so that a difference is told in a few lines.
	assert.deepEqual(seen.split('\n'), (await readFile(goldenFile, 'utf8')).split('\n'));
});

test('every path answers what it should, and no other method', async () => {
	const answers = await Promise.all(
		(
			[
				['GET', '/-/healthy'],
				['GET', '/-/ready'],
				['GET', '/'],
				['HEAD', '/metrics'],
				['POST', '/metrics'],
				['DELETE', '/'],
				['GET', '/nowhere'],
				['POST', '/nowhere'],
				['GET', '/%zz'],
			] as const
		).map(async ([method, path]) => {
			const { status } = await fetch(`${exporter.url}${path}`, { method });
			return `${method} ${path} ${status}`;
		}),
	);
	assert.deepEqual(answers, [
		'GET /-/healthy 200',
		'GET /-/ready 200',
		'GET / 200',
		'HEAD /metrics 200',
		'POST /metrics 405',
		'DELETE / 405',
		'GET /nowhere 404',
		'POST /nowhere 404',
		'GET /%zz 400',
	]);
});

for (const hung of ['kafka', 'redis', 'nats'] as const) {
	test(`while ${hung} hangs, scrapes are answered and the other targets stay fresh`, async () => {
		const others = ['kafka', 'redis', 'nats'].filter((name) => name !== hung);
		const lagsBefore = await exporter.values('stream_consumer_lag');
		world[hung].suspend();
		try {
			await until(`a poll of ${hung} fails`, async () => {
				return (await exporter.values('stream_target_up'))[`target="${hung}"`] === 0;
			});
			const last = await exporter.values('stream_target_last_success_timestamp_seconds');
			await until('the others are polled meanwhile', async () => {
				const now = await exporter.values('stream_target_last_success_timestamp_seconds');
				return others.every((name) => {
					const labels = `target="${name}"`;
					return (now[labels] ?? 0) > (last[labels] ?? Number.POSITIVE_INFINITY);
				});
			});
			// What cannot be read keeps its last value.
			assert.deepEqual(await exporter.values('stream_consumer_lag'), lagsBefore);
		} finally {
			world[hung].resume();
		}
		await until(`${hung} is read again`, async () => {
			return (await exporter.values('stream_target_up'))[`target="${hung}"`] === 1;
		});
		assert.deepEqual(await exporter.values('stream_consumer_lag'), lagsBefore);
		const problems = await exporter.values('stream_target_problems_total');
		assert.ok((problems[`target="${hung}",problem="timeout"`] ?? 0) > 0);
		// Logged when it begins and when it ends, not at every poll.
		const told = exporter.log().filter(({ target, problem }) => target === hung && problem);
		assert.ok(told.length > 0 && told.length <= 6, JSON.stringify(told));
	});
}

test('a body, even a broken one, changes nothing', async () => {
	const response = await fetch(`${exporter.url}/metrics`, {
		method: 'POST',
		body: '{',
		headers: { 'content-type': 'application/json' },
	});
	assert.equal(response.status, 405);
	assert.equal(await response.text(), 'method not allowed\n');
});

test('what is not HTTP is told so in plain words', async () => {
	const socket = connectSocket(Number(new URL(exporter.url).port), '127.0.0.1');
	socket.end('FOO / HTTP/1.1\r\n\r\n');
	let answer = '';
	for await (const chunk of socket) answer += String(chunk);
	assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nbad request\n$/s);
});

test('once it is ready, the lags are served', async () => {
	const unhurried = world.configuration.replace(/^poll: .*$/m, '');
	const fresh = await startExporter(unhurried);
	try {
		await until('it is ready', async () => (await fetch(`${fresh.url}/-/ready`)).status === 200);
		assert.equal(Object.keys(await fresh.values('stream_consumer_lag')).length, 6);
	} finally {
		await fresh.stop();
	}
});

test('SIGTERM ends it with 0 within five seconds', async () => {
	const short = await startExporter(world.configuration);
	const { code, afterMs } = await short.stop();
	assert.equal(code, 0);
	assert.ok(afterMs < 5000, `after ${afterMs} ms`);
});

function of(target: string, values: Record<string, number>): Record<string, number> {
	return Object.fromEntries(
		Object.entries(values).filter(([labels]) => labels.startsWith(`target="${target}"`)),
	);
}

/** The text without what differs from run to run: lines of a family in order, varying values as `…`. */
function golden(text: string): string {
	const varying =
		/_age_seconds|_lag_seconds|_(stalled|stopped|idle|headroom|drain)_seconds|_ratio|_timestamp_seconds|_duration_seconds|_polls_total|_problems_total|_requests_total|^process_|^nodejs_/;
	const lines = text
		.trimEnd()
		.split('\n')
		.map((line) => line.replace(/((?:node)?version)="[^"]*"/g, '$1="…"'))
		// A group that stands still is ok at first and behind later.
		.map((line) => line.replace(/,status="[^"]*"/, ',status="…"'))
		.map((line) =>
			varying.test(line) && !line.startsWith('#') ? line.replace(/ \S+$/, ' …') : line,
		);
	const families: string[][] = [];
	for (const line of lines) {
		if (line.startsWith('# HELP')) families.push([]);
		families.at(-1)?.push(line);
	}
	// What the process tells of itself depends on the system: only the names of the families count.
	const own = families.map(([help = '', type = '', ...samples]) =>
		/^# HELP (process|nodejs)_/.test(help) ? [help, type] : [help, type, ...samples.sort()],
	);
	return `${own.flat().join('\n')}\n`;
}
