import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import {
	type AddressInfo,
	createServer,
	connect as dial,
	type Server,
	type Socket,
} from 'node:net';
import { after, before, describe, test } from 'node:test';
import { UnreadableError } from '../../../src/targets/target.ts';
import { type Redis, startRedis } from '../../brokers/index.ts';
import { connect, plainUser, readOnce, script } from './server.ts';

async function problemOf(reading: Promise<unknown>): Promise<string> {
	const error = await reading.then(
		() => assert.fail('it was read'),
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof UnreadableError, String(error));
	return error.problems.map(({ code, operation }) => `${code} ${operation}`).join();
}

async function listen(server: Server): Promise<string> {
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what is no Redis', () => {
	test('a web server', async () => {
		const server = createHttpServer((_, response) => response.end('hello'));
		try {
			assert.equal(await problemOf(readOnce(await listen(server))), 'protocol_error connect');
		} finally {
			server.close();
		}
	});

	test('something that hangs up', async () => {
		const server = createServer((socket) => socket.destroy());
		try {
			assert.equal(await problemOf(readOnce(await listen(server))), 'connection_lost connect');
		} finally {
			server.close();
		}
	});

	test('something that accepts and says nothing', async () => {
		const sockets: Socket[] = [];
		const server = createServer((socket) => {
			sockets.push(socket);
		});
		const target = connect(await listen(server));
		try {
			assert.equal(await problemOf(target.read(AbortSignal.timeout(200))), 'timeout connect');
		} finally {
			await target.close();
			for (const socket of sockets) socket.destroy();
			server.close();
		}
	});

	test('a host that does not exist', async () => {
		assert.equal(
			await problemOf(readOnce('redis://no-such-host.invalid:6379')),
			'unreachable connect',
		);
	});
});

describe('a connection that breaks', () => {
	const streamCount = 500;
	let server: Redis;
	before(async () => {
		server = await startRedis({ config: [plainUser.rule] });
		await script(
			server,
			`for stream = 1, ${streamCount} do
				redis.call('XADD', 's:' .. stream, '*', 'body', string.rep('x', 1000))
				redis.call('XGROUP', 'CREATE', 's:' .. stream, 'g', '0')
			end`,
		);
	});
	after(async () => {
		await server?.stop();
	});

	/** Passes everything on until the server has sent so many bytes; then does what it is told. */
	async function relay(bytes: number, then: (client: Socket) => void) {
		const sockets: Socket[] = [];
		const relaying = createServer((client) => {
			const upstream = dial(server.port, '127.0.0.1');
			sockets.push(client, upstream);
			for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
			client.pipe(upstream);
			let left = bytes;
			upstream.on('data', (chunk) => {
				if (left > 0) client.write(chunk);
				left -= chunk.length;
				if (left <= 0) then(client);
			});
		});
		const url = await listen(relaying);
		return {
			url,
			close() {
				for (const socket of sockets) socket.destroy();
				relaying.close();
			},
		};
	}

	test('when it is closed as the next read begins, that read makes another one', async () => {
		let isStale = false;
		const sockets: Socket[] = [];
		const closing = createServer((client) => {
			const upstream = dial(server.port, '127.0.0.1');
			sockets.push(client, upstream);
			const wasStale = isStale;
			client.on('data', (chunk) => {
				if (isStale && !wasStale) client.destroy();
				else upstream.write(chunk);
			});
			upstream.pipe(client);
		});
		const target = connect(await listen(closing));
		try {
			await target.read(AbortSignal.timeout(5000));
			isStale = true;
			const reading = await target.read(AbortSignal.timeout(5000));
			assert.deepEqual(reading.problems, []);
			assert.equal(reading.groups.length, streamCount);
			assert.equal(target.requests.get('connect'), 2);
		} finally {
			await target.close();
			for (const socket of sockets) socket.destroy();
			closing.close();
		}
	});

	for (const [what, then, code, way, login, bytes] of [
		// About half of the answers: 2 KB and more for a stream by commands, some 100 bytes by script.
		[
			'is lost',
			(client: Socket) => client.destroy(),
			'connection_lost',
			'commands',
			plainUser.login,
			700_000,
		],
		['falls silent', () => {}, 'timeout', 'commands', plainUser.login, 700_000],
		['is lost', (client: Socket) => client.destroy(), 'connection_lost', 'script', {}, 35_000],
		['falls silent', () => {}, 'timeout', 'script', {}, 35_000],
	] as const) {
		test(`by ${way}, when it ${what} in the middle of a read, what was read by then is there`, async () => {
			const cut = await relay(bytes, then);
			const target = connect(cut.url, login);
			try {
				const reading = await target.read(AbortSignal.timeout(1000));
				assert.deepEqual(
					reading.problems.map((problem) => problem.code),
					[code],
				);
				assert.equal(reading.complete, false);
				assert.ok(reading.groups.length > 0);
				assert.ok(reading.unread.length > 0);
				assert.equal(reading.groups.length + reading.unread.length, streamCount);
				for (const { lag } of reading.groups) {
					assert.deepEqual(lag, { messages: 1, uncertainty: 0 });
				}
				for (const { reason } of reading.unread) assert.equal(reason, code);
			} finally {
				await target.close();
				cut.close();
			}
		});
	}
});
