import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import slotOf from 'cluster-key-slot';
import type { PlainReading } from '../../../src/model.ts';
import { UnreadableError } from '../../../src/targets/target.ts';
import { type Redis, type RedisCluster, startRedisCluster, until } from '../../brokers/index.ts';
import type { PlainTarget } from '../../plain-reading.ts';
import { connectTo, plainUser } from './server.ts';
import { ways } from './steps.ts';

const streamCount = 30;
const soon = () => AbortSignal.timeout(10_000);
const addressOf = ({ port }: Redis) => `127.0.0.1:${port}`;

let cluster: RedisCluster;
before(async () => {
	cluster = await startRedisCluster([plainUser.rule]);
	for (let at = 0; at < streamCount; at++) {
		const key = `orders:${at}`;
		const owner = ownerOf(key);
		await owner.cli('XGROUP', 'CREATE', key, 'billing', '0', 'MKSTREAM');
		for (let entry = 0; entry <= at; entry++) await owner.cli('XADD', key, '*', 'a', 'b');
		await owner.cli('XREADGROUP', 'GROUP', 'billing', 'one', 'COUNT', '1', 'STREAMS', key, '>');
	}
	for (const [at, replica] of cluster.replicas.entries()) {
		const master = cluster.masters[at] as Redis;
		await until('replicas have it all', async () => {
			const size = await master.cli('DBSIZE');
			return (await replica.cli('DBSIZE')) === size;
		});
	}
});
after(async () => {
	await cluster?.stop();
});

/** The slots are spread in three equal parts. */
function ownerOf(key: string): Redis {
	const slot = slotOf(Buffer.from(key));
	const at = [0, 1, 2].findLast((third) => slot >= Math.floor((third * 16_384) / 3)) ?? 0;
	return cluster.masters[at] as Redis;
}

const connect = (login: object = {}, options: object = {}): PlainTarget =>
	connectTo({ cluster: { nodes: [addressOf(cluster.masters[1])] }, ...login, ...options });

function lags({ groups }: PlainReading): Record<string, number> {
	return Object.fromEntries(
		groups.map(({ stream, lag }) => {
			assert.ok('messages' in lag && lag.uncertainty === 0, JSON.stringify(lag));
			return [stream, lag.messages];
		}),
	);
}

const expected = Object.fromEntries(
	Array.from({ length: streamCount }, (_, at) => [`orders:${at}`, at] as const),
);

for (const [way, login] of ways) {
	test(`every master's streams are read, found and named, by ${way}`, async () => {
		for (const options of [{}, { streams: { include: Object.keys(expected) } }]) {
			const target = connect(login, options);
			try {
				for (const _ of [1, 2]) {
					const reading = await target.read(soon());
					assert.deepEqual(reading.problems, []);
					assert.ok(reading.complete);
					assert.deepEqual(lags(reading), expected);
				}
				assert.equal(target.requests.get('connect'), 4, 'one for each master, one for the seed');
			} finally {
				await target.close();
			}
		}
	});
}

test('keys of several masters are one logical stream', async () => {
	const target = connect({}, { partitioned: ['(?<stream>orders):(?<partition>[0-9]+)'] });
	try {
		const { streams, groups } = await target.read(soon());
		assert.deepEqual(
			streams.map(({ name, partitionCount }) => [name, partitionCount]),
			[['orders', streamCount]],
		);
		const [group] = groups;
		assert.ok(group && 'ids' in group.lag);
		assert.deepEqual(
			[...(group.lag.told?.lag ?? [])],
			Array.from({ length: streamCount }, (_, at) => at),
		);
	} finally {
		await target.close();
	}
});

test('while keys of a logical stream were never found, no sum of the others is its lag', async () => {
	const [, , silent] = cluster.masters;
	const target = connect({}, { partitioned: ['(?<stream>orders):(?<partition>[0-9]+)'] });
	const lagOf = ({ groups }: PlainReading) => groups[0]?.lag;
	try {
		silent.suspend();
		try {
			const hung = await target.read(AbortSignal.timeout(1000));
			assert.deepEqual(lagOf(hung), { unknown: 'not_read' });
			assert.deepEqual(hung.streams, [{ name: 'orders', producedCount: 0 }]);
		} finally {
			silent.resume();
		}
		const whole = await until('all keys are found', async () => {
			const reading = await target.read(soon());
			return reading.complete && reading;
		});
		const lag = lagOf(whole);
		assert.ok(lag && 'ids' in lag && lag.ids.length === streamCount);
		assert.equal(whole.streams[0]?.producedCount, 0, 'what was found later was not produced now');
		silent.suspend();
		try {
			// What was found once is known to be missing.
			const partly = lagOf(await target.read(AbortSignal.timeout(1000)));
			assert.ok(partly && 'ids' in partly && partly.ids.length === streamCount);
		} finally {
			silent.resume();
		}
	} finally {
		await target.close();
	}
});

test('a single server of a cluster tells its own streams, and whose the others are not', async () => {
	const [first] = cluster.masters;
	const target = connectTo({
		url: `redis://${addressOf(first)}`,
		streams: { include: ['orders:1', 'orders:2', 'orders:3', 'orders:4'] },
	});
	try {
		const { groups, problems, unread } = await target.read(soon());
		assert.ok(groups.length > 0);
		assert.equal(groups.length + unread.length, 4);
		assert.ok(problems.length > 0);
		for (const { code, message } of problems) {
			assert.equal(code, 'wrong_node');
			assert.match(message, /set cluster instead of url/);
		}
	} finally {
		await target.close();
	}
});

describe('slots that move', () => {
	for (const [way, login] of ways) {
		test(`a key is followed while its slot moves, and after, by ${way}`, async () => {
			const key = 'orders:7';
			const slot = String(slotOf(Buffer.from(key)));
			const from = ownerOf(key);
			const to = cluster.masters.find((master) => master !== from) as Redis;
			const idOf = (node: Redis) => node.cli('CLUSTER', 'MYID');
			const [fromId, toId] = [await idOf(from), await idOf(to)];
			const target = connect(login);
			const check = async (what: string) => {
				const reading = await target.read(soon());
				assert.deepEqual(reading.problems, [], what);
				assert.deepEqual(lags(reading), expected, what);
			};
			const settle = async (owner: Redis, id: string) => {
				for (const master of [owner, ...cluster.masters]) {
					await master.cli('CLUSTER', 'SETSLOT', slot, 'NODE', id);
				}
			};
			try {
				await check('before');
				await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
				await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
				await check('announced');
				await from.cli('MIGRATE', '127.0.0.1', String(to.port), key, '0', '5000');
				await check('moved, and the slot is not');
				assert.ok((target.requests.get('asking') ?? 0) > 0);
				await settle(to, toId);
				await check('the slot is too');
				await to.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', fromId);
				await from.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', toId);
				await to.cli('MIGRATE', '127.0.0.1', String(from.port), key, '0', '5000');
				await settle(from, fromId);
				await check('and back');
			} finally {
				await target.close();
			}
		});
	}
});

test('a master that hangs or is gone takes its own streams with it, until it is replaced', async () => {
	const [victim] = cluster.masters;
	const [heir] = cluster.replicas;
	const own = Object.keys(expected).filter((key) => ownerOf(key) === victim);
	const others = Object.fromEntries(
		Object.entries(expected).filter(([key]) => ownerOf(key) !== victim),
	);
	assert.ok(own.length > 0);
	const target = connect();
	const idle = connectTo(
		{ cluster: { nodes: [addressOf(cluster.masters[1])] } },
		{ share: { isWhole: false, owns: () => false } },
	);
	try {
		await target.read(soon());
		assert.deepEqual((await idle.read(soon())).streams, []);
		victim.suspend();
		const [hung, idleHung] = await Promise.all(
			[target, idle].map((one) => one.read(AbortSignal.timeout(700))),
		);
		assert.ok(hung && idleHung);
		assert.equal(idleHung.complete, false, 'a share without any stream is read in part as well');
		assert.deepEqual(lags(hung), others);
		assert.deepEqual(hung.unread.map(({ stream }) => stream).sort(), own.sort());
		assert.deepEqual([...new Set(hung.problems.map(({ code }) => code))], ['timeout']);
		assert.equal(hung.complete, false);

		victim.resume();
		await victim.kill();
		const gone = await target.read(soon());
		assert.deepEqual(lags(gone), { ...lags(gone), ...others });
		await until(
			'its replica is read',
			async () => {
				const reading = await target.read(soon());
				assert.deepEqual(reading.problems, []);
				assert.deepEqual(lags(reading), expected);
				return true;
			},
			{ timeoutMs: 30_000 },
		);
		assert.match(await heir.cli('INFO', 'replication'), /role:master/);
	} finally {
		await Promise.all([target.close(), idle.close()]);
	}
});

test('where two of three masters are gone, what is left is read, and the cluster is told down', async () => {
	const [, second, third] = cluster.masters;
	const [heir, ...replicas] = cluster.replicas;
	const seeds = { cluster: { nodes: [addressOf(second), addressOf(heir)] } };
	const target = connectTo(seeds);
	const idle = connectTo(seeds, { share: { isWhole: false, owns: () => false } });
	try {
		await target.read(soon());
		assert.deepEqual((await idle.read(soon())).streams, []);
		for (const node of [...replicas, second, third]) await node.kill();
		const { groups, problems, complete } = await until('one master alone is read', async () => {
			const reading = await target.read(soon());
			return reading.groups.length < streamCount && reading;
		});
		assert.ok(groups.every(({ stream }) => ownerOf(stream) === cluster.masters[0]));
		assert.ok(problems.length > 0);
		assert.equal(complete, false);

		assert.deepEqual((await idle.read(soon())).streams, []);
		for (const node of [cluster.masters[0], heir]) await node.kill();
		await assert.rejects(idle.read(soon()), UnreadableError);
	} finally {
		await idle.close();
		await target.close();
	}
});
