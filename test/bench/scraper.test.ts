import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Scraper } from '../../bench/peers/http.ts';

const large = Array.from({ length: 200_000 }, (_, line) => `metric{line="${line}"} ${line}\n`).join(
	'',
);

test('answers are read whole, one after the other, however their end is told', async () => {
	let connections = 0;
	const bodies: Readonly<Record<string, string>> = {
		'/large': large,
		'/small': 'x 1\n',
		'/none': '',
	};
	await serving(
		async ({ url = '', headers }, response) => {
			const body = bodies[url.split('?')[0] ?? ''] ?? '';
			const isCompressed = headers['accept-encoding'] === 'gzip';
			const bytes = isCompressed ? gzipSync(body) : Buffer.from(body);
			if (isCompressed) response.setHeader('content-encoding', 'gzip');
			if (!url.endsWith('chunked')) {
				response.setHeader('content-length', bytes.length);
				response.end(bytes);
				return;
			}
			for (let from = 0; from < bytes.length; from += 99_999) {
				response.write(bytes.subarray(from, from + 99_999));
				await setImmediate();
			}
			response.end();
		},
		async (scraper) => {
			for (const how of ['length', 'chunked']) {
				for (const path of ['/large', '/small', '/none', '/large', '/small']) {
					for (const encoding of ['gzip', 'identity'] as const) {
						const { text, body } = await scraper.get(`${path}?${how}`, encoding);
						assert.ok(text() === bodies[path], `${path} ${how} ${encoding}`);
						if (encoding === 'identity') assert.ok(body.equals(Buffer.from(bodies[path] ?? '')));
					}
				}
			}
			assert.equal(connections, 1);
		},
		() => connections++,
	);
});

test('what is not 200 is told, and a connection that ends is made anew', async () => {
	await serving(
		({ url }, response) => {
			if (url === '/endless') return void response.socket?.end('HTTP/1.1 200 OK\r\n\r\nx');
			if (url === '/last') response.setHeader('connection', 'close');
			if (url === '/breaks') response.writeHead(200, { 'content-length': 10 }).write('half');
			if (url === '/breaks') return void setImmediate().then(() => response.destroy());
			response
				.writeHead(url === '/good' || url === '/last' ? 200 : 503, { 'content-length': 2 })
				.end('x\n');
		},
		async (scraper) => {
			await assert.rejects(scraper.get('/bad'), /\/bad answered 503/);
			await assert.rejects(scraper.get('/breaks'), /the connection was closed/);
			await assert.rejects(scraper.get('/endless'), /an answer whose end nobody knows/);
			for (let time = 0; time < 50; time++) {
				assert.equal((await scraper.get('/last')).text(), 'x\n');
				assert.equal((await scraper.get('/good')).text(), 'x\n');
			}
		},
	);
});

async function serving(
	answer: RequestListener,
	work: (scraper: Scraper) => Promise<void>,
	onConnection = () => {},
): Promise<void> {
	const server = createServer(answer).on('connection', onConnection);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const scraper = new Scraper((server.address() as AddressInfo).port);
	try {
		await work(scraper);
	} finally {
		scraper.close();
		server.close();
	}
}
