import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { RequestTold } from '../../src/http/request-times.ts';
import { buildServer, type Site } from '../../src/http/server.ts';
import { loopWatch } from '../../src/loop-watch.ts';
import { Compressor, lastPart } from '../../src/metrics/exposition.ts';
import type { Exposition } from '../../src/model.ts';
import { until } from '../brokers/until.ts';
import { get, siteOf } from './site.ts';
import { crowd } from './snapshots.ts';

/** Of one part, and of several that are large. */
const expositions = {
	small: () => new Compressor().compress([Buffer.from('lag 1\n')]),
	large: () =>
		new Compressor().compress([1, 2, 30].map((one) => Buffer.alloc(one * 200_000, `lag ${one}\n`))),
};

/** Lends an exposition, and knows who has it. */
function lending(exposition: Exposition) {
	const lent = new Set<object>();
	const { lease } = siteOf({ exposition });
	return {
		lent,
		lease() {
			const one = { ...lease(), release: () => lent.delete(one) };
			lent.add(one);
			return one;
		},
	};
}

test('an unknown path is not found, also one with the asterisks of a router', async () => {
	for (const path of ['/nowhere', '/-/*', '/*/*', '/metrics*', '/-/***x?a=*']) {
		const { statusCode, body } = await get(path);
		assert.deepEqual([statusCode, body], [404, 'not found\n'], path);
	}
});

test('requests that are followed by nonsense, or hung up on, do not hold up the end', async (t) => {
	const { app, close } = buildServer(siteOf(crowd(1000, 0)));
	t.after(() => app.close());
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
	for (const sent of [`${request}nonsense\r\n\r\n`, `${request}\xff`, request.repeat(3)]) {
		const socket = connect({ host: '127.0.0.1', port });
		socket.on('error', () => {});
		await once(socket, 'connect');
		const closed = once(socket, 'close');
		socket.write(sent, 'latin1');
		if (sent === request.repeat(3)) {
			await once(socket, 'readable');
			socket.destroy();
		} else socket.resume();
		await closed;
		await until('the event loop is at rest', () => !loopWatch.isWatching);
	}
	const late = AbortSignal.timeout(5000);
	await Promise.race([close(), once(late, 'abort').then(() => assert.fail('it does not end'))]);
});

test('requests that are sent without waiting are answered one at a time', async () => {
	let underWay = 0;
	let most = 0;
	const processMetrics = async () => {
		assert.ok(loopWatch.isWatching, 'the event loop is watched');
		most = Math.max(most, ++underWay);
		await setImmediate();
		underWay--;
		return lastPart('process_metric 1\n');
	};
	const site = { ...siteOf(), processMetrics };
	const { answers } = await sendAtOnce(['/metrics', '/nowhere', '/metrics', '/metrics'], site);
	assert.deepEqual(answers, [200, 404, 200, 200]);
	assert.equal(most, 1);
});

for (const size of ['small', 'large'] as const) {
	test(`an answer that is ${size} is whole, plain and compressed`, async () => {
		const exposition = await expositions[size]();
		const whole = `${exposition.parts.map(({ plain }) => plain).join('')}process_metric 1\n`;
		const site: Site = {
			...siteOf({ exposition }),
			processMetrics: async () => lastPart('process_metric 1\n'),
		};
		const { app, close } = buildServer(site);
		try {
			for (const coding of ['identity', 'gzip']) {
				const headers = { 'accept-encoding': coding };
				const { rawPayload, headers: told } = await app.inject({ url: '/metrics', headers });
				const text = coding === 'gzip' ? gunzipSync(rawPayload) : rawPayload;
				assert.equal(told['content-length'], String(rawPayload.length));
				assert.ok(text.equals(Buffer.from(whole)), coding);
			}
		} finally {
			await close();
		}
	});

	test(`every exposition that was lent is given back when those who asked hang up: ${size}`, async () => {
		const { lent, lease } = lending(await expositions[size]());
		const site: Site = {
			...siteOf(),
			lease,
			async processMetrics() {
				await setImmediate();
				return lastPart('process_metric 1\n');
			},
		};
		const { app, close } = buildServer(site);
		await app.listen({ host: '127.0.0.1', port: 0 });
		const { port } = app.server.address() as AddressInfo;
		try {
			for (const count of [1, 2, 10, 11]) {
				for (let round = 0; round < 10; round++) {
					const socket = connect({ host: '127.0.0.1', port });
					socket.on('error', () => {});
					socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(count));
					await new Promise((resolve) => socket.once(count > 10 ? 'close' : 'data', resolve));
					socket.resetAndDestroy();
				}
			}
			await until('all are given back', () => lent.size === 0);
		} finally {
			await close();
		}
	});
}

test('an exposition that was lent is given back when who asked is gone before it can be sent', async () => {
	const { lent, lease } = lending(await expositions.small());
	const sockets: Socket[] = [];
	const site: Site = {
		...siteOf(),
		lease,
		async processMetrics() {
			client.resetAndDestroy();
			const [socket] = sockets;
			await new Promise((resolve) => socket?.once('close', resolve));
			hasGone = true;
			return lastPart('process_metric 1\n');
		},
	};
	let hasGone = false;
	const { app, close } = buildServer(site);
	app.server.on('connection', (socket: Socket) => sockets.push(socket));
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	const client = connect({ host: '127.0.0.1', port });
	client.on('error', () => {});
	try {
		client.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
		await until('it is given back', () => hasGone && lent.size === 0);
	} finally {
		await close();
	}
});

test('an answer that is broken off is told as such', async () => {
	const part = lastPart('lag 1\n'.repeat(1_000_000));
	const exposition = { parts: Array.from({ length: 10 }, () => part), crc32: 0 };
	const told: RequestTold[] = [];
	const site: Site = { ...siteOf({ exposition }), onRequest: (request) => told.push(request) };
	const { app, close } = buildServer(site);
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	try {
		for (const leave of ['resetAndDestroy', 'destroy'] as const) {
			const socket = connect({ host: '127.0.0.1', port });
			socket.on('error', () => {});
			socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
			await once(socket, 'data');
			socket[leave]();
			const { isComplete } = await until('it is told', () => told.shift());
			assert.equal(isComplete, false, leave);
		}
		const headers = { 'accept-encoding': 'identity' };
		await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).arrayBuffer();
		assert.equal((await until('it is told', () => told.shift())).isComplete, true);
	} finally {
		await close();
	}
});

test('who sends many requests without waiting is hung up on, and may come again', async () => {
	const many = Array.from({ length: 11 }, () => '/-/healthy');
	const { answers, afterwards } = await sendAtOnce(many);
	assert.ok(answers.length < many.length, `${answers.length} answers`);
	assert.equal(afterwards, 200);
});

test('those who wait for each answer may ask on one connection as often as they like', async () => {
	const { app, close } = buildServer(siteOf());
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	const socket = connect({ host: '127.0.0.1', port });
	try {
		for (let count = 0; count < 50; count++) {
			socket.write('GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n');
			const [answer] = await once(socket, 'data');
			assert.match(String(answer), /^HTTP\/1\.1 200 /);
		}
		await until('the event loop is at rest', () => !loopWatch.isWatching);
	} finally {
		socket.destroy();
		await close();
	}
});

/** Asks for all on one connection before it reads, and for one of them again on another. */
async function sendAtOnce(paths: readonly string[], site = siteOf()) {
	const { app, close } = buildServer(site);
	const url = await app.listen({ host: '127.0.0.1', port: 0 });
	try {
		const { port } = app.server.address() as AddressInfo;
		const socket = connect({ host: '127.0.0.1', port });
		let text = '';
		socket.on('data', (data) => {
			text += data;
		});
		const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n`);
		socket.write(`${requests.join('\r\n')}connection: close\r\n\r\n`);
		socket.on('error', () => {});
		await new Promise((resolve) => socket.once('close', resolve));
		const { status } = await fetch(`${url}${paths[0]}`);
		const answers = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => Number(code));
		return { answers, afterwards: status };
	} finally {
		await close();
	}
}
