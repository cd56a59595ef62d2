import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { UnreadableError } from '../../../src/targets/target.ts';
import {
	type Redis,
	type RedisSentinels,
	startRedisSentinels,
	until,
} from '../../brokers/index.ts';
import { freePorts } from '../../brokers/ports.ts';
import { connectTo } from './server.ts';
import { create, play, read, ten } from './steps.ts';

const password = 'watchword';
let installation: RedisSentinels;
before(async () => {
	installation = await startRedisSentinels([
		`requirepass ${password}`,
		`sentinel sentinel-pass ${password}`,
	]);
});
after(async () => {
	await installation?.stop();
});

const soon = () => AbortSignal.timeout(10_000);

async function problemsOf(options: object): Promise<readonly string[]> {
	const target = connectTo(options);
	try {
		const error: unknown = await target.read(soon()).catch((reason: unknown) => reason);
		assert.ok(error instanceof UnreadableError, String(error));
		return error.problems.map(({ code, operation }) => `${code} ${operation}`);
	} finally {
		await target.close();
	}
}

test('a name that no sentinel knows, and one that does not let us in, are told', async () => {
	const { hosts, name } = installation;
	assert.deepEqual(await problemsOf({ sentinel: { name: 'other', hosts, password } }), [
		'master_unknown sentinel',
		'master_unknown sentinel',
		'master_unknown sentinel',
	]);
	assert.deepEqual(await problemsOf({ sentinel: { name, hosts: hosts.slice(0, 1) } }), [
		'auth_failed sentinel',
	]);
	const [nobody = 0] = await freePorts(1);
	const gone = [`127.0.0.1:${nobody}`];
	assert.deepEqual(await problemsOf({ sentinel: { name, hosts: gone, password } }), [
		'unreachable connect',
	]);
});

test('the master that sentinels know is read, and the new one after a fail-over', async () => {
	const { name, hosts, servers, sentinels } = installation;
	const [master, replica] = servers;
	await play(master, [...ten, create, read(4)]);
	await until('the replica has it all', async () =>
		(await replica.cli('XINFO', 'GROUPS', 's')).includes('4-0'),
	);
	const [nobody = 0] = await freePorts(1);
	const target = connectTo({
		sentinel: { name, hosts: [`127.0.0.1:${nobody}`, ...hosts], password },
	});
	try {
		const lagOf = async () => {
			const { groups } = await target.read(soon());
			return groups.map(({ lag }) => lag);
		};
		assert.deepEqual(await lagOf(), [{ messages: 6, uncertainty: 0 }]);
		assert.deepEqual(await lagOf(), [{ messages: 6, uncertainty: 0 }]);
		assert.equal(target.requests.get('sentinel'), 1, 'sentinels are asked when there is need to');

		await master.kill();
		const error: unknown = await target.read(soon()).catch((reason: unknown) => reason);
		assert.ok(error instanceof UnreadableError, String(error));
		await until('a sentinel has switched to the replica', () =>
			sentinels.some((sentinel) => sentinel.log().includes(`+switch-master ${name}`)),
		);
		await until('the new master is read', async () => (await lagOf()).length === 1);
		await play(replica, [read(1)]);
		assert.deepEqual(await lagOf(), [{ messages: 5, uncertainty: 0 }]);

		// What was the master comes back as a replica.
		await master.restart();
		// Sentinels wait for a while before they tell it to.
		await until(
			'it follows',
			async () => /role:slave/.test(await master.cli('INFO', 'replication')),
			{ timeoutMs: 60_000 },
		);
		assert.deepEqual(await lagOf(), [{ messages: 5, uncertainty: 0 }]);
	} finally {
		await target.close();
	}
});

test('a master that has become a replica is not read, though its connection still stands', async () => {
	const { name, hosts, servers } = installation;
	const target = connectTo({ sentinel: { name, hosts, password } });
	const roleOf = (server: Redis) => server.cli('INFO', 'replication');
	try {
		await until('the master is read', async () => (await target.read(soon())).groups.length === 1);
		const roles = await Promise.all(servers.map(roleOf));
		const master = servers[roles.findIndex((role) => /role:master/.test(role))];
		const replica = servers.find((server) => server !== master);
		assert.ok(master && replica);
		await master.cli('REPLICAOF', '127.0.0.1', String(replica.port));
		const error: unknown = await target.read(soon()).catch((reason: unknown) => reason);
		assert.ok(error instanceof UnreadableError, String(error));
		assert.deepEqual(
			error.problems.map(({ code }) => code),
			['not_master'],
		);
		await master.cli('REPLICAOF', 'NO', 'ONE');
		await until('it is read again', async () => (await target.read(soon())).groups.length === 1);
	} finally {
		await target.close();
	}
});
