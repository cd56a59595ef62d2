import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { pino } from 'pino';
import type { PlainReading, Problem } from '../../../src/model.ts';
import { pollOnce } from '../../../src/poll/outcome.ts';
import { kafka } from '../../../src/targets/kafka/index.ts';
import { type Target, UnreadableError } from '../../../src/targets/target.ts';
import { startNats, startRedis, until } from '../../brokers/index.ts';
import { plain } from '../../plain-reading.ts';
import { endImpostors, impostor, keys, serve } from './impostor.ts';
import { find, lags } from './target.ts';

const pollTimeoutMs = 10_000;
const targets: Target[] = [];

afterEach(async () => {
	for (const target of targets.splice(0)) await target.close();
	endImpostors();
});

function connectTo(brokers: readonly string[], options: Record<string, unknown> = {}): Target {
	const given = kafka.options.parse({ brokers, ...options });
	const target = kafka.connect(given, pino({ level: 'silent' }), pollTimeoutMs);
	targets.push(target);
	return target;
}

async function read(target: Target, timeoutMs = pollTimeoutMs): Promise<PlainReading> {
	return plain(await target.read(AbortSignal.timeout(timeoutMs)));
}

/** What is wrong with brokers of which nothing can be read. */
async function problemsOf(
	brokers: readonly string[],
	options: Record<string, unknown> = {},
	timeoutMs = pollTimeoutMs,
): Promise<readonly Problem[]> {
	try {
		await read(connectTo(brokers, options), timeoutMs);
	} catch (error) {
		assert(error instanceof UnreadableError, String(error));
		return error.problems;
	}
	assert.fail('it was read');
}

function codes({ problems }: Pick<PlainReading, 'problems'>): readonly string[] {
	return problems.map(({ code, operation }) => `${operation}: ${code}`);
}

/** An address at which nobody listens. */
async function closedPort(): Promise<string> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return `127.0.0.1:${port}`;
}

test('brokers that accept and never answer do not keep a good one from being asked', async () => {
	const held = new Set<Socket>();
	const hold = (socket: Socket) => {
		held.add(socket.on('close', () => held.delete(socket)));
		socket.resume();
	};
	const hung = [await serve(hold), await serve(hold), await serve(hold)];
	const good = await impostor(-1, (answer) => answer);
	const target = connectTo([...hung, good]);
	const first = await read(target);
	assert.deepEqual(codes(first), []);
	assert.deepEqual(lags(find(first, 'orders', 'billing')), { 0: 6, 1: 0 });
	await until('the losers are closed', () => held.size === 0);

	const connects = target.requests.get('connect');
	assert.deepEqual(codes(await read(target)), []);
	assert.equal(target.requests.get('connect'), connects);
});

test('when the read is ended, each broker that was asked is told, with its own failure', async () => {
	const hung = [await serve((socket) => socket.resume()), await serve((socket) => socket.resume())];
	const refusing = await closedPort();
	const problems = await problemsOf([refusing, ...hung], {}, 2000);
	assert.deepEqual(
		problems.map(({ code, subject }) => [subject, code]),
		[
			[refusing, 'unreachable'],
			[hung[0], 'timeout'],
			[hung[1], 'timeout'],
		],
	);
});

test('what was read before the deadline is kept, and what was not is told', async () => {
	const bootstrap = await impostor(keys.listOffsets, () => undefined);
	const target = connectTo([bootstrap]);
	const began = performance.now();
	const outcome = await pollOnce(
		(signal) => target.read(signal),
		1500,
		new AbortController().signal,
	);
	assert.ok(performance.now() - began < 2500);
	assert.equal(outcome.result, 'partial');
	const { reading } = outcome;
	assert(reading);
	assert.deepEqual(codes(reading), ['list_offsets: timeout']);
	const group = find(plain(reading), 'orders', 'billing');
	assert(group && 'ids' in group.lag);
	assert.deepEqual([...(group.lag.committed ?? [])], [4, 0]);
	assert.ok(group.lag.end.every(Number.isNaN));
});

test('groups whose offsets were not read before the deadline are unread, and no group is told to be gone', async () => {
	const target = connectTo([await impostor(keys.offsetFetch, () => undefined)]);
	const reading = await read(target, 1500);
	assert.deepEqual(codes(reading), ['offset_fetch: timeout']);
	for (const group of ['billing', 'größe']) {
		assert.ok(reading.unread.some(({ consumerGroup }) => consumerGroup === group));
	}
});

test('a connection that was lost between two polls is made anew, without a problem', async () => {
	let asked = 0;
	const bootstrap = await impostor(keys.listGroups, (answer, socket) => {
		asked += 1;
		if (asked !== 2) return answer;
		socket.resetAndDestroy();
		return undefined;
	});
	const target = connectTo([bootstrap]);
	await read(target);
	const second = await read(target);
	assert.deepEqual(codes(second), []);
	assert.deepEqual(lags(find(second, 'orders', 'billing')), { 0: 6, 1: 0 });
	assert.equal(asked, 3);
});

test('a broker that resets every connection in the middle is asked once a poll', async () => {
	let asked = 0;
	const bootstrap = await impostor(keys.listGroups, (_, socket) => {
		asked += 1;
		socket.resetAndDestroy();
		return undefined;
	});
	const [problem] = await problemsOf([bootstrap]);
	assert.equal(problem?.code, 'connection_lost', problem?.message);
	assert.equal(problem?.operation, 'list_groups');
	assert.equal(asked, 1);
});

test('a connection that is reset as soon as it is accepted is lost, not unknown', async () => {
	const bootstrap = await serve((socket) => socket.resetAndDestroy());
	const [problem] = await problemsOf([bootstrap]);
	assert.equal(problem?.code, 'connection_lost', problem?.message);
	assert.match(problem?.message ?? '', /is this a Kafka listener/);
});

test('an address where nothing listens says so', async () => {
	const [problem] = await problemsOf([await closedPort()]);
	assert.equal(problem?.code, 'unreachable');
	assert.match(problem?.message ?? '', /ECONNREFUSED.*nothing listens there.*check host and port/);
});

test('a name that nobody knows says so', async () => {
	const [problem] = await problemsOf(['does-not-exist.invalid:9092']);
	assert.equal(problem?.code, 'unreachable');
	assert.match(problem?.message ?? '', /(ENOTFOUND|EAI_AGAIN).*DNS/);
});

test('an address that the cluster tells and that is not reachable from here is told as such', async () => {
	const elsewhere = Number((await closedPort()).split(':')[1]);
	const bootstrap = await impostor(keys.metadata, (answer) => {
		answer.writeInt32BE(elsewhere, answer.indexOf('127.0.0.1') + 9);
		return answer;
	});
	const target = connectTo([bootstrap]);
	for (let poll = 0; poll < 2; poll++) {
		await assert.rejects(read(target), (error: unknown) => {
			assert(error instanceof UnreadableError);
			const [problem] = error.problems;
			assert.equal(problem?.code, 'unreachable');
			assert.match(problem?.subject ?? '', new RegExp(`broker 1 .*:${elsewhere}`));
			assert.match(problem?.message ?? '', /advertised\.listeners/);
			return true;
		});
	}
});

test('an HTTP server at the port is named', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	try {
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		const [problem] = await problemsOf([`127.0.0.1:${port}`]);
		assert.equal(problem?.code, 'protocol_error');
		assert.match(problem?.message ?? '', /an HTTP server answers; is this a Kafka listener\?/);
	} finally {
		server.closeAllConnections();
		server.close();
	}
});

test('a NATS server at the port is named', async () => {
	const server = await startNats();
	try {
		const [problem] = await problemsOf([`127.0.0.1:${server.port}`]);
		assert.equal(problem?.code, 'protocol_error', problem?.message);
		assert.match(problem?.message ?? '', /a NATS server answers/);
	} finally {
		await server.stop();
	}
});

test('a Redis server at the port, which waits for the end of a line, is suspected', async () => {
	const server = await startRedis();
	try {
		const [problem] = await problemsOf([`127.0.0.1:${server.port}`]);
		assert.ok(['timeout', 'protocol_error'].includes(problem?.code ?? ''), problem?.message);
		assert.match(problem?.message ?? '', /is no Kafka listener|a Redis server answers/);
	} finally {
		await server.stop();
	}
});
