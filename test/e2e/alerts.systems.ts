import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../brokers/index.ts';
import { askingPanels, dashboards, filledIn } from '../grafana/model.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { type Parcels, parcels, sendParcels } from './parcels.ts';
import type { Notification } from './receiver.ts';
import { startWatch, type Watch } from './watch.ts';
import { startWorld, type World } from './world.ts';

const platforms = ['kafka', 'nats', 'redis'] as const;
const patience = { timeoutMs: 180_000, everyMs: 200 };
const startedAtSeconds = Date.now() / 1000;

let world: World;
let sent: Parcels;
let exporter: Exporter;
let watch: Watch;

before(async () => {
	world = await startWorld();
	sent = await sendParcels(world);
	for (const reader of sent.readers) await reader.start();
	exporter = await startExporter(`${world.configuration}
objectives:
  - { name: live, match: { consumer_group: ${parcels.group} }, stalled_after: 5s, severity: critical }
  - { name: resting, lag: 1, lag_seconds: 1s, pending_age: 1s, severity: info }
expected:
  - { target: kafka, stream: ${parcels.stream}, consumer_group: ${parcels.group} }
`);
	watch = await startWatch(new URL(exporter.url).host, 30);
});

after(async () => {
	await watch?.stop();
	await exporter?.stop();
	await sent?.stop();
	await world?.stop();
});

/** Notifications of the pager that tell of an alert in a state. */
function pages(
	alertname: string,
	status: 'firing' | 'resolved',
	platform?: string,
): Notification[] {
	return watch.receiver.notifications.filter(
		({ path, alerts }) =>
			path === '/pager' &&
			alerts.some(
				({ labels, ...alert }) =>
					labels.alertname === alertname &&
					alert.status === status &&
					(platform === undefined || labels.platform === platform),
			),
	);
}

test('while all is consumed nobody is paged', async () => {
	await until(
		'every group is seen to consume',
		async () => {
			const rates = await watch.prometheus.query(
				`group:stream_consumer_consumed:rate5m{consumer_group="${parcels.group}"} > 0`,
			);
			return rates.length === platforms.length;
		},
		patience,
	);
	assert.deepEqual(
		watch.receiver.notifications.filter(({ path }) => path === '/pager'),
		[],
	);
});

test('a consumer of each platform stops: one page each, which resolves when it is back', async () => {
	for (const reader of sent.readers) await reader.stop();
	for (const platform of platforms) {
		const [page] = await until(
			`the page of ${platform}`,
			() => {
				const firing = pages('StreamConsumerStopped', 'firing', platform);
				return firing.length > 0 && firing;
			},
			patience,
		);
		const alert = page?.alerts.find(({ labels }) => labels.alertname === 'StreamConsumerStopped');
		assert.deepEqual(alert?.labels, {
			alertname: 'StreamConsumerStopped',
			target: platform,
			platform,
			stream: parcels.stream,
			consumer_group: parcels.group,
			severity: 'critical',
		});
		const subject = `${parcels.group} on ${parcels.stream} (${platform} ${platform})`;
		assert.equal(
			alert.annotations.summary,
			`${subject} has stopped: messages wait and nobody reads`,
		);
		assert.match(alert.annotations.description ?? '', /for \d.* \d+(\.\d+)? messages wait\. /);
		assert.match(alert.annotations.runbook_url ?? '', /StreamConsumerStopped\.md$/);
	}
	await until(
		'of the same groups, that they are stalled is silenced',
		async () => {
			const stalled = (await watch.alertmanager.alerts()).filter(
				({ labels }) =>
					labels.alertname === 'StreamConsumerStalled' && labels.severity === 'critical',
			);
			return (
				stalled.length === platforms.length &&
				stalled.every(({ status }) => status.state === 'suppressed')
			);
		},
		patience,
	);

	for (const reader of sent.readers) await reader.start();
	for (const platform of platforms) {
		await until(
			`the end of the page of ${platform}`,
			() => pages('StreamConsumerStopped', 'resolved', platform).length > 0,
			patience,
		);
		assert.equal(pages('StreamConsumerStopped', 'firing', platform).length, 1);
	}
});

test('a target that is down pages once, silences what else is said of it, and resolves', async () => {
	const ofRedis = async () =>
		(await watch.alertmanager.alerts()).filter(({ labels }) => labels.platform === 'redis');
	const redis = sent.readers.find(({ platform }) => platform === 'redis');
	await redis?.stop();
	await until(
		'the consumer is known to have stopped',
		() => pages('StreamConsumerStopped', 'firing', 'redis').length === 2,
		patience,
	);

	await world.redis.kill();
	const [page] = await until(
		'the page of the target',
		() => {
			const firing = pages('StreamTargetDown', 'firing');
			return firing.length > 0 && firing;
		},
		patience,
	);
	assert.deepEqual(
		page?.alerts.map(({ labels }) => labels),
		[{ alertname: 'StreamTargetDown', target: 'redis', platform: 'redis', severity: 'critical' }],
	);
	const others = await until(
		'every other alert of the target is silenced by it',
		async () => {
			const alerts = await ofRedis();
			const others = alerts.filter(({ labels }) => labels.alertname !== 'StreamTargetDown');
			const stopped = others.some(({ labels }) => labels.alertname === 'StreamConsumerStopped');
			return stopped && others.every(({ status }) => status.inhibitedBy.length > 0) && others;
		},
		patience,
	);
	assert.ok(others.length > 0);

	await world.redis.restart();
	await redis?.start();
	await until(
		'the end of the page of the target',
		() => pages('StreamTargetDown', 'resolved').length > 0,
		patience,
	);
	assert.equal(pages('StreamTargetDown', 'firing').length, 1);
	await until(
		'the end of the page of the consumer',
		() => pages('StreamConsumerStopped', 'resolved', 'redis').length === 2,
		patience,
	);
	assert.equal(pages('StreamConsumerStopped', 'firing', 'redis').length, 2);
});

for (const [file, dashboard] of dashboards) {
	test(`in this run every query of ${file} has data`, async () => {
		const variables = dashboard.templating.list;
		const missing: string[] = [];
		for (const { title, targets = [] } of askingPanels(dashboard)) {
			for (const { expr, instant } of targets) {
				const filled = filledIn(expr, { variables, range: '10s' });
				const result = instant
					? await watch.prometheus.query(filled)
					: await watch.prometheus.queryRange(filled, startedAtSeconds, Date.now() / 1000);
				if (result.length === 0) missing.push(`${title}: ${filled}`);
			}
		}
		assert.deepEqual(missing, []);
	});

	test(`in this run every variable of ${file} has values`, async () => {
		for (const { type, name, query } of dashboard.templating.list) {
			if (type !== 'query') continue;
			const [, metric = '', label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
			assert.equal(label, name);
			const filled = filledIn(metric, { variables: dashboard.templating.list, range: '10s' });
			assert.ok(
				(await watch.prometheus.query(`count by (${label}) (${filled})`)).length > 0,
				query,
			);
		}
	});
}
