import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PlainReading } from '../../src/model.ts';
import { type Nats, startNats, until } from '../brokers/index.ts';
import { openClient } from '../targets/nats/client.ts';
import { makeOperator } from '../targets/nats/jwt.ts';
import { type Examined, examine, lineOf, poll } from './examine.ts';
import { blocksOf } from './least.ts';

const [least = ''] = blocksOf('permissions.md', 'NATS JetStream');
const password = 'correct-horse';

/** A line of the server's configuration for a user; without one of the permissions. */
function user(name: string, withdrawn?: string): string {
	const permissions = withdrawn === undefined ? least : least.replace(`"${withdrawn}"`, '');
	assert.ok(withdrawn === undefined || permissions !== least, `${withdrawn} is on the page`);
	return `{ user: ${name}, password: "${password}", ${permissions.trim()} }`;
}

/** What is taken away, what is told, and what a poll then lacks. */
const withdrawals: readonly (readonly [
	permission: string,
	verb: 'publish' | 'subscribe',
	operation: string,
	lost: RegExp,
	holds: (less: PlainReading, whole: PlainReading) => void,
])[] = [
	[
		'$JS.API.CONSUMER.LIST.*',
		'publish',
		'CONSUMER.LIST',
		/the consumers of these streams/,
		(less, whole) => {
			assert.deepEqual(less.groups, []);
			assert.deepEqual(facts(less.streams), facts(whole.streams));
		},
	],
	['$JS.API.STREAM.INFO.*', 'publish', 'STREAM.INFO', /in a cluster, streams whose leader/, same],
	[
		'$JS.API.CONSUMER.INFO.*.*',
		'publish',
		'CONSUMER.INFO',
		/in a cluster, consumers whose leader/,
		same,
	],
	['$JS.API.DIRECT.GET.*', 'publish', 'DIRECT.GET', /nothing but speed/, same],
	[
		'$JS.API.STREAM.MSG.GET.*',
		'publish',
		'STREAM.MSG.GET',
		/the ages of the oldest messages, on streams without allow_direct/,
		(less, whole) => {
			assert.deepEqual(aged(whole), ['direct/billing', 'orders/billing']);
			assert.deepEqual(aged(less), ['direct/billing']);
			assert.equal(less.groups.length, whole.groups.length);
		},
	],
	[
		'$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
		'subscribe',
		'advisories',
		/stream_consumer_exhausted_total/,
		(less, whole) => {
			assert.ok(whole.groups.every(({ exhaustedCount }) => exhaustedCount === 0));
			assert.ok(less.groups.every(({ exhaustedCount }) => exhaustedCount === undefined));
			assert.deepEqual(aged(less), aged(whole));
		},
	],
];

/** What is lost without them is everything. */
const fatal = [
	['$JS.API.STREAM.LIST', 'publish', 'STREAM.LIST'],
	['_INBOX.>', 'subscribe', 'answers'],
] as const;

function same(less: PlainReading, whole: PlainReading): void {
	assert.deepEqual(facts(less.streams), facts(whole.streams));
	assert.deepEqual(facts(less.groups), facts(whole.groups));
	assert.deepEqual(less.problems, []);
}

/** Which facts there are; their values change with time. */
function facts(records: readonly object[]): readonly (readonly string[])[] {
	return records.map((record) => Object.keys(record).sort());
}

function aged({ groups }: PlainReading): readonly string[] {
	return groups
		.filter(({ lagSeconds }) => lagSeconds !== undefined)
		.map(({ stream, consumerGroup }) => `${stream}/${consumerGroup}`)
		.sort();
}

let server: Nats;

before(async () => {
	const users = [...withdrawals, ...fatal].map(([permission], at) => user(`user${at}`, permission));
	server = await startNats({
		config: `accounts {
	SHOP {
		jetstream: enabled
		users: [
			{ user: app, password: "${password}" }
			${[user('least'), ...users].join('\n')}
			{ user: narrow, password: "${password}", permissions: { publish: { deny: "$JS.API.CONSUMER.LIST.orders" } } }
		]
	}
	EMPTY { jetstream: enabled, users: [${user('empty')}] }
	BARE { users: [{ user: bare, password: "${password}" }] }
}`,
	});
	const client = await openClient(server.url, { user: 'app', pass: password });
	for (const [name, allow_direct] of [
		['orders', false],
		['direct', true],
	] as const) {
		await client.addStream({ name, subjects: [name], allow_direct });
		await client.addConsumer(name, { durable_name: 'billing' });
		await client.publish(name, 3);
	}
	await client.close();
});

after(async () => {
	await server?.stop();
});

function target(username: string, given: object = {}) {
	return {
		name: 'events',
		platform: 'nats',
		servers: [server.url],
		username,
		password,
		...given,
	};
}

/** One line says what is refused, and no other one is. */
function refusedAlone(examined: Examined, operation: string, missing: string, lost: RegExp) {
	const told = lineOf(examined, 'REFUSED', operation);
	assert.ok(told, examined.text);
	assert.ok(told.includes(`missing: ${missing}`), told);
	assert.match(told, /Permissions Violation for/);
	assert.match(told.slice(told.indexOf('lost without it')), lost);
	assert.equal(examined.text.match(/REFUSED/g)?.length, 1, examined.text);
	assert.equal(examined.isFine, false);
}

test('the permissions of the page are enough for everything', async () => {
	const examined = await examine([target('least')]);
	assert.ok(examined.isFine, examined.text);
	assert.doesNotMatch(examined.text, /REFUSED|FAILED|not tried|grant/);
	assert.match(examined.text, /A whole poll read 2 streams and 2 consumer groups, in/);
	assert.match(examined.text, new RegExp(`nats-server ${server.version}`));
	same(await poll(target('least')), await poll(target('app')));
});

test('an account without streams is fine, and permissions are tried all the same', async () => {
	const examined = await examine([target('empty')]);
	assert.ok(examined.isFine, examined.text);
	assert.ok(lineOf(examined, 'allowed', 'STREAM.MSG.GET'), examined.text);
});

for (const [at, [permission, verb, operation, lost, holds]] of withdrawals.entries()) {
	test(`without ${verb} ${permission} it is named with its loss, and a poll loses just that`, async () => {
		const examined = await examine([target(`user${at}`)]);
		refusedAlone(examined, operation, `${verb} "${permission}"`, lost);
		assert.ok(
			examined.text.includes(`\n    ${verb}: { allow: ["${permission}"] }\n`),
			examined.text,
		);
		holds(await poll(target(`user${at}`)), await poll(target('least')));
	});
}

for (const [at, [permission, verb, operation]] of fatal.entries()) {
	test(`without ${verb} ${permission} nothing is read, and that is said`, async () => {
		const examined = await examine([target(`user${withdrawals.length + at}`)]);
		refusedAlone(examined, operation, `${verb} "${permission}"`, /everything/);
		assert.match(examined.text, /A whole poll read nothing/);
		assert.match(examined.text, /events: 1 operation refused, 1 problem in a poll\n$/);
	});
}

test('a permission that is missing for one stream is told of that one', async () => {
	const { isFine, text } = await examine([target('narrow')]);
	assert.equal(isFine, false);
	assert.match(text, /REFUSED +CONSUMER\.LIST +orders: Permissions Violation/);
	assert.match(text, /allowed +CONSUMER\.LIST +direct\n/);
});

test('an account without JetStream is told in words, and is no matter of permissions', async () => {
	const { isFine, text } = await examine([target('bare')]);
	assert.equal(isFine, false);
	assert.match(text, /FAILED +STREAM\.LIST +the account: .*JetStream not enabled for account/);
	assert.doesNotMatch(text, /To grant/);
});

test('where a credentials file logs in it is nsc that grants', async () => {
	const operator = makeOperator();
	const guarded = await startNats({ config: operator.config });
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	try {
		const as = async (publish: readonly string[]) => {
			const credentials_file = join(folder, 'user.creds');
			await writeFile(credentials_file, operator.credentials(publish));
			return examine([
				{ name: 'events', platform: 'nats', servers: [guarded.url], credentials_file },
			]);
		};
		const few = ['$JS.API.STREAM.*', '$JS.API.CONSUMER.LIST.*'];
		const { text } = await as(few);
		const command = /\n {4}nsc edit user --name USER (.*)\n/.exec(text)?.[1] ?? text;
		const granted = Array.from(command.matchAll(/--allow-pub '([^']*)'/g), ([, one = '']) => one);
		assert.equal(granted.length, 4, text);
		const fine = await as([...few, ...granted]);
		assert.ok(fine.isFine, fine.text);
	} finally {
		await guarded.stop();
		await rm(folder, { recursive: true, force: true });
	}
});

test('a wrong password is told, and never shown', async () => {
	const { isFine, text } = await examine([target('least', { password: 'sesame-street' })]);
	assert.equal(isFine, false);
	assert.match(text, /FAILED {7}connect {2}127\.0\.0\.1:\d+: the server refuses the login/);
	assert.ok(!text.includes('sesame-street'));
});

test('an older server is tried in the same way', async () => {
	const older = await startNats({
		release: 'older',
		config: `accounts { SHOP { jetstream: enabled, users: [${user('least')}, ${user('ageless', '$JS.API.STREAM.MSG.GET.*')}] } }`,
	});
	try {
		const fine = await examine([target('least', { servers: [older.url] })]);
		assert.ok(fine.isFine, fine.text);
		const less = await examine([target('ageless', { servers: [older.url] })]);
		refusedAlone(less, 'STREAM.MSG.GET', 'publish "$JS.API.STREAM.MSG.GET.*"', /ages/);
	} finally {
		await older.stop();
	}
});

test('in a domain the subjects to grant are those that the server checks: its own, or those of a leaf node', async () => {
	const domain = (name: string) => `jetstream { domain: ${name}, store_dir: "." }`;
	const hub = await startNats({
		jetstream: false,
		config: `${domain('hub')}
leafnodes { listen: "127.0.0.1:-1" }
authorization { users: [
	{ user: all, password: "${password}" }
	${user('least')}
	{ user: few, password: "${password}", permissions: { publish: ["$JS.hub.API.STREAM.LIST"] } }
] }`,
	});
	const leafPort = /Listening for leafnode connections on 127\.0\.0\.1:(\d+)/.exec(hub.log())?.[1];
	const leaf = await startNats({
		jetstream: false,
		config: `${domain('leaf')}
leafnodes { remotes: [{ url: "nats-leaf://all:${password}@127.0.0.1:${leafPort}" }] }
authorization { users: [
	${user('least')}
	${user('far').replaceAll('$JS.API.', '$JS.hub.API.')}
] }`,
	});
	try {
		const at = ({ url }: Nats, name: string) => target(name, { servers: [url], domain: 'hub' });
		const few = await examine([at(hub, 'few')]);
		assert.match(
			few.text,
			/\n {4}publish: \{ allow: \["\$JS\.API\.STREAM\.LIST", "\$JS\.API\.CONSUMER\.LIST\.\*", /,
		);
		const own = await examine([at(hub, 'least')]);
		assert.ok(own.isFine, own.text);
		await until('the hub is reached over the leaf', async () => {
			return (await examine([at(leaf, 'far')])).isFine;
		});
		const near = await examine([at(leaf, 'least')]);
		assert.match(
			near.text,
			/\n {4}publish: \{ allow: \["\$JS\.hub\.API\.STREAM\.LIST", "\$JS\.hub\.API\.CONSUMER\.LIST\.\*", /,
		);
	} finally {
		await leaf.stop();
		await hub.stop();
	}
});
