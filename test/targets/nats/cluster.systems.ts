import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StorageType } from 'nats';
import { type NatsCluster, startNatsCluster, until } from '../../brokers/index.ts';
import { acknowledge, openClient } from './client.ts';
import { jsz } from './jsz.ts';
import { byName, connectTo, unreadable } from './target.ts';

let cluster: NatsCluster;

before(async () => {
	cluster = await startNatsCluster();
	const client = await openClient(cluster.servers[0].url);
	const add = (name: string, num_replicas: number) =>
		client.addStream({
			name,
			subjects: [name],
			num_replicas,
			storage: StorageType.File,
			allow_direct: true,
		});
	await add('all', 3);
	await client.addConsumer('all', { durable_name: 'reader' });
	await client.publish('all', 9);
	await acknowledge((await client.take('all', 'reader', 4)).slice(0, 2));
	for (const index of [1, 2, 3, 4, 5, 6]) {
		const one = { durable_name: `one${index}`, num_replicas: 1, mem_storage: true };
		await client.addConsumer('all', one);
	}
	for (const index of [1, 2, 3, 4, 5, 6]) {
		for (const replicas of [1, 2]) {
			const name = `r${replicas}-${index}`;
			await add(name, replicas);
			await client.addConsumer(name, { durable_name: 'reader' });
			await client.publish(name, index);
		}
	}
	await client.close();
});

after(async () => {
	await cluster?.stop();
});

const streams = 13;
const groups = 19;
const urls = () => cluster.servers.map(({ url }) => url);

function soon(): AbortSignal {
	return AbortSignal.timeout(20_000);
}

test('everything is read from the leaders, as each of them tells it itself', async () => {
	const target = connectTo(urls(), {}, 20_000);
	try {
		const reading = await target.read(soon());
		assert.deepEqual(reading.problems, []);
		assert.equal(reading.complete, true);
		assert.equal(reading.streams.length, streams);
		assert.equal(reading.groups.length, groups);
		const read = byName(reading);
		for (const [index, server] of cluster.servers.entries()) {
			const name = `n${index + 1}`;
			for (const stream of await jsz(server)) {
				for (const consumer of stream.consumer_detail) {
					if (consumer.cluster?.leader !== name) continue;
					const group = read.get(`${stream.name}/${consumer.name}`);
					assert.deepEqual(group?.lag, { messages: consumer.num_pending });
					assert.equal(group?.pending, consumer.num_ack_pending);
				}
			}
		}
		assert.ok((read.get('all/reader')?.pendingAgeSeconds ?? 0) > 0);
	} finally {
		await target.close();
	}
});

test('through changes of leaders nothing is read wrong, and nothing given up counts twice', async () => {
	const target = connectTo(urls(), {}, 20_000);
	const client = await openClient(cluster.servers[0].url);
	try {
		await client.addStream({ name: 'poison', subjects: ['poison'], num_replicas: 3 });
		await client.addConsumer('poison', { durable_name: 'ill', max_deliver: 1, ack_wait: 1e8 });
		await client.publish('poison', 1);
		await target.read(soon());
		const counted = async () => byName(await target.read(soon())).get('poison/ill')?.exhaustedCount;
		const inbox = 'ignored.poison';
		client.connection.subscribe(inbox, { callback: () => {} });
		const pull = () => {
			const request = JSON.stringify({ batch: 1, no_wait: true });
			const subject = '$JS.API.CONSUMER.MSG.NEXT.poison.ill';
			client.connection.publish(subject, request, { reply: inbox });
		};
		await until('the message is given up', async () => {
			pull();
			return (await counted()) === 1;
		});

		const led = new Set<string>();
		for (const _ of [1, 2, 3]) {
			for (const subject of [
				'STREAM.LEADER.STEPDOWN.all',
				'CONSUMER.LEADER.STEPDOWN.all.reader',
				'CONSUMER.LEADER.STEPDOWN.poison.ill',
			]) {
				await client.connection.request(`$JS.API.${subject}`, '', { timeout: 5000 });
				const reading = await target.read(soon());
				// For a moment there may be no leader: then it is unread, and not wrong.
				const reader = byName(reading).get('all/reader');
				const unread = reading.unread.some(({ stream }) => stream === 'all');
				assert.deepEqual(reader ? reader.lag : 'unread', unread ? 'unread' : { messages: 5 });
				if (reader) assert.equal(reader.pending, 2);
			}
			await until('there is a leader again', async () => {
				const { cluster: of } = await client.manager.consumers.info('all', 'reader');
				if (of?.leader) led.add(of.leader);
				return of?.leader;
			});
		}
		assert.ok(led.size > 1, `led by ${[...led]}`);
		await until('everything has a leader', async () => {
			pull();
			return (await target.read(soon())).problems.length === 0;
		});
		assert.equal(await counted(), 1);
	} finally {
		await client.manager.streams.delete('poison');
		await client.close();
		await target.close();
	}
});

test('with a server down the rest is right, and what it alone had is unread', async () => {
	const client = await openClient(cluster.servers[0].url);
	const leaders = new Map<string, string>();
	const replicas = new Map<string, readonly string[]>();
	for (const index of [1, 2, 3, 4, 5, 6]) {
		for (const name of [`r1-${index}`, `r2-${index}`]) {
			const { cluster: of } = await client.manager.streams.info(name);
			const all = [of?.leader ?? '', ...(of?.replicas ?? []).map((replica) => replica.name)];
			leaders.set(name, of?.leader ?? '');
			replicas.set(name, all);
		}
		const { cluster: of } = await client.manager.consumers.info('all', `one${index}`);
		replicas.set(`one${index}`, [of?.leader ?? '']);
	}
	await client.close();
	const downName = replicas.get('r1-1')?.[0] ?? '';
	const down = cluster.server(downName);
	// One of two is no majority.
	const lost = [...replicas].flatMap(([name, all]) =>
		/^r\d/.test(name) && all.includes(downName) ? [name] : [],
	);
	const target = connectTo(urls(), {}, 20_000);
	try {
		await target.read(soon());
		await down.kill();
		const reading = await until(
			'all that can be read is read',
			async () => {
				const read = await target.read(soon());
				// A leader that has lost its majority tells what it knows for some seconds more.
				const hasLed = lost.some((name) => byName(read).has(`${name}/reader`));
				return !hasLed && byName(read).has('all/reader') && read;
			},
			{ timeoutMs: 60_000 },
		);
		const read = byName(reading);
		assert.deepEqual(read.get('all/reader')?.lag, { messages: 5 });
		assert.equal(read.get('all/reader')?.pending, 2);
		for (const index of [1, 2, 3, 4, 5, 6]) {
			for (const name of [`r1-${index}`, `r2-${index}`]) {
				const unread = reading.unread.find(({ stream }) => stream === name);
				if (lost.includes(name)) {
					assert.ok(unread, `${name} is not told as unread`);
					assert.ok(['missing', 'no_leader'].includes(unread.reason));
					assert.equal(read.get(`${name}/reader`), undefined);
				} else {
					assert.deepEqual(read.get(`${name}/reader`)?.lag, { messages: index }, name);
				}
			}
			const one = read.get(`all/one${index}`);
			if (replicas.get(`one${index}`)?.[0] === downName) assert.equal(one, undefined);
			else assert.deepEqual(one?.lag, { messages: 9 });
		}
		const codes = new Set(reading.problems.map(({ code }) => code));
		assert.ok(codes.has('missing') || codes.has('no_leader'));
		for (const code of codes) {
			assert.ok(['missing', 'no_leader', 'advisories_missed', 'timeout'].includes(code), code);
		}

		await down.restart();
		await until(
			'everything is read again',
			async () => {
				const { problems, groups: all } = await target.read(soon());
				return problems.length === 0 && all.length === groups;
			},
			{ timeoutMs: 60_000 },
		);
	} finally {
		await target.close();
	}
});

test('a cluster that has lost its majority is told, and read again when it is back', async () => {
	const [first, second] = cluster.servers;
	const target = connectTo(urls(), {}, 5000);
	try {
		await Promise.all([first.kill(), second.kill()]);
		await until(
			'it is told',
			async () => {
				const problems = await unreadable(target.read(AbortSignal.timeout(5000)));
				const codes = problems.map(({ code }) => code);
				return ['api_error', 'jetstream_disabled', 'timeout'].some((code) => codes.includes(code));
			},
			{ timeoutMs: 60_000 },
		);
		await Promise.all([first.restart(), second.restart()]);
		await until(
			'everything is read again',
			async () => {
				const { problems, groups: all } = await target.read(soon());
				return problems.length === 0 && all.length === groups;
			},
			{ timeoutMs: 60_000 },
		);
	} finally {
		await target.close();
	}
});
