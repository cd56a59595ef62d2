import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { Redis as Client } from 'ioredis';
import { until } from '../brokers/index.ts';
import { type Exporter, valuesOf } from '../e2e/exporter.ts';
import { intervalSeconds, type Lab, mostBackMs, platforms, startLab, truth } from './lab.ts';
import { toldOf } from './scrapes.ts';
import { isWhole, passPolls, type Truth, watching } from './watch.ts';

let lab: Lab;
let client: Client;

before(async () => {
	lab = await startLab();
	client = new Client(lab.world.redis.url);
});

after(async () => {
	client?.disconnect();
	await lab?.stop();
});

const patience = { timeoutMs: 60_000 };

test('brokers that are gone at the start are read when they are there', async (t) => {
	for (const platform of platforms) lab.proxies[platform].upstream = undefined;
	const exporter = await lab.exporter();
	try {
		await until('every target was tried', async () => {
			return (await fetch(`${exporter.url}/-/ready`)).status === 200;
		});
		const up = await exporter.values('stream_target_up');
		assert.deepEqual(Object.values(up), [0, 0, 0]);
		assert.deepEqual(await exporter.values('stream_consumer_lag'), {});
		let backAfterMs = 0;
		const seen = await watching(exporter, truth, async () => {
			for (const platform of platforms) lab.proxies[platform].upstream = lab.world[platform].port;
			const thereAt = performance.now();
			await until('all is read', () => isWhole(exporter, truth), patience);
			backAfterMs = performance.now() - thereAt;
		});
		t.diagnostic(`${toldOf(seen.scrapes)}; read after ${backAfterMs.toFixed(0)} ms`);
		assert.ok(backAfterMs < mostBackMs, `${backAfterMs} ms`);
	} finally {
		await exporter.stop();
	}
});

test('who was refused is let in again without a restart', async (t) => {
	const exporter = await lab.exporter();
	try {
		await until('all is read', () => isWhole(exporter, truth), patience);
		const connections = lab.proxies.redis.opened;
		let backAfterMs = 0;
		const seen = await watching(exporter, truth, async () => {
			await client.config('SET', 'requirepass', 'new');
			await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
			await until('it is refused', async () => {
				return (await exporter.values('stream_target_up'))['target="redis"'] === 0;
			});
			const problems = await exporter.values('stream_target_problems_total');
			assert.ok((problems['target="redis",problem="auth_failed"'] ?? 0) > 0);
			await client.config('SET', 'requirepass', '');
			const takenAt = performance.now();
			await until('it is read again', () => isWhole(exporter, truth), patience);
			backAfterMs = performance.now() - takenAt;
		});
		t.diagnostic(`${toldOf(seen.scrapes)}; back after ${backAfterMs.toFixed(0)} ms`);
		for (const other of ['kafka', 'nats']) {
			const age = seen.oldestSeconds[other] ?? Number.POSITIVE_INFINITY;
			assert.ok(age < 2 * intervalSeconds, `${other} was ${age} s old`);
		}
		assert.ok(backAfterMs < mostBackMs, `${backAfterMs} ms`);
		assert.ok(lab.proxies.redis.opened > connections);
	} finally {
		await client.config('SET', 'requirepass', '');
		await exporter.stop();
	}
});

test('the clock goes forward by an hour, and back by two, and nothing is told but the truth', async () => {
	const exporter = await lab.exporter('', {
		env: { NODE_OPTIONS: `--import=${new URL('clock.mjs', import.meta.url)}` },
	});
	try {
		await until('all is read', () => isWhole(exporter, truth), patience);
		const began = performance.now();
		let steps = 0;
		await watching(exporter, truth, async () => {
			for (const aheadMs of [3_600_000, -3_600_000, 0]) {
				await exporter.write('clock', String(aheadMs));
				exporter.kill('SIGUSR2');
				const polls = async () =>
					Math.min(
						...Object.values(await exporter.values('stream_target_last_success_timestamp_seconds')),
					);
				await until(
					'all were polled by the new clock',
					async () => {
						const ageSeconds = (Date.now() + aheadMs) / 1000 - (await polls());
						return Math.abs(ageSeconds) < 2 * intervalSeconds && (await isWhole(exporter, truth));
					},
					patience,
				);
				// A step of the clock may count for four intervals (`Timeline`).
				steps += 1;
				const elapsedSeconds =
					(performance.now() - began) / 1000 + (4 * steps + 1) * intervalSeconds;
				const text = await exporter.scrape();
				for (const metric of ['stalled_seconds', 'stopped_seconds']) {
					for (const [labels, seconds] of Object.entries(
						valuesOf(text, `stream_consumer_${metric}`),
					)) {
						assert.ok(seconds >= 0 && seconds <= elapsedSeconds, `${metric} ${labels}: ${seconds}`);
					}
				}
				for (const [labels, count] of Object.entries(
					valuesOf(text, 'stream_consumer_lost_total'),
				)) {
					assert.equal(count, 0, labels);
				}
			}
		});
		const polls = await exporter.values('stream_target_polls_total');
		for (const platform of platforms) {
			assert.equal(polls[`target="${platform}",result="failed"`], 0, platform);
		}
	} finally {
		await exporter.stop();
	}
});

test('ten thousand groups that come at once stay below the limit, and those with an objective stay', async (t) => {
	const limit = 3000;
	const exporter = await lab.exporter(
		`limits: { max_series: ${limit} }
objectives: [{ name: promised, match: { consumer_group: counters }, lag: 100 }]
`,
	);
	const of = async (metric: string) =>
		(await exporter.values(metric))['target="redis"'] ?? Number.NaN;
	try {
		await until('all is read', () => isWhole(exporter, truth), patience);
		const before = await rssBytes(exporter);
		const seen = await watching(exporter, truthOfMany(10_000), async () => {
			await client.eval(makeMany, 0, 10_000);
			await until(
				'they are seen',
				async () => (await of('stream_target_series_dropped')) > 10_000,
				{
					timeoutMs: 60_000,
				},
			);
			assert.ok((await of('stream_target_series')) <= limit);
			const lags = await exporter.values('stream_consumer_lag');
			assert.equal(lags['target="redis",stream="clicks",consumer_group="counters"'], 5);
			const after = await rssBytes(exporter);
			const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
			t.diagnostic(`RSS ${mebibytes(before)} before, ${mebibytes(after)} with them`);
			assert.ok(after < before + 200e6, `${before} bytes before, ${after} after`);

			await client.eval(removeMany, 0);
			await until('they are gone', async () => (await of('stream_target_groups')) === 2, patience);
			await until(
				'nothing is dropped',
				async () => (await of('stream_target_series_dropped')) === 0,
			);
		});
		t.diagnostic(toldOf(seen.scrapes));
		for (const other of ['kafka', 'nats']) {
			const age = seen.oldestSeconds[other] ?? Number.POSITIVE_INFINITY;
			assert.ok(age < 2 * intervalSeconds, `${other} was ${age} s old`);
		}
		assert.equal(await isWhole(exporter, truth), true);
	} finally {
		await client.eval(removeMany, 0);
		await exporter.stop();
	}
});

/** On a hundred streams, as many groups as its argument says. */
const makeMany = `for at = 1, ARGV[1] do
	redis.call('XGROUP', 'CREATE', 'many:' .. at % 100, 'group-' .. at, '0', 'MKSTREAM')
end`;

const removeMany = `for at = 0, 99 do redis.call('DEL', 'many:' .. at) end`;

/** Every lag while there are so many more. */
function truthOfMany(count: number): Truth {
	const many = Array.from({ length: count }, (_, at) => [
		`redis many:${(at + 1) % 100} group-${at + 1}`,
		0,
	]);
	return { ...truth, ...Object.fromEntries(many) };
}

async function rssBytes(exporter: Exporter): Promise<number> {
	const text = await exporter.scrape();
	return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

test('a hundred who do not read hold up nobody', async (t) => {
	const exporter = await lab.exporter();
	const count = 500;
	const slow: Socket[] = [];
	try {
		await client.eval(makeMany, 0, count);
		await until('all is read', () => isWhole(exporter, truthOfMany(count)), patience);
		const { hostname, port } = new URL(exporter.url);
		const seen = await watching(exporter, truthOfMany(count), async () => {
			for (let one = 0; one < 100; one++) {
				const socket = connect({ host: hostname, port: Number(port) });
				socket.on('error', () => {});
				slow.push(socket);
				// Together more than all buffers in between take.
				socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10));
				// The answer has begun, and nobody reads on.
				await once(socket, 'readable');
			}
			await passPolls(exporter, 'kafka', 3);
			const sockets = await exporter.values('nodejs_active_resources');
			assert.ok((sockets['type="TCPSocketWrap"'] ?? 0) >= 100, JSON.stringify(sockets));
			assert.ok(slow.every(({ destroyed }) => !destroyed));
		});
		t.diagnostic(toldOf(seen.scrapes));
	} finally {
		await client.eval(removeMany, 0);
		const { code, afterMs } = await exporter.stop();
		for (const socket of slow) socket.destroy();
		assert.equal(code, 0);
		assert.ok(afterMs < 5000, `${afterMs} ms`);
	}
});

test('two hundred who scrape at once get the same', async (t) => {
	const exporter = await lab.exporter();
	try {
		await until('all is read', () => isWhole(exporter, truth), patience);
		const seen = await watching(exporter, truth, async () => {
			const texts = await Promise.all(Array.from({ length: 200 }, () => exporter.scrape()));
			for (const text of texts) {
				assert.equal(Object.keys(valuesOf(text, 'stream_consumer_lag')).length, 6);
				assert.ok(text.endsWith('\n'));
			}
			await passPolls(exporter, 'kafka', 1);
		});
		t.diagnostic(toldOf(seen.scrapes));
	} finally {
		await exporter.stop();
	}
});

test('a configuration that is a directory, half written or empty changes nothing', async () => {
	const exporter = await lab.exporter();
	try {
		await until('all is read', () => isWhole(exporter, truth), patience);
		const file = `${exporter.folder}/config.yaml`;
		const right = await (await fetch(`${exporter.url}/config`)).text();
		await watching(exporter, truth, async () => {
			for (const text of ['', 'targets:\n  - { name: redis, platform: red', 'targets: ']) {
				assert.match((await exporter.reload(text)).msg, /^not reloaded/);
			}
			await rm(file);
			await mkdir(file);
			assert.match((await exporter.reload()).msg, /^not reloaded/);
			await rm(file, { recursive: true });
			assert.match((await exporter.reload()).msg, /^not reloaded/);
		});
		assert.equal(await (await fetch(`${exporter.url}/config`)).text(), right);
		assert.equal(await isWhole(exporter, truth), true);
	} finally {
		await exporter.stop();
	}
});

test('SIGTERM ends it with 0 while it starts, while a poll hangs, and a second one at once', async () => {
	const early = await lab.exporter();
	const { code, afterMs } = await early.stop();
	assert.deepEqual([code, afterMs < 5000], [0, true], `while it starts: ${code}, ${afterMs} ms`);

	for (const platform of platforms) lab.proxies[platform].manner = 'hang';
	try {
		const hung = await lab.exporter();
		await until('polls hang', () => platforms.every((one) => lab.proxies[one].opened > 0));
		const ended = await hung.stop();
		assert.deepEqual([ended.code, ended.afterMs < 5000], [0, true], `${ended.afterMs} ms`);

		const impatient = await lab.exporter();
		impatient.kill('SIGTERM');
		impatient.kill('SIGTERM');
		assert.equal(await impatient.ended(), 0);
		await impatient.stop();
	} finally {
		for (const platform of platforms) lab.proxies[platform].manner = 'pass';
	}
});
