import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { lastPart } from '../../../src/metrics/exposition.ts';
import { makeCertificates } from '../../brokers/index.ts';
import { siteOf } from '../site.ts';
import { guard } from './guarded.ts';

const part = lastPart('lag 1\n'.repeat(100_000));
const exposition = { parts: Array.from({ length: 50 }, () => part), crc32: 0 };
const wholeBytes = 50 * part.plain.length;

test('with TLS, too, no scraper who does not read holds a copy of the answer', async (t) => {
	const certificates = await makeCertificates();
	t.after(() => certificates.remove());
	const { app } = await guard(t, siteOf({ exposition }), certificates);
	const sockets: Socket[] = [];
	app.server.on('secureConnection', (socket: Socket) => sockets.push(socket));
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	const ca = await readFile(certificates.ca);
	const client = connect({ host: '127.0.0.1', port, ca });
	client.on('error', () => {});
	try {
		client.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
		await once(client, 'readable');
		const [socket] = sockets;
		assert.ok(socket);
		// What is encrypted waits beside what Node counts.
		const { writeQueueSize } = (socket as Socket & { _handle: { writeQueueSize: number } })._handle;
		const heldBytes = writeQueueSize + socket.writableLength;
		assert.ok(heldBytes < wholeBytes / 10, `${heldBytes} of ${wholeBytes} bytes`);

		const agent = new Agent({ ca });
		const request = get({ host: '127.0.0.1', port, path: '/metrics', agent });
		const [response] = await once(request, 'response');
		let bytes = 0;
		for await (const chunk of response) bytes += chunk.length;
		assert.equal(bytes, wholeBytes);
		agent.destroy();
	} finally {
		client.destroy();
	}
});
