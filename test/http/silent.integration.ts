import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { buildServer } from '../../src/http/server.ts';
import { makeCertificates, until } from '../brokers/index.ts';
import { guard } from './access/guarded.ts';
import { siteOf } from './site.ts';

test('connections that say nothing, or half of a handshake, are closed, with TLS and without', async (t) => {
	const certificates = await makeCertificates();
	t.after(() => certificates.remove());
	const plain = buildServer(siteOf());
	t.after(() => plain.close());
	const servers = [await guard(t, siteOf(), certificates), plain];
	const began = performance.now();
	for (const { app } of servers) {
		await app.listen({ host: '127.0.0.1', port: 0 });
		const { port } = app.server.address() as AddressInfo;
		// The first bytes of a record of 512 bytes in a handshake.
		for (const said of [[], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]]) {
			const socket = connect({ host: '127.0.0.1', port });
			socket.on('error', () => {});
			await once(socket, 'connect');
			socket.write(Uint8Array.from(said));
			socket.resume();
		}
	}
	const connections = async () => {
		const counts = servers.map(
			({ app }) =>
				new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count))),
		);
		return (await Promise.all(counts)).join();
	};
	await until('all are closed', async () => (await connections()) === '0,0', { timeoutMs: 30_000 });
	// Long before what Node itself would wait for: 120 seconds, and 60.
	assert.ok(performance.now() - began < 25_000, `${performance.now() - began} ms`);
});

test('who sends a request slowly or does not read the answer is given some time, and no more', () => {
	const { server } = buildServer(siteOf()).app;
	assert.equal(server.requestTimeout, 30_000);
	assert.equal(server.timeout, 60_000);
});

test('more connections than there may be are not taken', async (t) => {
	const { app, close } = buildServer(siteOf());
	t.after(close);
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	const most = 512;
	const sockets = Array.from({ length: most }, () => connect({ host: '127.0.0.1', port }));
	t.after(() => {
		for (const socket of sockets) socket.destroy();
	});
	await Promise.all(sockets.map((socket) => once(socket, 'connect')));
	const taken = () =>
		new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)));
	await until('all are taken', async () => (await taken()) === most);
	const oneTooMany = connect({ host: '127.0.0.1', port });
	oneTooMany.on('error', () => {});
	await once(oneTooMany, 'close');
	assert.equal(await taken(), most);
});
