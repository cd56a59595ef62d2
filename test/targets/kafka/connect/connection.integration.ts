import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { afterEach, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { BrokerConnection } from '../../../../src/targets/kafka/connect/connection.ts';
import { RequestTimeoutError } from '../../../../src/targets/kafka/connect/connection-errors.ts';
import { listGroups } from '../../../../src/targets/kafka/protocol/list-groups.ts';
import { until } from '../../../brokers/index.ts';
import { endImpostors, impostor, keys, offering, serve } from '../impostor.ts';

const timeoutMs = 1000;
const settings = {
	clientId: 'stream-lag-exporter',
	tls: null,
	sasl: null,
	timeoutMs,
	pollTimeoutMs: 10_000,
};
const { signal } = new AbortController();
setMaxListeners(0, signal);

afterEach(endImpostors);

async function open(bootstrap: string): Promise<BrokerConnection> {
	const [host, port] = bootstrap.split(':');
	return await BrokerConnection.open(
		{ host: host as string, port: Number(port) },
		settings,
		signal,
	);
}

test('many requests that a slow broker answers in turn all get their answers, each within its own time', async () => {
	const bootstrap = await impostor(keys.listGroups, async (answer) => {
		await pass(timeoutMs / 5);
		return answer;
	});
	const connection = await open(bootstrap);
	try {
		const answers = Array.from({ length: 12 }, () =>
			connection.send(listGroups, undefined, signal),
		);
		for (const { groups } of await Promise.all(answers)) assert.ok(groups.length > 0);
	} finally {
		connection.close();
	}
});

test('a broker that stops answering is given up after one time, for all that wait', async () => {
	let answered = 0;
	const bootstrap = await impostor(keys.listGroups, (answer) => {
		answered += 1;
		return answered === 1 ? answer : undefined;
	});
	const connection = await open(bootstrap);
	const began = performance.now();
	const results = await Promise.allSettled(
		Array.from({ length: 12 }, () => connection.send(listGroups, undefined, signal)),
	);
	assert.ok(performance.now() - began < 2 * timeoutMs);
	assert.deepEqual(
		results.map((result) => result.status === 'rejected' && result.reason.name),
		[false, ...Array(11).fill(RequestTimeoutError.name)],
	);
	assert.equal(connection.isOpen, false);
});

test('versions are those of the connection, not of an earlier one to the same address', async () => {
	let connects = 0;
	const bootstrap = await impostor(keys.apiVersions, (answer) => {
		connects += 1;
		return offering(answer, (key, [lowest, highest]) =>
			key === keys.listGroups && connects === 1 ? [lowest, 4] : [lowest, highest],
		);
	});
	const [before, after] = [await open(bootstrap), await open(bootstrap)];
	try {
		assert.deepEqual([before.version(listGroups), after.version(listGroups)], [4, 5]);
	} finally {
		before.close();
		after.close();
	}
});

test('a connection that is not answered in time leaves no socket', async () => {
	let ended = 0;
	const bootstrap = await serve((socket) => {
		socket.resume().on('close', () => {
			ended += 1;
		});
	});
	await assert.rejects(open(bootstrap), RequestTimeoutError);
	await until('the socket is closed', () => ended === 1);
});

test('a connection that is idle sets no timer', async () => {
	const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
	const before = timers();
	const connection = await open(await impostor(-1, (answer) => answer));
	try {
		await connection.send(listGroups, undefined, signal);
		assert.equal(timers(), before);
	} finally {
		connection.close();
	}
});
