import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PlainReading } from '../../src/model.ts';
import {
	type Redis,
	startRedis,
	startRedisCluster,
	startRedisSentinels,
} from '../brokers/index.ts';
import { type Examined, examine, lineOf, poll } from './examine.ts';
import { blocksOf } from './least.ts';

const [line = '', clusterLine = '', sentinelLine = ''] = blocksOf('permissions.md', 'Redis');
const password = 'correct-horse';

/** The words of `ACL SETUSER` in the page, for one user. */
function words(text: string, user: string): string[] {
	return text.replace('lag', user).replace('PASSWORD', password).trim().split(' ');
}

let server: Redis;

before(async () => {
	server = await startRedis({ requirepass: 'swordfish' });
	for (const id of ['1-1', '2-1', '3-1', '4-1', '5-1', '6-1']) {
		const atMs = Date.now() - 60_000;
		await server.cli('XADD', 'orders:1', `${atMs + Number(id[0])}-1`, 'a', 'b');
	}
	await server.cli('XGROUP', 'CREATE', 'orders:1', 'readers', '0');
	await server.cli(
		...['XREADGROUP', 'GROUP', 'readers', 'one', 'COUNT', '2', 'STREAMS', 'orders:1', '>'],
	);
	// Its lag must be counted: from the end of the stream, and from its beginning.
	const entries = (await server.cli('XRANGE', 'orders:1', '-', '+')).match(/\d+-1/g) ?? [];
	await server.cli('XGROUP', 'CREATE', 'orders:1', 'late', entries.at(-2) ?? '');
	await server.cli('XGROUP', 'CREATE', 'orders:1', 'early', entries.at(1) ?? '');
	await server.cli('XADD', 'named', '*', 'a', 'b');
});

after(async () => {
	await server?.stop();
});

const streams = { include: ['named', 'orders:*'] };

function target(user: string, given: object = {}) {
	const url = `redis://127.0.0.1:${server.port}`;
	return { name: 'cache', platform: 'redis', url, username: user, password, streams, ...given };
}

/** A reading without what passes with time. */
function shape({ streams, groups, version }: PlainReading) {
	return {
		version,
		streams: streams.map(({ name, ...facts }) => [name, Object.keys(facts).sort()]),
		groups: groups.map(({ stream, consumerGroup, lag, ...facts }) => [
			`${stream}/${consumerGroup}`,
			lag,
			Object.keys(facts).sort(),
		]),
	};
}

type Shape = ReturnType<typeof shape>;

test('the line of the page is enough for everything', async () => {
	await server.cli(...words(line, 'least'));
	const examined = await examine([target('least')]);
	assert.ok(examined.isFine, examined.text);
	assert.doesNotMatch(examined.text, /REFUSED|FAILED|not tried|grant/);
	assert.match(examined.text, /A whole poll read 2 streams and 3 consumer groups, in/);
	assert.match(examined.text, /\ncache: all is fine\n$/);
	assert.match(examined.text, new RegExp(`127.0.0.1:${server.port}: Redis ${server.version}`));
	await server.cli('ACL', 'SETUSER', 'all', 'on', `>${password}`, '~*', '+@all');
	assert.deepEqual(shape(await poll(target('least'))), shape(await poll(target('all'))));
});

const without = (key: string) => (facts: readonly string[]) => !facts.includes(key);
const groupFacts = ({ groups }: Shape) => groups.map(([, , facts]) => facts as string[]);

/** What is taken away, what is told, and what a poll then lacks. */
const withdrawals: readonly (readonly [
	acl: string,
	operation: string,
	permission: string,
	lost: RegExp,
	holds: (shape: Shape, whole: Shape) => void,
])[] = [
	[
		'-info',
		'INFO',
		'+info',
		/the version/,
		(less, whole) => assert.deepEqual(less, { ...whole, version: undefined }),
	],
	[
		'-time',
		'TIME',
		'+time',
		/ages/,
		(less) => {
			assert.ok(groupFacts(less).every(without('lagSeconds')));
			assert.equal(less.groups.length, 3);
		},
	],
	[
		'-scan',
		'SCAN',
		'+scan',
		/only a pattern names/,
		(less) =>
			assert.deepEqual(
				less.streams.map(([name]) => name),
				['named'],
			),
	],
	[
		'-xinfo|groups',
		'XINFO GROUPS',
		'+xinfo|groups',
		/groups/,
		(less, whole) => assert.deepEqual(less, { ...whole, groups: [], streams: less.streams }),
	],
	[
		'-xinfo|consumers',
		'XINFO CONSUMERS',
		'+xinfo|consumers',
		/when consumers last read/,
		(less) => {
			assert.ok(groupFacts(less).every(without('idleSeconds')));
			assert.ok(groupFacts(less).some((facts) => facts.includes('lagSeconds')));
		},
	],
	[
		'-xpending',
		'XPENDING',
		'+xpending',
		/the age of pending entries/,
		(less, whole) => {
			assert.ok(groupFacts(whole).some((facts) => facts.includes('pendingAgeSeconds')));
			assert.ok(groupFacts(less).every(without('pendingAgeSeconds')));
			assert.ok(groupFacts(less).every((facts) => facts.includes('pending')));
		},
	],
	[
		'-xrange',
		'XRANGE',
		'+xrange',
		/the age of undelivered entries, and lag where it must be counted/,
		(less, whole) => {
			assert.ok(groupFacts(less).every(without('lagSeconds')));
			assert.notDeepEqual(
				less.groups.map(([, lag]) => lag),
				whole.groups.map(([, lag]) => lag),
			);
		},
	],
	[
		'-xlen',
		'XLEN',
		'+xlen',
		/lag where it must be counted/,
		(less, whole) =>
			assert.notDeepEqual(
				less.groups.map(([, lag]) => lag),
				whole.groups.map(([, lag]) => lag),
			),
	],
	['-eval_ro', 'EVAL_RO', '+eval_ro', /speed/, (less, whole) => assert.deepEqual(less, whole)],
	[
		'-evalsha_ro',
		'EVALSHA_RO',
		'+evalsha_ro',
		/speed/,
		(less, whole) => assert.deepEqual(less, whole),
	],
];

for (const [acl, operation, permission, lost, holds] of withdrawals) {
	test(`without ${permission} it is named with its loss, and a poll loses just that`, async () => {
		const user = operation.replace(' ', '');
		await server.cli(...words(line, 'least'));
		await server.cli(...words(line, user), acl);
		const examined = await examine([target(user)]);
		assert.equal(examined.isFine, false, examined.text);
		refusedAlone(examined, operation, permission, lost);
		assert.ok(examined.text.includes(`\n    ACL SETUSER ${user} ${permission}\n`), examined.text);
		const whole = shape(await poll(target('least')));
		holds(shape(await poll(target(user))), whole);
		// What is told to be run grants it.
		await server.cli('ACL', 'SETUSER', user, permission);
		assert.ok((await examine([target(user)])).isFine);
	});
}

test('without +xinfo|stream nothing is read, and that is said', async () => {
	await server.cli(...words(line, 'streamless'), '-xinfo|stream');
	const examined = await examine([target('streamless')]);
	refusedAlone(examined, 'XINFO STREAM', '+xinfo|stream', /which is everything/);
	assert.match(examined.text, /A whole poll read nothing/);
	assert.equal(examined.isFine, false);
});

/** One line says what is refused, and no other one is. */
function refusedAlone(examined: Examined, operation: string, permission: string, lost: RegExp) {
	const told = lineOf(examined, 'REFUSED', operation);
	assert.ok(told, examined.text);
	assert.ok(told.includes(`missing: ${permission}`), told);
	assert.match(told, /NOPERM/);
	assert.match(told.slice(told.indexOf('lost without it')), lost);
	assert.equal(examined.text.match(/REFUSED/g)?.length, 1, examined.text);
}

test('keys that may not be touched are told apart from commands', async () => {
	await server.cli(...words(line, 'narrow').map((word) => (word === '~*' ? '~named' : word)));
	const examined = await examine([target('narrow')]);
	refusedAlone(examined, 'keys', '~named ~orders:*', /the streams with these keys/);
	assert.equal(examined.isFine, false);
	assert.ok((await examine([target('narrow', { streams: { include: ['named'] } })])).isFine);
});

test('another database wants +select, and a database that is not there is no matter of permissions', async () => {
	await server.cli(...words(line, 'third'));
	const url = (database: number) => `redis://127.0.0.1:${server.port}/${database}`;
	const examined = await examine([target('third', { url: url(3) })]);
	refusedAlone(examined, 'SELECT', '+select', /everything/);
	assert.match(examined.text, /cache: 1 operation refused, nothing was read\n$/);
	await server.cli('ACL', 'SETUSER', 'third', '+select');
	const patterns = { streams: { include: ['*'] } };
	const empty = await examine([target('third', { url: url(3), ...patterns })]);
	assert.ok(empty.isFine, empty.text);
	const { text, isFine } = await examine([target('third', { url: url(99) })]);
	assert.match(text, /FAILED +SELECT .*DB index is out of range/);
	assert.equal(isFine, false);
});

test('a wrong password is told, and never shown', async () => {
	const { isFine, text } = await examine([target('least', { password: 'sesame-street' })]);
	assert.equal(isFine, false);
	assert.match(text, /FAILED {7}connect {2}redis at 127.0.0.1:\d+ refused the user "least"/);
	assert.match(text, /cache: 1 operation failed, nothing was read/);
	assert.ok(!text.includes('sesame-street'));
});

test('Redis 6.2 has no read-only scripts, which is no complaint', async () => {
	const older = await startRedis({ release: 'older' });
	try {
		const acl = words(line, 'lag').filter((word) => !word.startsWith('+eval'));
		await older.cli(...acl);
		await older.cli('XADD', 'named', '*', 'a', 'b');
		const url = `redis://127.0.0.1:${older.port}`;
		const examined = await examine([target('lag', { url })]);
		assert.ok(examined.isFine, examined.text);
		assert.match(lineOf(examined, 'unsupported', 'EVAL_RO') ?? '', /lost without it: speed/);
	} finally {
		await older.stop();
	}
});

test('the lines of the page are enough on every server of a cluster, and a server without them is named', async () => {
	const cluster = await startRedisCluster();
	try {
		const [first, second] = cluster.masters;
		for (const node of [...cluster.masters, ...cluster.replicas]) {
			await node.cli(...words(line, 'lag'));
			await node.cli(...words(clusterLine, 'lag'));
		}
		await first.cli('-c', 'XADD', 'orders:1', '*', 'a', 'b');
		const nodes = cluster.masters.map(({ port }) => `127.0.0.1:${port}`);
		const own = { name: 'cache', platform: 'redis', cluster: { nodes }, username: 'lag', password };
		const fine = await examine([own]);
		assert.ok(fine.isFine, fine.text);
		assert.match(fine.text, /A whole poll read 1 stream/);
		assert.ok(lineOf(fine, 'allowed', 'CLUSTER'));

		await second.cli('ACL', 'SETUSER', 'lag', '-xpending', '-asking');
		const { isFine, text } = await examine([own]);
		assert.equal(isFine, false);
		const address = `127.0.0.1:${second.port}`;
		assert.match(text, new RegExp(`REFUSED +XPENDING +${address}: NOPERM`));
		assert.match(text, new RegExp(`REFUSED +ASKING +${address}: NOPERM`));
		assert.match(text, /lost without it: keys that move to another node just now/);
		assert.match(text, /# on every server: .*\n {4}ACL SETUSER lag \+xpending \+asking\n/);

		for (const node of cluster.masters) await node.cli('ACL', 'SETUSER', 'lag', '-cluster|slots');
		const blind = await examine([own]);
		assert.match(
			lineOf(blind, 'REFUSED', 'CLUSTER') ?? blind.text,
			/missing: \+cluster\|slots\n +lost without it: the addresses of the masters/,
		);
		assert.equal(blind.isFine, false);
	} finally {
		await cluster.stop();
	}
});

test('the line of the page is enough on sentinels, and the others on the master', async () => {
	const sentinels = await startRedisSentinels([
		`user ${words(sentinelLine, 'lag').slice(2).join(' ')}`,
		`user nobody on >${password} resetchannels -@all`,
	]);
	try {
		const [master] = sentinels.servers;
		await master.cli(...words(line, 'lag'));
		await master.cli('XADD', 'orders:1', '*', 'a', 'b');
		const { name, hosts } = sentinels;
		const as = (username: string) => ({
			name: 'cache',
			platform: 'redis',
			sentinel: { name, hosts, username, password },
			username: 'lag',
			password,
		});
		const fine = await examine([as('lag')]);
		assert.ok(fine.isFine, fine.text);
		assert.ok(lineOf(fine, 'allowed', 'SENTINEL'));
		const refused = await examine([as('nobody')]);
		assert.equal(refused.isFine, false);
		assert.match(
			lineOf(refused, 'REFUSED', 'SENTINEL') ?? refused.text,
			/the address of the master/,
		);
		assert.match(
			refused.text,
			/# on every sentinel\n {4}ACL SETUSER nobody \+sentinel\|get-master-addr-by-name\n/,
		);
	} finally {
		await sentinels.stop();
	}
});
