import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Nats, startNats, until } from '../../brokers/index.ts';
import { openClient } from './client.ts';
import { openImpostor } from './impostor.ts';
import { consumerPage, streamPage } from './recorded.ts';
import { byName, connectTo, readOnce, unreadable } from './target.ts';

let server: Nats;

before(async () => {
	server = await startNats();
	await seed();
});

after(async () => {
	await server?.stop();
});

async function seed(): Promise<void> {
	const client = await openClient(server.url);
	await client.addStream({ name: 'orders', subjects: ['orders'] });
	await client.addConsumer('orders', { durable_name: 'billing' });
	await client.publish('orders', 3);
	await client.close();
}

const connections = z.object({ connections: z.array(z.object({ name: z.string().optional() })) });

/** How many connections the server has. */
async function connectionCount(): Promise<number> {
	return connections.parse(await server.monitor('/connz')).connections.length;
}

function soon(): AbortSignal {
	return AbortSignal.timeout(10_000);
}

test('one connection is kept over reads, under our name, and closed by close', async () => {
	const target = connectTo(server.url);
	for (const _ of [1, 2, 3]) await target.read(soon());
	const told = connections.parse(await server.monitor('/connz'));
	assert.deepEqual(
		told.connections.map(({ name }) => name),
		['stream-lag-exporter'],
	);
	assert.equal(target.requests.get('connect'), 1);
	assert.equal(target.requests.get('stream_list'), 3);
	await target.close();
	await until('the server has no connection', async () => (await connectionCount()) === 0);
});

test('a server that was restarted between two reads is read at the next one', async () => {
	const target = connectTo(server.url);
	try {
		await target.read(soon());
		await server.restart();
		await seed();
		const reading = await target.read(soon());
		assert.deepEqual(byName(reading).get('orders/billing')?.lag, { messages: 3 });
		assert.deepEqual(
			reading.problems.map(({ code }) => code),
			['advisories_missed'],
		);
		assert.deepEqual((await target.read(soon())).problems, []);
		assert.equal(target.requests.get('connect'), 2);
	} finally {
		await target.close();
	}
});

test('a connection whose end shows only when it is asked is replaced in the same read', async () => {
	const target = connectTo(server.url);
	try {
		await target.read(soon());
		const killed = server.kill();
		const problems = await unreadable(target.read(soon()));
		assert.deepEqual(
			problems.map(({ code, operation }) => [code, operation]),
			[['unreachable', 'connect']],
		);
		assert.equal(target.requests.get('stream_list'), 2);
		await killed;
	} finally {
		await target.close();
		await server.restart();
		await seed();
	}
});

test('attempts to connect to a server that hangs pile up nothing', async () => {
	const target = connectTo(server.url);
	server.suspend();
	try {
		for (const _ of [1, 2, 3, 4]) {
			const problems = await unreadable(target.read(AbortSignal.timeout(100)));
			assert.deepEqual(
				problems.map(({ code, operation }) => [code, operation]),
				[['timeout', 'connect']],
			);
		}
	} finally {
		server.resume();
	}
	await until('it is read again', async () => (await target.read(soon())).complete);
	await until('the server has one connection', async () => (await connectionCount()) === 1);
	await target.close();
});

test('a server that hangs costs a third of the poll, and another one is read instead', async () => {
	const other = await startNats();
	server.suspend();
	try {
		// In random order: both orders come up.
		for (const _ of [1, 2, 3, 4, 5]) {
			const target = connectTo([server.url, other.url], {}, 1000);
			const startedMs = performance.now();
			assert.deepEqual((await target.read(soon())).problems, []);
			assert.ok(performance.now() - startedMs < 900);
			await target.close();
		}
	} finally {
		server.resume();
		await other.stop();
	}
});

test('each server that cannot be reached is told', async () => {
	const silent = await listen(() => {});
	const target = connectTo(['127.0.0.1:1', `127.0.0.1:${silent.port}`], {}, 1000);
	try {
		const problems = await unreadable(target.read(soon()));
		assert.deepEqual(
			problems.map(({ code, subject }) => [code, subject]).sort(),
			[
				['timeout', `127.0.0.1:${silent.port}`],
				['unreachable', '127.0.0.1:1'],
			].sort(),
		);
	} finally {
		await target.close();
		silent.close();
	}
});

test('a name that does not resolve is unreachable', async () => {
	const problems = await unreadable(readOnce('no-such-host.invalid'));
	assert.deepEqual(
		problems.map(({ code, subject }) => [code, subject]),
		[['unreachable', 'no-such-host.invalid:4222']],
	);
});

test('a server that dies in the middle of a read leaves what was read', async () => {
	const dying = await startNats({ jetstream: false });
	const impostor = await openImpostor(dying.url);
	let killed: Promise<void> | undefined;
	await impostor.answer(() => streamPage, {
		rec: () => consumerPage,
		empty: () => {
			killed = dying.kill();
			return undefined;
		},
	});
	const target = connectTo(dying.url);
	try {
		const reading = await target.read(soon());
		assert.deepEqual(
			reading.problems.map(({ code }) => code),
			['connection_lost'],
		);
		assert.equal(reading.streams.length, 2);
		assert.equal(reading.complete, false);
		await killed;
		const problems = await unreadable(target.read(soon()));
		assert.deepEqual(
			problems.map(({ code }) => code),
			['unreachable'],
		);
	} finally {
		await target.close();
		await impostor.close();
		await dying.stop();
	}
});

test('what is no NATS server is a protocol error', async () => {
	const hangUp = (socket: Socket) => socket.once('data', () => socket.destroy());
	const talkers: Record<string, (socket: Socket) => void> = {
		'greets otherwise': (socket) => socket.write('220 mail.example ESMTP\r\n'),
		'answers otherwise': (socket) => socket.once('data', () => socket.write('+PONG\r\n')),
		'hangs up when spoken to': hangUp,
		'greets with what is no JSON': (socket) => socket.write('INFO {\r\n'),
		'greets without a version': (socket) => socket.write('INFO {}\r\n'),
		'greets without an end': (socket) => socket.write(`INFO ${'x'.repeat(100_000)}`),
	};
	for (const [what, talk] of Object.entries(talkers)) {
		const stranger = await listen(talk);
		try {
			const problems = await unreadable(readOnce(`127.0.0.1:${stranger.port}`));
			assert.deepEqual(
				problems.map(({ code }) => code),
				['protocol_error'],
				what,
			);
		} finally {
			stranger.close();
		}
	}
	// The likeliest mistake: the port for monitoring, which speaks HTTP.
	const problems = await unreadable(readOnce(`127.0.0.1:${server.monitorPort}`));
	assert.equal(problems[0]?.code, 'protocol_error');
});

test('a server that hangs up without a word is unreachable, as behind a load balancer', async () => {
	const balancer = await listen((socket) => socket.destroy());
	try {
		const problems = await unreadable(readOnce(`127.0.0.1:${balancer.port}`));
		assert.deepEqual(
			problems.map(({ code }) => code),
			['unreachable'],
		);
	} finally {
		balancer.close();
	}
});

test('a server that refuses or drops the login is told in its own words', async () => {
	const greeting = 'INFO {"version":"2.9.0","max_payload":1024}\r\n';
	const logins = [
		["-ERR 'maximum connections exceeded'\r\n", 'unreachable', /maximum connections exceeded/],
		['', 'connection_lost', /hung up at the login/],
	] as const;
	for (const [words, code, message] of logins) {
		const full = await listen((socket) => {
			socket.write(greeting);
			socket.once('data', () => socket.end(words));
		});
		try {
			const problems = await unreadable(readOnce(`127.0.0.1:${full.port}`));
			assert.equal(problems[0]?.code, code);
			assert.match(problems[0]?.message ?? '', message);
		} finally {
			full.close();
		}
	}
});

test('a server that talks nonsense after the login is named, and nothing else is printed', async () => {
	const greeting = 'INFO {"version":"2.9.0","max_payload":1024,"headers":true}\r\n';
	for (const [nonsense, after] of [
		['HTTP/1.1 500 Oops\r\n\r\n', 'SUB'],
		['MSG x\r\n', 'SUB'],
		['INFO {\r\n', 'SUB'],
		['\0\0\0', 'CONNECT'],
	] as const) {
		const odd = await listen((socket) => {
			socket.write(greeting);
			socket.on('data', (data) => {
				const text = String(data);
				if (text.includes(after)) socket.write(nonsense);
				else if (text.includes('PING')) socket.write('PONG\r\n');
			});
		});
		try {
			const { targets } = printed.parse(JSON.parse(await readByCommand(odd.port)));
			const [problem] = targets[0]?.problems ?? [];
			assert.equal(problem?.code, 'protocol_error', JSON.stringify([nonsense, problem]));
			assert.match(problem?.message ?? '', /sent what is no NATS protocol/);
			await until('no socket is left', () => odd.open() === 0, { timeoutMs: 1000 });
		} finally {
			odd.close();
		}
	}
});

test('a login that hangs ends with the signal, and leaves no socket open', async () => {
	const greeting = 'INFO {"version":"2.9.0","max_payload":1024}\r\n';
	const hanging = await listen((socket) => socket.write(greeting));
	const target = connectTo(`127.0.0.1:${hanging.port}`);
	try {
		const problems = await unreadable(target.read(AbortSignal.timeout(200)));
		assert.equal(problems[0]?.code, 'timeout');
		assert.match(problems[0]?.message ?? '', /no answer to the login/);
		await until('no socket is left', () => hanging.open() === 0, { timeoutMs: 1000 });
	} finally {
		await target.close();
		hanging.close();
	}
});

test('a target that was closed is not read any more', async () => {
	const target = connectTo(server.url);
	await target.read(soon());
	await target.close();
	await target.close();
	await unreadable(target.read(soon()));
	await until('the server has no connection', async () => (await connectionCount()) === 0);
	assert.equal(target.requests.get('connect'), 1);
});

const printed = z.object({
	targets: z.array(
		z.object({ problems: z.array(z.object({ code: z.string(), message: z.string() })) }),
	),
});

/** What `once` writes to standard output, in a process of its own. */
function readByCommand(port: number): Promise<string> {
	const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
	return new Promise((resolve) => {
		execFile(
			process.execPath,
			['--import', 'tsx', main, 'once', '--output=json'],
			{ env: { ...process.env, NATS_URL: `nats://127.0.0.1:${port}` }, timeout: 30_000 },
			(_, stdout) => resolve(stdout),
		);
	});
}

/** Anything that listens at a port of its own. */
async function listen(talk: (socket: Socket) => void) {
	const sockets = new Set<Socket>();
	const listener: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => socket.destroy());
		socket.on('close', () => sockets.delete(socket));
		socket.resume();
		talk(socket);
	}).listen(0, '127.0.0.1');
	await once(listener, 'listening');
	return {
		port: (listener.address() as AddressInfo).port,
		open: () => sockets.size,
		close() {
			for (const socket of sockets) socket.destroy();
			listener.close();
		},
	};
}
