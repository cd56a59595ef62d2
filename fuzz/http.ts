import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildServer } from '../src/http/server.ts';
import { siteOf } from '../test/http/site.ts';
import { crowd } from '../test/http/snapshots.ts';
import { mutatedBytes, mutatedText } from './mutators.ts';
import type { Part } from './part.ts';

const paths = [
	...['/', '/metrics', '/-/healthy', '/-/ready', '/-/reload', '/config', '/api/v1/targets'],
	'/api/v1/consumers?target=kafka-*&platform=kafka&stream=orders*&consumer_group=service-1?&status=behind&sort=lag&order=desc&limit=5',
	'/?search=service&status=stopped&sort=lag_seconds&order=asc&limit=100',
	'/consumer?target=kafka-0&stream=orders.region-0.v1&consumer_group=service-0',
	'/page.css',
	'/page.js',
];
const requests = [
	...paths.map(
		(path) =>
			`GET ${path} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n`,
	),
	'POST /-/reload HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{"a": [1]',
	'PUT /-/reload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
	'HEAD /metrics HTTP/1.0\r\n\r\n',
	'GET /metrics HTTP/1.1\r\nhost: x\r\nauthorization: Basic eDp5\r\nrange: bytes=0-1\r\nif-none-match: *\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n',
];
const pieces = [
	...[
		'%',
		'%00',
		'%ff',
		'%2e%2e/',
		'?',
		'&',
		'=',
		'*',
		'**********',
		'[]',
		'[a]=',
		'#',
		'//',
		'\\',
		' ',
		'\t',
		'\r\n',
		'\0',
		'\u00e9',
	],
	...[
		'limit=',
		'-1',
		'1e9',
		'99999999999999999999',
		'NaN',
		'sort=',
		'__proto__',
		'constructor',
		'*'.repeat(300),
		'/'.repeat(100),
	],
	...[
		'HTTP/1.1',
		'HTTP/9.9',
		'GET',
		'OPTIONS',
		'TRACE',
		'CONNECT',
		'PRI * HTTP/2.0',
		'content-length: 5\r\n',
		'transfer-encoding: chunked\r\n',
	],
	...[
		'accept-encoding: gzip;q=0, *\r\n',
		'accept-encoding: gzip;q=x;;,,\r\n',
		'upgrade: h2c\r\nconnection: upgrade\r\n',
		'expect: x\r\n',
		'host: \r\n',
	],
];

/** Requests, changed, over a socket: each is answered or refused, none is a failure of ours, and the next is served. */
export async function httpPart(): Promise<Part> {
	const failures: unknown[] = [];
	const site = {
		...siteOf(crowd(300, Date.now())),
		onFailure: (error: unknown) => {
			failures.push(error);
		},
		effectiveYaml: () => 'targets: []\n',
		reload: async () => [],
	};
	const { app, close } = buildServer(site);
	// No port: those of a machine would not last.
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-fuzz-'));
	const path = join(folder, 'socket');
	await app.listen({ path });
	return {
		async try(chance, note) {
			const request = chance.oneOf(requests);
			const changed =
				chance.below(3) === 0
					? mutatedBytes(Buffer.from(request), chance)
					: Buffer.from(mutatedText(request, chance, pieces), 'latin1');
			note(changed.toString('latin1'));
			const answer = await exchanged(path, changed);
			assert.deepEqual(failures, []);
			if (answer.length > 0) {
				assert.match(answer.subarray(0, 12).toString('latin1'), /^HTTP\/1\.1 [1234]\d\d$/);
			}
			if (chance.below(50) === 0) {
				const healthy = await exchanged(
					path,
					Buffer.from('GET /-/healthy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
				);
				assert.match(healthy.toString(), /\r\n\r\nhealthy\n$/);
			}
		},
		async close() {
			await close();
			await rm(folder, { recursive: true });
		},
	};
}

/** Sends bytes and then no more; gives what came back until the server closed. */
async function exchanged(path: string, bytes: Buffer): Promise<Buffer> {
	const socket = connect({ path, allowHalfOpen: true });
	const chunks: Buffer[] = [];
	socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
	socket.end(bytes);
	await once(socket, 'close');
	return Buffer.concat(chunks);
}
