import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { until } from '../brokers/index.ts';
import { type Exporter, type LogLine, startExporter } from './exporter.ts';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
	world = await startWorld();
});
after(async () => {
	await world?.stop();
});

async function ready({ url }: Exporter): Promise<void> {
	await until('every target was tried', async () => {
		return (await fetch(`${url}/-/ready`)).status === 200;
	});
}

/** How many requests the log tells of, by `target="…",operation="…"`. */
function requestsTold(lines: readonly LogLine[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { target, operation, of, durationMs, count = 1, msg } of lines) {
		if (operation === undefined || !/^(not )?answered$/.test(msg)) continue;
		assert.match(String(of), /^127\.0\.0\.1:\d+$/);
		assert.ok(typeof durationMs === 'number' && durationMs > 0 && durationMs < 1000);
		const key = `target="${target}",operation="${operation}"`;
		counts[key] = (counts[key] ?? 0) + Number(count);
	}
	return counts;
}

test('a start tells five lines', async () => {
	const exporter = await startExporter(world.configuration);
	try {
		await ready(exporter);
		assert.deepEqual(
			exporter.log().map(({ msg, level }) => `${level} ${msg}`),
			[
				'info stream-lag-exporter',
				'info listening',
				'info polling',
				'info polling',
				'info polling',
			],
		);
	} finally {
		await exporter.stop();
	}
});

test('debug tells each request that is counted, of whom it was asked and how long it took', async () => {
	const exporter = await startExporter(world.configuration, { args: ['--log.level=debug'] });
	try {
		await ready(exporter);
		// All answers to what was counted at the end of a poll have come.
		await until('the log tells what the metric tells', async () => {
			const counted = await exporter.values('stream_target_requests_total');
			const told = requestsTold(exporter.log());
			const wrong = Object.entries(counted).filter(([labels, count]) => {
				// What is subscribed to is not answered.
				return !labels.includes('"subscribe"') && count !== (told[labels] ?? 0);
			});
			assert.deepEqual(wrong, []);
			return true;
		});
		const told = new Set(
			exporter
				.log()
				.flatMap(({ target, operation }) => (operation ? [`${target} ${operation}`] : [])),
		);
		for (const one of [
			'kafka connect',
			'kafka offset_fetch',
			'redis connect',
			'redis evalsha_ro',
			'nats connect',
			'nats consumer_list',
		]) {
			assert.ok(told.has(one), `${one} is not among ${[...told]}`);
		}
	} finally {
		await exporter.stop();
	}
});

test('debug tells each HTTP request, also a refused one and one that is broken off', async () => {
	const exporter = await startExporter(world.configuration, { args: ['--log.level=debug'] });
	try {
		await exporter.scrape();
		await fetch(`${exporter.url}/nowhere?x=1`);
		const lines = () => exporter.log().filter(({ msg }) => msg.startsWith('request '));
		await until('one is broken off', async () => {
			const socket = connect({ host: '127.0.0.1', port: Number(new URL(exporter.url).port) });
			await once(socket, 'connect');
			// They are answered one after the other: not all are when the first answer is there.
			socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10));
			await once(socket, 'data');
			socket.resetAndDestroy();
			return lines().some(({ msg }) => msg === 'request broken off');
		});
		const told = lines().map(({ method, url, status, msg }) => `${method} ${url} ${status} ${msg}`);
		assert.ok(told.includes('GET /metrics 200 request answered'));
		assert.ok(told.includes('GET /nowhere?x=1 404 request answered'));
		for (const { durationMs } of lines()) assert.ok(typeof durationMs === 'number');
		assert.match(exporter.output(), /^[ -~\n]*$/);
	} finally {
		await exporter.stop();
	}
});
