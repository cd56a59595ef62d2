import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Nats, startNats } from '../../brokers/index.ts';
import { openClient } from './client.ts';
import { byName, connectTo, readOnce, unreadable } from './target.ts';

/** The permissions that reading lags takes, and no more. */
const least =
	'{ publish: ["$JS.API.STREAM.LIST", "$JS.API.CONSUMER.LIST.*", "$JS.API.STREAM.MSG.GET.*"], subscribe: ["_INBOX.>", "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>"] }';

const config = `
accounts {
	SHOP {
		jetstream: enabled
		users: [
			{ user: app, password: app-secret }
			{ user: least, password: least-secret, permissions: ${least} }
			{ user: blind, password: blind-secret, permissions: { publish: { deny: "$JS.API.STREAM.LIST" } } }
			{ user: deaf, password: deaf-secret, permissions: { subscribe: { deny: "_INBOX.>" } } }
			{ user: narrow, password: narrow-secret, permissions: { publish: { deny: ["$JS.API.CONSUMER.LIST.returns", "$JS.API.CONSUMER.LIST.refunds"] } } }
		]
	}
	DEPOT { jetstream: enabled, users: [{ user: depot, password: depot-secret }] }
	BARE { users: [{ user: bare, password: bare-secret }] }
}`;

let server: Nats;

before(async () => {
	server = await startNats({ config });
	for (const [user, streams] of [
		['app', ['orders', 'returns', 'refunds']],
		['depot', ['pallets']],
	] as const) {
		const client = await openClient(server.url, { user, pass: `${user}-secret` });
		for (const name of streams) {
			await client.addStream({ name, subjects: [name] });
			await client.addConsumer(name, { durable_name: 'billing' });
			await client.publish(name, 3);
		}
		await client.close();
	}
});

after(async () => {
	await server?.stop();
});

function as(user: string, password = `${user}-secret`) {
	return { username: user, password };
}

async function problemsAs(user: string, password?: string) {
	const target = connectTo(server.url, as(user, password));
	const startedMs = performance.now();
	try {
		const problems = await unreadable(target.read(AbortSignal.timeout(10_000)));
		assert.equal(problems.length, 1);
		return { problem: problems[0], afterMs: performance.now() - startedMs };
	} finally {
		await target.close();
	}
}

test('the least permissions are enough to read everything', async () => {
	const reading = await readOnce(server.url, as('least'));
	assert.deepEqual(reading.problems, []);
	assert.deepEqual(
		[...byName(reading)].map(([name, { lag }]) => [name, lag]),
		['orders', 'refunds', 'returns'].map((name) => [`${name}/billing`, { messages: 3 }]),
	);
});

test('each account has its own streams', async () => {
	const reading = await readOnce(server.url, as('depot'));
	assert.deepEqual([...byName(reading).keys()], ['pallets/billing']);
});

test('a wrong password is told at once, and never shown', async () => {
	const { problem, afterMs } = await problemsAs('app', 'a-wrong-secret');
	assert.equal(problem?.code, 'auth_failed');
	assert.equal(problem?.operation, 'connect');
	assert.equal(problem?.subject, server.url.replace('nats://', ''));
	assert.match(problem?.message ?? '', /Authorization Violation.*check username and password/);
	assert.ok(!problem?.message.includes('a-wrong-secret'));
	assert.ok(afterMs < 2000, `after ${afterMs} ms`);
});

test('no password where one is needed is told as such', async () => {
	const problems = await unreadable(readOnce(server.url));
	assert.deepEqual(
		problems.map(({ code }) => code),
		['auth_failed'],
	);
});

test('an account without JetStream is told in words', async () => {
	const { problem, afterMs } = await problemsAs('bare');
	assert.equal(problem?.code, 'jetstream_disabled');
	assert.match(problem?.message ?? '', /JetStream not enabled for account \(10039\); enable/);
	assert.ok(afterMs < 2000, `after ${afterMs} ms`);
});

test('a server without JetStream is told in words', async () => {
	const off = await startNats({ jetstream: false });
	try {
		const problems = await unreadable(readOnce(off.url));
		assert.deepEqual(
			problems.map(({ code, operation }) => [code, operation]),
			[['jetstream_disabled', 'stream_list']],
		);
		assert.match(problems[0]?.message ?? '', /^\$JS\.API\.STREAM\.LIST: .*is JetStream enabled/);
	} finally {
		await off.stop();
	}
});

test('a user that may not list streams is told which subject to allow', async () => {
	const { problem, afterMs } = await problemsAs('blind');
	assert.equal(problem?.code, 'not_authorized');
	assert.equal(problem?.subject, '$JS.API.STREAM.LIST');
	assert.match(problem?.message ?? '', /^\$JS\.API\.STREAM\.LIST: the user may not publish/);
	assert.ok(afterMs < 2000, `after ${afterMs} ms`);
});

test('a user that may not receive answers is told so', async () => {
	const { problem, afterMs } = await problemsAs('deaf');
	assert.equal(problem?.code, 'not_authorized');
	assert.match(problem?.message ?? '', /may not subscribe to _INBOX\.>/);
	assert.ok(afterMs < 2000, `after ${afterMs} ms`);
});

test('streams whose consumers may not be listed are one problem, and the rest is right', async () => {
	const reading = await readOnce(server.url, as('narrow'));
	assert.deepEqual(
		reading.problems.map(({ code, operation, message }) => ({ code, operation, message })),
		[
			{
				code: 'not_authorized',
				operation: 'consumer_list',
				message:
					'$JS.API.CONSUMER.LIST.refunds, $JS.API.CONSUMER.LIST.returns: the user may not publish to this subject; allow it',
			},
		],
	);
	assert.equal(reading.complete, false);
	assert.deepEqual([...byName(reading).keys()], ['orders/billing']);
	assert.equal(reading.streams.length, 3);
});

test('a token is accepted when it is right, and refused when it is wrong', async () => {
	const guarded = await startNats({ config: 'authorization { token: "a-token" }' });
	try {
		assert.deepEqual((await readOnce(guarded.url, { token: 'a-token' })).problems, []);
		const problems = await unreadable(readOnce(guarded.url, { token: 'another-token' }));
		assert.deepEqual(
			problems.map(({ code }) => code),
			['auth_failed'],
		);
	} finally {
		await guarded.stop();
	}
});
