import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Nats, startNats, until } from '../../brokers/index.ts';
import { acknowledge, openClient } from './client.ts';
import { byName, connectTo, readOnce } from './target.ts';

const maxDeliveries = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES';
let server: Nats;
let client: Awaited<ReturnType<typeof openClient>>;

before(async () => {
	server = await startNats({
		config: `authorization { users: [
			{ user: app, password: app-secret }
			{ user: deaf, password: deaf-secret, permissions: { subscribe: ["_INBOX.>"] } }
		] }`,
	});
	client = await openClient(server.url, { user: 'app', pass: 'app-secret' });
});

after(async () => {
	await client?.close();
	await server?.stop();
});

const app = { username: 'app', password: 'app-secret' };

function soon(): AbortSignal {
	return AbortSignal.timeout(10_000);
}

/** Takes a message again and again without acknowledging it, until the server gives it up. */
async function exhaust(stream: string, consumer: string): Promise<void> {
	let told = 0;
	const subscription = client.connection.subscribe(`${maxDeliveries}.${stream}.${consumer}`, {
		callback: () => {
			told += 1;
		},
	});
	// Whoever hears a message need not acknowledge it, but nobody must not be asking.
	const inbox = `ignored.${stream}.${consumer}`;
	const ignored = client.connection.subscribe(inbox, { callback: () => {} });
	await client.connection.flush();
	await until(
		'the message is given up',
		async () => {
			const request = JSON.stringify({ batch: 1, no_wait: true });
			const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
			client.connection.publish(subject, request, { reply: inbox });
			await client.connection.flush();
			return told > 0;
		},
		{ everyMs: 100 },
	);
	subscription.unsubscribe();
	ignored.unsubscribe();
	assert.equal(told, 1);
}

test('a poison message is counted once when it is given up, for its consumer alone', async () => {
	await client.addStream({ name: 'orders', subjects: ['orders'] });
	const poison = { max_deliver: 2, ack_wait: 100e6 };
	await client.addConsumer('orders', { durable_name: 'billing', ...poison });
	await client.addConsumer('orders', { durable_name: 'shipping', ...poison });
	await client.publish('orders', 1);
	const target = connectTo(server.url, app);
	try {
		const counted = async (consumer: string) =>
			byName(await target.read(soon())).get(`orders/${consumer}`)?.exhaustedCount;
		assert.equal(await counted('billing'), 0);
		await exhaust('orders', 'billing');
		for (const _ of [1, 2, 3]) assert.equal(await counted('billing'), 1);
		assert.equal(await counted('shipping'), 0);
		const billing = byName(await target.read(soon())).get('orders/billing');
		assert.deepEqual(billing?.lag, { messages: 0 });
		assert.equal(billing?.pending, 0);
		// A target that was not there then has not heard of it.
		const later = byName(await readOnce(server.url, app)).get('orders/billing');
		assert.equal(later?.exhaustedCount, 0);
	} finally {
		await target.close();
	}
});

test('a message that was given up is not the oldest that is pending', async () => {
	await client.addStream({ name: 'parcels', subjects: ['parcels'] });
	const config = { max_deliver: 1, ack_wait: 200e6 };
	await client.addConsumer('parcels', { durable_name: 'depot', ...config });
	const target = connectTo(server.url, app);
	try {
		await target.read(soon());
		await client.publish('parcels', 1);
		await exhaust('parcels', 'depot');
		await client.manager.consumers.update('parcels', 'depot', { max_deliver: 5, ack_wait: 30e9 });
		await client.publish('parcels', 3);
		const taken = await until('messages are taken', async () => {
			const messages = await client.take('parcels', 'depot', 2);
			return messages.every(({ seq }) => seq > 1) && messages;
		});
		// The acknowledgement floor stays before the first, and the second is pending.
		await acknowledge(taken.slice(1));
		const { ack_floor, num_ack_pending } = await client.manager.consumers.info('parcels', 'depot');
		assert.deepEqual([ack_floor.stream_seq, num_ack_pending], [0, 1]);
		const fromMs = Date.now();
		const group = byName(await target.read(soon())).get('parcels/depot');
		const toMs = Date.now();
		const { time } = await client.manager.streams.getMessage('parcels', { seq: 2 });
		const [least, most] = [fromMs, toMs].map((ms) => (ms - time.getTime()) / 1000);
		assert.equal(group?.exhaustedCount, 1);
		const age = group?.pendingAgeSeconds ?? Number.NaN;
		assert.ok(
			age >= (least ?? 0) - 0.05 && age <= (most ?? 0) + 0.05,
			`${age} s is not between ${least} s and ${most} s`,
		);
	} finally {
		await target.close();
	}
});

test('a flood of advisories is counted whole, and what is none is told', async () => {
	await client.addStream({ name: 'flooded', subjects: ['flooded'] });
	await client.addConsumer('flooded', { durable_name: 'drain' });
	const target = connectTo(server.url, app);
	try {
		await target.read(soon());
		const flood = 20_000;
		for (let sequence = 1; sequence <= flood; sequence++) {
			const advisory = { stream: 'flooded', consumer: 'drain', stream_seq: sequence };
			client.connection.publish(`${maxDeliveries}.flooded.drain`, JSON.stringify(advisory));
		}
		// Of another domain, which has a stream of the same name.
		const foreign = { stream: 'flooded', consumer: 'drain', stream_seq: 1, domain: 'leaf' };
		client.connection.publish(`${maxDeliveries}.flooded.drain`, JSON.stringify(foreign));
		for (const text of ['', '{', '7', '{"stream":1}']) {
			client.connection.publish(`${maxDeliveries}.flooded.drain`, text);
		}
		await client.connection.flush();
		const problems: string[] = [];
		await until('all are counted', async () => {
			const reading = await target.read(soon());
			problems.push(...reading.problems.map(({ code, message }) => `${code} ${message}`));
			return byName(reading).get('flooded/drain')?.exhaustedCount === flood && problems.length > 0;
		});
		assert.match(problems.join(), /malformed_answer \$JS\.EVENT.*: 4 advisories cannot be read/);
		const last = await target.read(soon());
		assert.equal(byName(last).get('flooded/drain')?.exhaustedCount, flood);
		assert.deepEqual(last.problems, []);
	} finally {
		await target.close();
	}
});

test('a user that may not hear advisories is told so, and has no count', async () => {
	const deaf = { username: 'deaf', password: 'deaf-secret' };
	const reading = await readOnce(server.url, deaf);
	assert.deepEqual(
		reading.problems.map(({ code, operation, subject }) => [code, operation, subject]),
		[['not_authorized', 'subscribe', `${maxDeliveries}.>`]],
	);
	const group = byName(reading).get('orders/shipping');
	assert.deepEqual(group?.lag, { messages: 1 });
	assert.equal(group?.exhaustedCount, undefined);
});

test('after a lost connection the count goes on, and what may have been missed is told once', async () => {
	const target = connectTo(server.url, app);
	try {
		await target.read(soon());
		await exhaust('orders', 'shipping');
		assert.equal(byName(await target.read(soon())).get('orders/shipping')?.exhaustedCount, 1);
		await client.close();
		await server.restart();
		client = await openClient(server.url, { user: 'app', pass: 'app-secret' });
		await client.addStream({ name: 'orders', subjects: ['orders'] });
		await client.addConsumer('orders', { durable_name: 'shipping', max_deliver: 1, ack_wait: 1e8 });
		const codes = async () => {
			const reading = await target.read(soon());
			const { exhaustedCount } = byName(reading).get('orders/shipping') ?? {};
			return { exhaustedCount, codes: reading.problems.map(({ code }) => code) };
		};
		assert.deepEqual(await codes(), { exhaustedCount: 1, codes: ['advisories_missed'] });
		await client.publish('orders', 1);
		await exhaust('orders', 'shipping');
		assert.deepEqual(await codes(), { exhaustedCount: 2, codes: [] });
	} finally {
		await target.close();
	}
});
