import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import { schema } from '../../src/config/schema.ts';
import { platforms } from '../../src/targets/index.ts';

const root = join(import.meta.dirname, '..', '..');

test('the list of platforms has every folder of src/targets once', () => {
	const folder = join(root, 'src', 'targets');
	const folders = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.ts')));
	assert.deepEqual(platforms.map(({ name }) => name).sort(), folders.sort());
});

test('config/example.yaml is right', () => {
	const env = { KAFKA_PASSWORD: '123456' };
	const cwd = join(root, 'config');
	const loaded = loadConfig({ file: 'example.yaml', defaultFile: 'none.yaml', cwd, env });
	assert.ok(loaded.ok, !loaded.ok ? loaded.mistakes.map(printMistake).join('\n') : '');
	assert.deepEqual(
		loaded.config.targets.map(({ name, poll }) => [name, poll.intervalMs]),
		[
			['orders', 15_000],
			['cache', 15_000],
			['events', 30_000],
		],
	);
});

test('a checked configuration can be written again, with its defaults and without its secrets', () => {
	const checked = schema.parse({
		targets: [
			{
				name: 'a',
				platform: 'kafka',
				brokers: ['[::1]:9092'],
				sasl: { mechanism: 'plain', username: 'u', password: 'canary' },
			},
			{ name: 'b', platform: 'redis', url: 'redis://canary:canary@redis' },
			{ name: 'c', platform: 'nats', servers: ['n1'], token: 'canary', poll: { interval: '90s' } },
		],
		objectives: [{ name: 'o', match: { target: '*' }, lag_seconds: '90s' }],
		expected: [{ target: 'a', stream: 's', consumer_group: 'g' }],
	});
	assert.deepEqual(z.encode(schema, checked), {
		poll: { interval: '15s', timeout: '10s', keep_failed: '5m' },
		limits: { max_series: 200_000 },
		objectives: [
			{
				name: 'o',
				match: { target: '*' },
				lag_seconds: '1m30s',
				stalled_after: '10m',
				ignore_lag: 0,
				severity: 'warning',
			},
		],
		expected: [{ target: 'a', stream: 's', consumer_group: 'g' }],
		targets: [
			{
				name: 'a',
				platform: 'kafka',
				brokers: ['[::1]:9092'],
				client_id: 'stream-lag-exporter',
				sasl: { mechanism: 'plain', username: 'u', password: '<secret>' },
				streams: { include: ['*'], exclude: ['__*'] },
				groups: { include: ['*'], exclude: ['console-consumer-*'] },
				detail: 'partition',
				isolation: 'read_uncommitted',
				time_lag: 'estimated',
			},
			{
				name: 'b',
				platform: 'redis',
				url: 'redis://<secret>@redis:6379/0',
				streams: { include: ['*'], exclude: [] },
				groups: { include: ['*'], exclude: [] },
				discovery_interval: '5m',
			},
			{
				name: 'c',
				platform: 'nats',
				poll: { interval: '1m30s' },
				servers: ['nats://n1:4222'],
				token: '<secret>',
				tls_first: false,
				inbox_prefix: '_INBOX',
				streams: { include: ['*'], exclude: ['KV_*', 'OBJ_*', '$MQTT_*'] },
				groups: { include: ['*'], exclude: [] },
				ephemeral: 'rollup',
				time_lag: 'exact',
			},
		],
	});
});
