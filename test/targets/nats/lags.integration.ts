import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AckPolicy } from 'nats';
import type { Group } from '../../../src/model.ts';
import { type Nats, startNats, until } from '../../brokers/index.ts';
import { acknowledge, openClient } from './client.ts';
import { jsz } from './jsz.ts';
import { byName, connectTo, readOnce, sent, withoutTimes } from './target.ts';

let server: Nats;
let client: Awaited<ReturnType<typeof openClient>>;
const hourNs = 3600e9;

before(async () => {
	server = await startNats();
	client = await openClient(server.url);
});

after(async () => {
	await client?.close();
	await server?.stop();
});

/** Reads everything, and looks whether each number is the one that the server itself tells. */
async function readAndCompare() {
	const reading = await readOnce(server.url);
	assert.deepEqual(reading.problems, []);
	assert.deepEqual(reading.unread, []);
	assert.equal(reading.complete, true);
	assert.equal(reading.version, server.version);
	const groups = byName(reading);
	const truth = await jsz(server);
	assert.deepEqual(
		new Map(reading.streams.map(({ name, length, bytes }) => [name, { length, bytes }])),
		new Map(truth.map(({ name, state }) => [name, { length: state.messages, bytes: state.bytes }])),
	);
	const durables = truth.flatMap((stream) =>
		stream.consumer_detail
			.filter(({ config }) => config.durable_name !== undefined)
			.map((consumer) => ({ stream: stream.name, ...consumer })),
	);
	for (const { stream, name, ...consumer } of durables) {
		const group = groups.get(`${stream}/${name}`);
		assert.deepEqual(group?.lag, { messages: consumer.num_pending }, `${stream}/${name}`);
		assert.deepEqual(group?.position, { major: consumer.delivered.stream_seq, minor: 0 });
		assert.equal(group?.redelivered, consumer.num_redelivered);
		if (group?.pending !== undefined) assert.equal(group.pending, consumer.num_ack_pending);
		if (group?.kind === 'pull') assert.equal(group.waitingPulls, consumer.num_waiting);
	}
	assert.equal(
		reading.groups.filter(({ consumerGroup }) => consumerGroup !== '<ephemeral>').length,
		durables.length,
	);
	return groups;
}

test('what was delivered, acknowledged and delivered again counts as the server counts it', async () => {
	await client.addStream({ name: 'orders', subjects: ['orders.*'] });
	for (const name of ['untouched', 'worked', 'impatient']) {
		await client.addConsumer('orders', { durable_name: name, max_ack_pending: 50 });
	}
	await client.publish('orders.eu', 12);
	await client.publish('orders.us', 8);

	const worked = await client.take('orders', 'worked', 9);
	await acknowledge(worked.slice(0, 5));
	const impatient = await client.take('orders', 'impatient', 6);
	for (const message of impatient.slice(0, 4)) message.nak();
	await until('the four messages are delivered again', async () => {
		const messages = await client.take('orders', 'impatient', 4);
		return messages.every((message) => message.redelivered);
	});

	const groups = await readAndCompare();
	assert.deepEqual(withoutTimes(groups.get('orders/untouched')), {
		stream: 'orders',
		consumerGroup: 'untouched',
		kind: 'pull',
		state: 'active',
		paused: false,
		lag: { messages: 20 },
		position: { major: 0, minor: 0 },
		acknowledged: { major: 0, minor: 0 },
		line: { position: 0, start: 0, end: 20 },
		consumedCount: 0,
		readers: { present: false },
		pending: 0,
		pendingLimit: 50,
		redelivered: 0,
		exhaustedCount: 0,
		waitingPulls: 0,
	});
	const of = (name: string) => {
		const { lag, pending, redelivered, consumedCount, readers } =
			groups.get(`orders/${name}`) ?? {};
		return { lag: lagOf(lag), pending, redelivered, consumedCount, readers };
	};
	const readers = { present: true };
	assert.deepEqual(of('worked'), {
		lag: 11,
		pending: 4,
		redelivered: 0,
		consumedCount: 9,
		readers,
	});
	// Delivered again is consumed again.
	assert.deepEqual(of('impatient'), {
		lag: 14,
		pending: 6,
		redelivered: 4,
		consumedCount: 10,
		readers,
	});
});

test('a filter and deleted messages make the lag what can still be delivered', async () => {
	await client.addStream({ name: 'filtered', subjects: ['f.>'] });
	await client.addConsumer('filtered', { durable_name: 'one', filter_subject: 'f.a' });
	await client.addConsumer('filtered', { durable_name: 'all' });
	await client.publish('f.a', 4);
	await client.publish('f.b', 6);
	for (const sequence of [1, 7]) await client.manager.streams.deleteMessage('filtered', sequence);

	const groups = await readAndCompare();
	assert.deepEqual(groups.get('filtered/one')?.lag, { messages: 3 });
	assert.deepEqual(groups.get('filtered/all')?.lag, { messages: 8 });
});

test('push consumers have a member while one is bound, and pending only if they acknowledge', async () => {
	await client.addStream({ name: 'pushed', subjects: ['pushed'] });
	await client.publish('pushed', 10);
	const subscription = client.connection.subscribe('deliver.bound', { callback: () => {} });
	const config = { durable_name: 'bound', deliver_subject: 'deliver.bound', max_ack_pending: 3 };
	await client.addConsumer('pushed', config);
	await client.addConsumer('pushed', { durable_name: 'alone', deliver_subject: 'deliver.alone' });
	await client.addConsumer('pushed', {
		durable_name: 'careless',
		deliver_subject: 'deliver.careless',
		ack_policy: AckPolicy.None,
	});
	await until('three messages are on their way', async () => {
		const { num_ack_pending } = await client.manager.consumers.info('pushed', 'bound');
		return num_ack_pending === 3;
	});

	const groups = await readAndCompare();
	const shared = { stream: 'pushed', kind: 'push', state: 'active', paused: false, redelivered: 0 };
	assert.deepEqual(withoutTimes(groups.get('pushed/bound')), {
		...shared,
		consumerGroup: 'bound',
		lag: { messages: 7 },
		position: { major: 3, minor: 0 },
		acknowledged: { major: 0, minor: 0 },
		line: { position: 0, start: 0, end: 10 },
		consumedCount: 3,
		readers: { present: true },
		pending: 3,
		pendingLimit: 3,
		exhaustedCount: 0,
		members: 1,
	});
	assert.deepEqual(withoutTimes(groups.get('pushed/careless')), {
		...shared,
		consumerGroup: 'careless',
		lag: { messages: 10 },
		position: { major: 0, minor: 0 },
		line: { position: 0, start: 0, end: 10 },
		consumedCount: 0,
		readers: { present: false },
		members: 0,
	});
	assert.equal(groups.get('pushed/alone')?.members, 0);

	subscription.unsubscribe();
	await until('nobody is bound any more', async () => {
		const { push_bound } = await client.manager.consumers.info('pushed', 'bound');
		return push_bound !== true;
	});
	assert.equal((await readAndCompare()).get('pushed/bound')?.members, 0);
});

test('a pull request that waits is counted while it waits', async () => {
	await client.addStream({ name: 'quiet', subjects: ['quiet'] });
	await client.addConsumer('quiet', { durable_name: 'waiting' });
	const request = JSON.stringify({ batch: 1, expires: hourNs });
	const inbox = 'waiting.for.messages';
	const subscription = client.connection.subscribe(inbox, { callback: () => {} });
	client.connection.publish('$JS.API.CONSUMER.MSG.NEXT.quiet.waiting', request, { reply: inbox });
	await until('the request waits', async () => {
		return (await client.manager.consumers.info('quiet', 'waiting')).num_waiting === 1;
	});
	assert.equal((await readAndCompare()).get('quiet/waiting')?.waitingPulls, 1);
	subscription.unsubscribe();
});

test('ephemeral consumers of a stream are one group, also those with a name of their own', async () => {
	await client.addStream({ name: 'visited', subjects: ['visited'] });
	await client.publish('visited', 9);
	await client.addConsumer('visited', { durable_name: 'resident' });
	const names = [
		await client.addConsumer('visited', { inactive_threshold: hourNs }),
		await client.addConsumer('visited', { name: 'guest', inactive_threshold: hourNs }),
		await client.addConsumer('visited', { inactive_threshold: hourNs }),
	];
	await client.take('visited', names[0] ?? '', 9);
	await client.take('visited', 'guest', 4);

	const groups = await readAndCompare();
	assert.deepEqual(withoutTimes(groups.get('visited/<ephemeral>')), {
		stream: 'visited',
		consumerGroup: '<ephemeral>',
		kind: 'pull',
		state: 'active',
		lag: { messages: 9 },
		pending: 13,
		members: 3,
	});
	assert.equal(groups.get('visited/guest'), undefined);
	for (const name of names) await client.manager.consumers.delete('visited', name);
	assert.equal((await readAndCompare()).get('visited/<ephemeral>'), undefined);
});

test('a paused consumer says so, and keeps its lag', async () => {
	await client.addStream({ name: 'halted', subjects: ['halted'] });
	await client.addConsumer('halted', { durable_name: 'resting' });
	await client.publish('halted', 5);
	await client.manager.consumers.pause('halted', 'resting', new Date(Date.now() + 3_600_000));
	const paused = (await readAndCompare()).get('halted/resting');
	assert.equal(paused?.state, 'paused');
	assert.equal(paused?.paused, true);
	assert.deepEqual(paused?.lag, { messages: 5 });
	await client.manager.consumers.resume('halted', 'resting');
	assert.equal((await readAndCompare()).get('halted/resting')?.state, 'active');
});

test('limits and ages of a stream are told, and an empty one has no ages', async () => {
	await client.addStream({
		name: 'limited',
		subjects: ['limited'],
		max_msgs: 5,
		max_age: 90 * hourNs,
	});
	const stream = async () => {
		const { streams } = await readOnce(server.url);
		return streams.find(({ name }) => name === 'limited');
	};
	assert.deepEqual(await stream(), {
		name: 'limited',
		length: 0,
		producedCount: 0,
		bytes: 0,
		lengthLimit: 5,
		retentionSeconds: 90 * 3600,
		trimsBySize: false,
	});
	await client.publish('limited', 8);
	const before = await stream();
	assert.equal(before?.length, 5);
	assert.equal(before?.trimsBySize, true);
	assert.equal(before?.producedCount, 8);
	const { oldestMessageAgeSeconds: oldest = -1, newestMessageAgeSeconds: newest = -1 } =
		before ?? {};
	assert.ok(newest >= 0 && newest <= oldest && oldest < 5, `${newest} ${oldest}`);
	await until('both ages grow', async () => {
		const now = await stream();
		return (
			(now?.oldestMessageAgeSeconds ?? 0) > oldest && (now?.newestMessageAgeSeconds ?? 0) > newest
		);
	});
});

test('every name that the server takes is read and shown', async () => {
	// All but white space, dots, wildcards and path separators.
	const names = ['ü"q', "a'b", 'a$b', '{a}', '<b', 'a\u2028b', 'a\u00a0b', 'a\u0001b', '😀', '%41'];
	for (const [index, name] of names.entries()) {
		await client.addStream({ name, subjects: [`odd.${index}`] });
		await client.publish(`odd.${index}`, index + 1);
		await client.addConsumer(name, { durable_name: name });
	}
	const groups = await readAndCompare();
	for (const [index, name] of names.entries()) {
		assert.deepEqual(groups.get(`${name}/${name}`)?.lag, { messages: index + 1 }, name);
	}
});

test('what is out of scope is neither asked for nor read', async () => {
	const target = connectTo(server.url, {
		time_lag: 'none',
		streams: { include: ['orders', 'filtered', 'visited'], exclude: ['visit*'] },
		groups: { include: ['*'], exclude: ['/un.*/'] },
	});
	try {
		const reading = await target.read(AbortSignal.timeout(10_000));
		assert.deepEqual([...byName(reading).keys()].sort(), [
			'filtered/all',
			'filtered/one',
			'orders/impatient',
			'orders/worked',
		]);
		assert.deepEqual(
			reading.streams.map(({ name }) => name),
			['filtered', 'orders'],
		);
		assert.deepEqual(reading.problems, []);
		assert.deepEqual(sent(target), { connect: 1, subscribe: 1, stream_list: 1, consumer_list: 2 });
	} finally {
		await target.close();
	}
});

test('the streams of other products are out of scope by default', async () => {
	for (const name of ['KV_settings', 'OBJ_files', '$MQTT_msgs']) {
		await client.addStream({ name, subjects: [`product.${name.replace('$', '')}`] });
	}
	const { streams } = await readOnce(server.url);
	assert.ok(streams.some(({ name }) => name === 'orders'));
	assert.deepEqual(
		streams.filter(({ name }) => /KV_|OBJ_|MQTT/.test(name)),
		[],
	);
	for (const name of ['KV_settings', 'OBJ_files', '$MQTT_msgs']) {
		await client.manager.streams.delete(name);
	}
});

test('more consumers and streams than a page holds are all read, each once', async () => {
	const many = Array.from({ length: 600 }, (_, index) => `c${String(index).padStart(4, '0')}`);
	await client.addStream({ name: 'crowded', subjects: ['crowded'] });
	await client.publish('crowded', 2);
	await eachOfFew(many, async (name) => {
		await client.addConsumer('crowded', { durable_name: name });
	});
	const streams = Array.from({ length: 300 }, (_, index) => `s${String(index).padStart(4, '0')}`);
	await eachOfFew(streams, async (name) => {
		await client.addStream({ name, subjects: [`many.${name}`] });
		await client.addConsumer(name, { durable_name: 'reader' });
		await client.publish(`many.${name}`, Number(name.slice(1)) % 7);
	});

	const groups = await readAndCompare();
	for (const name of many) {
		assert.deepEqual(groups.get(`crowded/${name}`)?.lag, { messages: 2 }, name);
	}
	for (const name of streams) {
		const messages = Number(name.slice(1)) % 7;
		assert.deepEqual(groups.get(`${name}/reader`)?.lag, { messages }, name);
	}
});

function lagOf(lag: Group['lag'] | undefined): number | undefined {
	return lag && 'messages' in lag ? lag.messages : undefined;
}

async function eachOfFew(names: readonly string[], work: (name: string) => Promise<void>) {
	const queue = [...names];
	const worker = async () => {
		for (let name = queue.shift(); name !== undefined; name = queue.shift()) await work(name);
	};
	await Promise.all(Array.from({ length: 20 }, worker));
}
