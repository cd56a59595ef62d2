import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { buildServer } from '../../src/http/server.ts';
import { get, siteOf } from './site.ts';
import { crowd } from './snapshots.ts';

test('an unknown path is not found, also one with the asterisks of a router', async () => {
	for (const path of ['/nowhere', '/-/*', '/*/*', '/metrics*', '/-/***x?a=*']) {
		const { statusCode, body } = await get(path);
		assert.deepEqual([statusCode, body], [404, 'not found\n'], path);
	}
});

test('requests that are followed by nonsense, or hung up on, do not hold up the end', async () => {
	const { app, close } = buildServer(siteOf(crowd(1000, 0)));
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
	}
	const late = AbortSignal.timeout(5000);
	await Promise.race([close(), once(late, 'abort').then(() => assert.fail('it does not end'))]);
});
