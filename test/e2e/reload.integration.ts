import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until as untilIn } from '../brokers/index.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let exporter: Exporter;

/** Several polls may pass until something is seen, on a machine that has other things to do. */
const until = <Answer>(what: string, look: () => Answer | Promise<Answer>) =>
	untilIn(what, look, { timeoutMs: 30_000 });

before(async () => {
	world = await startWorld();
});

after(async () => {
	await exporter?.stop();
	await world?.stop();
});

/** One line for each target, so that a test changes what it wants. */
function targets(): Record<'kafka' | 'redis' | 'nats', string> {
	return {
		kafka: `{ name: kafka, platform: kafka, brokers: ['${world.kafka.bootstrap}'] }`,
		redis: `{ name: redis, platform: redis, url: '${world.redis.url}' }`,
		nats: `{ name: nats, platform: nats, servers: ['${world.nats.url}'] }`,
	};
}

function configuration(lines: readonly string[], more = ''): string {
	const list = lines.map((line) => `  - ${line}\n`).join('');
	return `poll: { interval: 2s, timeout: 2s }\n${more}\ntargets:\n${list}`;
}

/** Ids of the exporter's connections, as the servers tell them. */
async function connections() {
	const clients = await world.redis.cli('CLIENT', 'LIST');
	const { connections: natsClients } = (await world.nats.monitor('/connz')) as {
		connections: { cid: number; name?: string }[];
	};
	return {
		redis: [...clients.matchAll(/^id=(\d+) .* name=stream-lag-exporter /gm)].map(([, id]) => id),
		nats: natsClients
			.filter(({ name }) => name === 'stream-lag-exporter')
			.map(({ cid }) => String(cid)),
	};
}

async function requests(target: string, operation: string): Promise<number> {
	const all = await exporter.values('stream_target_requests_total');
	return all[`target="${target}",operation="${operation}"`] ?? Number.NaN;
}

async function polls(target: string): Promise<number> {
	const all = await exporter.values('stream_target_polls_total');
	return all[`target="${target}",result="ok"`] ?? 0;
}

async function groupsOf(target: string): Promise<string[]> {
	const lags = Object.keys(await exporter.values('stream_consumer_lag'));
	return lags
		.filter((labels) => labels.startsWith(`target="${target}"`))
		.map((labels) => /consumer_group="(\w+)"/.exec(labels)?.[1] ?? '');
}

async function start(text: string, args: readonly string[] = []): Promise<void> {
	await exporter?.stop();
	exporter = await startExporter(text, { args });
	await until('every target is read', async () => {
		const up = Object.values(await exporter.values('stream_target_up'));
		return up.length > 0 && up.every((value) => value === 1);
	});
}

async function reloadSuccessful(): Promise<number> {
	const text = await exporter.scrape();
	return Number(/^stream_lag_exporter_config_last_reload_successful (\d)$/m.exec(text)?.[1]);
}

test('what did not change keeps its connection and counters; what did is read by its new settings', async () => {
	const { kafka, redis, nats } = targets();
	await start(configuration([kafka, redis, nats]));
	await until('each was polled twice', async () => {
		const counts = await Promise.all(['kafka', 'redis', 'nats'].map(polls));
		return counts.every((count) => count >= 2);
	});
	const connectionsBefore = await connections();
	assert.deepEqual([connectionsBefore.redis.length, connectionsBefore.nats.length], [1, 1]);
	const connectsBefore = await requests('kafka', 'connect');
	const pollsBefore = await polls('kafka');
	assert.deepEqual(await groupsOf('redis'), ['counters', 'fresh']);

	const changed = redis.replace(' }', ", groups: { exclude: ['f*'] } }");
	const line = await exporter.reload(configuration([nats, changed, kafka]));

	assert.equal(line.msg, 'reloaded');
	const { added, changed: changedNames, removed, kept } = line;
	assert.deepEqual(
		{ added, changedNames, removed, kept },
		{
			added: [],
			changedNames: ['redis'],
			removed: [],
			kept: ['kafka', 'nats'],
		},
	);
	await until(
		'the filter takes effect',
		async () => (await groupsOf('redis')).join() === 'counters',
	);
	await until('the others are polled on', async () => (await polls('kafka')) > pollsBefore + 1);
	const connectionsAfter = await connections();
	assert.deepEqual(connectionsAfter.nats, connectionsBefore.nats);
	assert.equal(connectionsAfter.redis.length, 1);
	assert.notDeepEqual(connectionsAfter.redis, connectionsBefore.redis);
	assert.equal(await requests('kafka', 'connect'), connectsBefore);
});

test('objectives, expected groups and limits change without a new connection', async () => {
	const { kafka, redis, nats } = targets();
	await start(configuration([kafka, redis, nats]));
	const connectionsBefore = await connections();
	const more = `
limits: { max_series: 5000 }
objectives: [{ name: billing, match: { consumer_group: billing }, lag: 10 }]
expected: [{ target: kafka, stream: orders, consumer_group: billing }]`;
	const { msg, kept } = await exporter.reload(configuration([kafka, redis, nats], more));
	assert.deepEqual([msg, kept], ['reloaded', ['kafka', 'redis', 'nats']]);
	await until('the objective and the expectation are exported', async () => {
		const objectives = Object.keys(await exporter.values('stream_consumer_objective_info'));
		const missing = Object.keys(await exporter.values('stream_consumer_missing'));
		return objectives.some((labels) => /objective="billing"/.test(labels)) && missing.length === 1;
	});
	const limits = Object.values(await exporter.values('stream_target_series_limit'));
	assert.ok(Math.min(...limits) <= 5000, `the limits are ${limits}`);
	assert.deepEqual(await connections(), connectionsBefore);
	assert.match(await (await fetch(`${exporter.url}/config`)).text(), /max_series: 5000/);
});

test('a bad file changes nothing, is told in full, and a good one is taken after it', async () => {
	const { kafka, redis, nats } = targets();
	await start(configuration([kafka, redis, nats]));
	assert.equal(await reloadSuccessful(), 1);
	const connectionsBefore = await connections();
	const effectiveBefore = await (await fetch(`${exporter.url}/config`)).text();

	const bad = configuration(
		[kafka.replace('platform: kafka', 'platform: kafca'), redis],
		'limits: { max_series: 0 }',
	);
	const { msg, level } = await exporter.reload(bad);

	assert.deepEqual([level, msg], ['error', 'not reloaded: the old configuration stays in use']);
	assert.deepEqual(
		exporter.log().flatMap(({ mistake }) => (mistake ? [String(mistake).split(': ')[1]] : [])),
		['limits.max_series', 'targets[0].platform'],
	);
	assert.equal(await reloadSuccessful(), 0);
	const pollsBefore = await polls('nats');
	await until('everything is polled on', async () => (await polls('nats')) > pollsBefore + 1);
	assert.deepEqual(await connections(), connectionsBefore);
	assert.equal(await (await fetch(`${exporter.url}/config`)).text(), effectiveBefore);

	assert.equal((await exporter.reload(configuration([kafka, redis, nats]))).msg, 'reloaded');
	assert.equal(await reloadSuccessful(), 1);
	assert.deepEqual(await connections(), connectionsBefore);
});

test('a removed target disappears, with its connection; an added one comes', async () => {
	const { redis, nats } = targets();
	await start(configuration([redis]));
	const { added, removed } = await exporter.reload(configuration([nats]));
	assert.deepEqual({ added, removed }, { added: ['nats'], removed: ['redis'] });
	await until('the added one is read', async () => (await groupsOf('nats')).length === 1);
	await until('nothing tells of the removed one', async () => {
		return !(await exporter.scrape()).includes('target="redis"');
	});
	assert.deepEqual((await connections()).redis, []);
	assert.equal((await fetch(`${exporter.url}/-/ready`)).status, 200);
});

test('what a removed target might export is left to the others', async () => {
	const { redis, nats } = targets();
	const limits = 'limits: { max_series: 20 }';
	const limitOf = async (target: string) => {
		const all = Object.entries(await exporter.values('stream_target_series_limit'));
		return all.find(([labels]) => labels.startsWith(`target="${target}"`))?.[1];
	};
	await start(configuration([redis, nats], limits));
	await until('both share what there is', async () => ((await limitOf('nats')) ?? 20) < 20);
	await exporter.reload(configuration([nats], limits));
	await until('all is for the one that is left', async () => (await limitOf('nats')) === 20);
});

test('a rotated password is used after a reload, and only by whom it is for', async () => {
	await world.redis.cli('ACL', 'SETUSER', 'lag', 'on', '>first', '~*', '+@all');
	const { redis, nats } = targets();
	const login = redis.replace(' }', ', username: lag, password_file: secret }');
	await exporter?.stop();
	exporter = await startExporter(configuration([login, nats]), { files: { secret: 'first\n' } });
	await until('redis is read', async () => (await groupsOf('redis')).length === 2);
	const natsBefore = (await connections()).nats;

	await world.redis.cli('ACL', 'SETUSER', 'lag', 'resetpass', '>second');
	await world.redis.cli('CLIENT', 'KILL', 'USER', 'lag');
	const up = async () => (await exporter.values('stream_target_up'))['target="redis"'];
	await until('the old password is refused', async () => (await up()) === 0);

	assert.deepEqual((await exporter.reload()).kept, ['redis', 'nats']);
	await exporter.write('secret', 'second\n');
	assert.deepEqual((await exporter.reload()).changed, ['redis']);
	await until('the new password is used', async () => (await up()) === 1);
	assert.deepEqual((await connections()).nats, natsBefore);
	assert.doesNotMatch(exporter.output(), /first|second\b/);
});

test('a file that is gone at a reload is a mistake, and changes nothing', async () => {
	const { redis } = targets();
	const login = redis.replace(' }', ', password_file: secret }');
	await exporter?.stop();
	exporter = await startExporter(configuration([login]), { files: { secret: 'any' } });
	const gone = configuration([login.replace('secret', 'gone')]);
	assert.match((await exporter.reload(gone)).msg, /^not reloaded/);
	const mistakes = exporter.log().flatMap(({ mistake }) => (mistake ? [String(mistake)] : []));
	assert.equal(mistakes.length, 1);
	assert.match(mistakes[0] ?? '', /targets\[0\]\.password_file: no such file/);
});

test('without a file the same sources are loaded again', async () => {
	await exporter?.stop();
	exporter = await startExporter(undefined, { env: { REDIS_URL: world.redis.url } });
	await until('redis is read', async () => (await groupsOf('redis')).length === 2);
	const connectionsBefore = await connections();
	const line = await exporter.reload();
	assert.deepEqual([line.msg, line.config, line.kept], ['reloaded', 'REDIS_URL', ['redis']]);
	assert.deepEqual(await connections(), connectionsBefore);
});

test('POST and PUT reload where that is enabled, and tell mistakes', async () => {
	const { redis } = targets();
	await start(configuration([redis]), ['--web.enable-lifecycle']);
	const ask = async (method: string, body?: string | URLSearchParams) => {
		const init = body === undefined ? { method } : { method, body };
		const response = await fetch(`${exporter.url}/-/reload`, init);
		return [response.status, await response.text()];
	};
	assert.deepEqual(await ask('POST'), [200, 'reloaded\n']);
	assert.deepEqual(await ask('PUT'), [200, 'reloaded\n']);
	assert.deepEqual(await ask('POST', 'some text'), [200, 'reloaded\n']);
	assert.deepEqual(await ask('POST', new URLSearchParams('a=b')), [200, 'reloaded\n']);
	assert.deepEqual((await ask('GET'))[0], 405);
	await exporter.write('config.yaml', 'targets: []\nlimit: {}\n');
	const [status, text] = await ask('POST');
	assert.equal(status, 400);
	assert.deepEqual(
		String(text)
			.split('\n')
			.map((line) => line.replace(/^.*config\.yaml/, '')),
		[
			':1:10: targets: expected at least one target',
			':2:1: limit: unknown key: did you mean limits?',
			'',
		],
	);
	assert.equal(await reloadSuccessful(), 0);
});

test('nobody reloads over HTTP unless that is enabled', async () => {
	const { redis } = targets();
	await start(configuration([redis]));
	for (const method of ['POST', 'PUT']) {
		const response = await fetch(`${exporter.url}/-/reload`, { method });
		assert.equal(response.status, 403);
		assert.match(await response.text(), /--web\.enable-lifecycle/);
	}
	assert.deepEqual(
		exporter.log().filter(({ msg }) => msg === 'reloaded'),
		[],
	);
});

test('reloads at the same time are done one after the other', async () => {
	const { redis, nats } = targets();
	await start(configuration([redis]), ['--web.enable-lifecycle']);
	await exporter.write(
		'config.yaml',
		configuration([redis.replace(' }', ', poll: { keep_failed: 1m } }'), nats]),
	);
	const statuses = await Promise.all(
		Array.from({ length: 8 }, async () => {
			return (await fetch(`${exporter.url}/-/reload`, { method: 'POST' })).status;
		}),
	);
	assert.deepEqual(new Set(statuses), new Set([200]));
	const [first, ...others] = exporter.log().filter(({ msg }) => msg === 'reloaded');
	assert.deepEqual([first?.added, first?.changed], [['nats'], ['redis']]);
	for (const { kept } of others) assert.deepEqual(kept, ['redis', 'nats']);
	assert.equal(others.length, 7);
	await until('both are read', async () => (await groupsOf('nats')).length === 1);
	const { redis: redisClients, nats: natsClients } = await connections();
	assert.deepEqual([redisClients.length, natsClients.length], [1, 1]);
});

test('a hung broker delays no reload; its last values stay until the new settings were tried; it is let go', async () => {
	const { redis, nats } = targets();
	await start(configuration([redis, nats]));
	world.redis.suspend();
	try {
		const changed = redis.replace(
			' }',
			", groups: { exclude: ['f*'] }, poll: { interval: 1m, timeout: 1m } }",
		);
		assert.equal((await exporter.reload(configuration([changed, nats]))).msg, 'reloaded');
		// It has not been polled by its new settings yet.
		assert.deepEqual(await groupsOf('redis'), ['counters', 'fresh']);
		assert.equal((await exporter.reload(configuration([nats]))).msg, 'reloaded');
	} finally {
		world.redis.resume();
	}
	await until('the server has no connection left', async () => {
		return (await connections()).redis.length === 0;
	});
	const { code } = await exporter.stop();
	assert.equal(code, 0);
});

test('a default file that is gone is a mistake at a reload, and what the environment says does not take its place', async () => {
	await exporter?.stop();
	const text = configuration([targets().redis]);
	exporter = await startExporter(undefined, {
		files: { 'stream-lag-exporter.yaml': text },
		env: { NATS_URL: world.nats.url },
	});
	await rm(join(exporter.folder, 'stream-lag-exporter.yaml'));
	const { level } = await exporter.reload();
	assert.equal(level, 'error');
	assert.match(exporter.output(), /"stream-lag-exporter\.yaml: no such file"/);
	await exporter.write('stream-lag-exporter.yaml', text);
	const { level: again, kept } = await exporter.reload();
	assert.deepEqual([again, kept], ['info', ['redis']]);
});
