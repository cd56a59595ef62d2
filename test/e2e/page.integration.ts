import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../brokers/index.ts';
import { type Exporter, runExporter, startExporter, valuesOf } from './exporter.ts';
import { startWorld, type World } from './world.ts';

interface Told {
	readonly target: string;
	readonly stream: string;
	readonly consumer_group: string;
	readonly [key: string]: unknown;
}

let world: World;
let exporter: Exporter;

before(async () => {
	world = await startWorld();
	exporter = await startExporter(world.configuration);
	await until('every group is there', async () => {
		return (await told('/api/v1/consumers')).total === 6;
	});
});

after(async () => {
	await exporter?.stop();
	await world?.stop();
});

async function get(path: string): Promise<Response> {
	return await fetch(`${exporter.url}${path}`);
}

async function told(path: string): Promise<{ total: number; consumers: readonly Told[] }> {
	return (await (await get(path)).json()) as { total: number; consumers: readonly Told[] };
}

function labelsOf({ target, stream, consumer_group }: Told): string {
	return `target="${target}",stream="${stream}",consumer_group="${consumer_group}"`;
}

const metrics = [
	...['lag', 'lag_uncertainty', 'partition_lag_max', 'partitions_unknown', 'partitions_stalled'],
	...['pending', 'members', 'consumed_total', 'lost_total', 'waiting_pulls', 'redelivered'],
	...['pending_abandoned', 'oldest_pending_deliveries', 'pending_limit'],
];

for (const metric of metrics) {
	test(`the API tells the same ${metric} as /metrics, for the same groups`, async () => {
		const { consumers } = await told('/api/v1/consumers');
		const inJson = consumers.flatMap((one) =>
			one[metric] === undefined ? [] : [[labelsOf(one), one[metric]] as const],
		);
		const inMetrics = await exporter.values(`stream_consumer_${metric}`);
		assert.deepEqual(Object.fromEntries(inJson), inMetrics);
	});
}

test('the API tells the status that /metrics tells', async () => {
	await until('both are of the same poll', async () => {
		const before = await exporter.scrape();
		const { consumers } = await told('/api/v1/consumers');
		const statuses = Object.keys(valuesOf(before, 'stream_consumer_status')).sort();
		const inJson = consumers.map((one) => `${labelsOf(one)},status="${one.status}"`).sort();
		return JSON.stringify(statuses) === JSON.stringify(inJson);
	});
});

test('the partitions of one group are those of /metrics', async () => {
	const { consumers } = await told(
		'/api/v1/consumers?target=kafka&stream=orders&consumer_group=billing',
	);
	assert.deepEqual(consumers[0]?.partitions, [
		{ partition: 0, lag: 0, offset: 10 },
		{ partition: 1, lag: 15, offset: 5 },
		{ partition: 2, lag: 27, offset: 3 },
	]);
});

test('once and the API tell a group by the same keys', async () => {
	const { stdout } = await runExporter(['once', '--output=json'], {
		KAFKA_BROKERS: world.kafka.bootstrap,
	});
	const once = JSON.parse(stdout);
	const query = 'target=kafka&stream=payments&consumer_group=billing';
	const [api] = (await told(`/api/v1/consumers?${query}`)).consumers;
	const [same] = once.consumers.filter(({ stream }: Told) => stream === 'payments');
	assert.deepEqual(Object.keys(api ?? {}).sort(), Object.keys(same).sort());
	const { targets } = (await (await get('/api/v1/targets')).json()) as { targets: object[] };
	assert.deepEqual(Object.keys(targets[0] ?? {}).sort(), Object.keys(once.targets[0]).sort());
});

test('the targets are up, and were polled a moment ago', async () => {
	const { targets } = (await (await get('/api/v1/targets')).json()) as {
		targets: readonly Record<string, unknown>[];
	};
	const times = await exporter.values('stream_target_last_success_timestamp_seconds');
	for (const { target, up, problems, last_poll_timestamp_seconds } of targets) {
		assert.deepEqual([up, problems], [true, []], String(target));
		const inMetrics = times[`target="${target}"`] ?? 0;
		assert.ok(Math.abs(Number(last_poll_timestamp_seconds) - inMetrics) < 30);
	}
	assert.deepEqual(
		targets.map(({ target }) => target),
		['kafka', 'redis', 'nats'],
	);
});

test('the page shows the lag of every group that /metrics shows', async () => {
	const page = await (await get('/')).text();
	const rows = page.split('<tr role="row" data-key=').filter((row) => row.includes('"Lag"'));
	const shown = rows.map((row) => {
		const cell = (title: string) =>
			(new RegExp(`data-label="${title}">(.*?)</t[dh]>`).exec(row)?.[1] ?? '').replace(
				/<[^>]*>/g,
				'',
			);
		const labels = `target="${cell('Target')}",stream="${cell('Stream')}",consumer_group="${cell('Group')}"`;
		return [labels, Number(cell('Lag').replace(/ ± .*/, '').replaceAll(',', ''))];
	});
	assert.deepEqual(Object.fromEntries(shown), await exporter.values('stream_consumer_lag'));
});

test('the position of a Redis group is the id that the server tells', async () => {
	const groups = await world.redis.cli('XINFO', 'GROUPS', 'clicks');
	const id = /last-delivered-id\n(\S+)/.exec(groups)?.[1];
	const page = await get('/group?target=redis&stream=clicks&consumer_group=counters');
	assert.ok((await page.text()).includes(`<dt>Position</dt><dd>${id}</dd>`), id);
});

test('a group whose broker is gone keeps its page, which says why it is old', async () => {
	world.nats.suspend();
	try {
		const path = '/group?target=nats&stream=EVENTS&consumer_group=mailer';
		await until('its page tells of the failure', async () => {
			return /without success; last read .*: /.test(await (await get(path)).text());
		});
		assert.match(await (await get('/')).text(), /not readable/);
	} finally {
		world.nats.resume();
	}
});
