import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadShortForm } from '../../src/config/environment.ts';
import { printMistake } from '../../src/config/mistake.ts';
import type { Environment } from '../../src/config/variables.ts';
import { type Filter, passes } from '../../src/options/pattern.ts';
import type { Secret } from '../../src/options/secret.ts';

function targets(env: Environment) {
	const loaded = loadShortForm(env);
	assert.ok(loaded?.ok, loaded && !loaded.ok ? loaded.mistakes.map(printMistake).join('\n') : '');
	return loaded.config.targets;
}

function mistakes(env: Environment): string[] {
	const loaded = loadShortForm(env);
	assert.ok(loaded && !loaded.ok, 'it was accepted');
	return loaded.mistakes.map(printMistake);
}

test('each variable makes one target, named like its platform', () => {
	const all = targets({
		KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
		REDIS_URL: 'redis://:p@redis:6380/2',
		NATS_URL: 'nats://n1:4222,n2',
	});
	assert.deepEqual(
		all.map(({ name, platform }) => [name, platform.name]),
		[
			['kafka', 'kafka'],
			['redis', 'redis'],
			['nats', 'nats'],
		],
	);
	assert.deepEqual(all[0]?.options.brokers, [
		{ host: 'kafka-1', port: 9092 },
		{ host: 'kafka-2', port: 9092 },
	]);
	const { password, ...url } = Object(all[1]?.options.url) as { password: Secret };
	assert.deepEqual(url, { host: 'redis', port: 6380, database: 2, isSecure: false });
	assert.equal(password.reveal(), 'p');
	assert.deepEqual(all[2]?.options.servers, ['n1:4222', 'n2:4222']);
	assert.deepEqual(all[2]?.poll, { intervalMs: 15_000, timeoutMs: 10_000 });
});

test('the source is the variables that made a target', () => {
	const loaded = loadShortForm({ NATS_URL: 'n1', STREAM_LAG_TARGET: 'shop', REDIS_URL: '' });
	assert.ok(loaded?.ok);
	assert.deepEqual(loaded.variables, ['NATS_URL']);
});

test('STREAM_LAG_TARGET is put before the names', () => {
	const env = { REDIS_URL: 'redis://redis', NATS_URL: 'n1', STREAM_LAG_TARGET: 'shop' };
	assert.deepEqual(
		targets(env).map(({ name }) => name),
		['shop-redis', 'shop-nats'],
	);
});

test('STREAM_LAG_STREAMS and STREAM_LAG_GROUPS narrow every target, beside what is left out anyway', () => {
	const [kafka] = targets({
		KAFKA_BROKERS: 'kafka-1:9092',
		STREAM_LAG_STREAMS: 'orders*, *offsets',
		STREAM_LAG_GROUPS: 'billing',
	});
	const passing = (option: string, names: string[]) =>
		names.filter((name) => passes(kafka?.options[option] as Filter, name));
	const streams = passing('streams', [
		'orders',
		'orders-eu',
		'payments',
		'__consumer_offsets',
		'offsets',
	]);
	assert.deepEqual(streams, ['orders', 'orders-eu', 'offsets']);
	assert.deepEqual(passing('groups', ['billing', 'billing-2']), ['billing']);
});

for (const [url, login] of [
	['nats://u:p%40%2C@n1:4222,nats://n2', { username: 'u', password: 'p@,' }],
	['u:p@n1,u:p@n2', { username: 'u', password: 'p' }],
	['nats://t0ken@n1', { token: 't0ken' }],
] as const) {
	test(`NATS_URL may hold a user: ${url}`, () => {
		const { servers, username, password, token } = targets({ NATS_URL: url })[0]?.options ?? {};
		const reveal = (value: unknown) => (value as Secret | undefined)?.reveal();
		const found = { username, password: reveal(password), token: reveal(token) };
		assert.deepEqual(JSON.parse(JSON.stringify(found)), login);
		assert.match(String(servers), /^n1:4222(,n2:4222)?$/);
	});
}

for (const [what, env, expected] of [
	[
		'a broker without a port',
		{ KAFKA_BROKERS: 'kafka-1:9092,kafka-2' },
		['KAFKA_BROKERS: expected host:port such as kafka-1:9092, got "kafka-2"'],
	],
	[
		'an empty item',
		{ KAFKA_BROKERS: 'kafka-1:9092,' },
		['KAFKA_BROKERS: expected host:port such as kafka-1:9092, got ""'],
	],
	[
		'another scheme',
		{ REDIS_URL: 'http://:canary@redis' },
		[
			'REDIS_URL: expected a URL such as redis://redis:6379/0 or rediss://redis:6379/0, with user and password percent-encoded as in redis://user:p%40ss@redis:6379/0',
		],
	],
	[
		'different users',
		{ NATS_URL: 'u:canary@n1,v:canary@n2' },
		['NATS_URL: has several users: expected the same for all servers'],
	],
	[
		'a user that is not percent-encoded',
		{ NATS_URL: 'nats://u:can/ary@n1' },
		['NATS_URL: expected nats://user:password@host:port, user and password percent-encoded'],
	],
	[
		'a password without a user',
		{ NATS_URL: 'nats://:canary@n1' },
		['NATS_URL: expected nats://user:password@host:port, user and password percent-encoded'],
	],
	[
		'a pattern, told once for all targets',
		{ REDIS_URL: 'redis://redis', NATS_URL: 'n1', STREAM_LAG_GROUPS: 'a,/(/' },
		[
			'STREAM_LAG_GROUPS: "/(/" is not a regular expression in RE2\'s syntax: missing closing ): `(`',
		],
	],
	[
		'a target name',
		{ REDIS_URL: 'redis://redis', STREAM_LAG_TARGET: 'My Shop' },
		['STREAM_LAG_TARGET: expected 1 to 63 of a-z, 0-9, _ and -, got "My Shop-redis"'],
	],
	[
		'several variables at once',
		{ KAFKA_BROKERS: 'x', REDIS_URL: 'y', NATS_URL: 'a@b@c/d@,n1', STREAM_LAG_STREAMS: ',' },
		[
			'NATS_URL: expected nats://user:password@host:port, user and password percent-encoded',
			'KAFKA_BROKERS: expected host:port such as kafka-1:9092, got "x"',
			'STREAM_LAG_STREAMS: expected a pattern, got an empty one',
			'REDIS_URL: expected a URL such as redis://redis:6379/0 or rediss://redis:6379/0',
		],
	],
] as const) {
	test(`a mistake names its variable: ${what}`, () => {
		assert.deepEqual(mistakes(env), expected);
	});
}

test('without a variable that makes a target there is nothing', () => {
	assert.equal(loadShortForm({ STREAM_LAG_STREAMS: 'a', KAFKA_BROKERS: '' }), undefined);
});

test('a variable with nearly the name of one that is read is a mistake', () => {
	assert.deepEqual(mistakes({ REDIS_URL: 'redis://redis', STREAM_LAG_GROUP: 'a' }), [
		'STREAM_LAG_GROUP: unknown variable: did you mean STREAM_LAG_GROUPS?',
	]);
	assert.deepEqual(mistakes({ STREAM_LAG_CONFG: 'targets: []' }), [
		'STREAM_LAG_CONFG: unknown variable: did you mean STREAM_LAG_CONFIG?',
	]);
});

test('variables of others with the same beginning are let be', () => {
	const env = {
		REDIS_URL: 'redis://redis',
		STREAM_LAG_REVISION: 'abc',
		STREAM_LAG_EXPORTER_PORT: 'tcp://10.0.0.1:10977',
		STREAM_LAG_EXPORTER_SERVICE_HOST: '10.0.0.1',
		STREAM_LAG_EXPORTER_PORT_10977_TCP_PROTO: 'tcp',
		STREAM_LAG_GROUP: '',
	};
	assert.equal(targets(env).length, 1);
});
