import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import { sameTarget } from '../../src/config/same-target.ts';
import { ReferencedFile } from '../../src/options/file.ts';
import { tls } from '../../src/options/tls.ts';

const cwd = mkdtempSync(join(tmpdir(), 'same-target-test-'));
after(() => rmSync(cwd, { recursive: true }));

const certificate = readFileSync(
	join(import.meta.dirname, '..', 'options', 'fixtures', 'certificate.pem'),
	'utf8',
);

function target(yaml: string, secretInFile = 'hunter2', more = '') {
	writeFileSync(join(cwd, 'secret'), secretInFile);
	const env = { STREAM_LAG_CONFIG: `targets: [${yaml}]\n${more}` };
	const loaded = loadConfig({ file: undefined, defaultFile: 'none.yaml', cwd, env });
	assert.ok(loaded.ok, loaded.ok ? '' : loaded.mistakes.map(printMistake).join('\n'));
	const [plan] = loaded.config.targets;
	assert.ok(plan);
	return plan;
}

const redis = (more: string) => `{ name: a, platform: redis, url: 'redis://r', ${more} }`;
const kafka = (more: string) =>
	`{ name: a, platform: kafka, brokers: ['k:1'], sasl: { mechanism: plain, username: u, ${more} } }`;

test('a target is the same however its settings are written', () => {
	const written = target(redis(''));
	const full = target(
		redis("discovery_interval: 300s, streams: { include: ['*'], exclude: [] }"),
		'',
		'poll: { interval: 15000ms }',
	);
	assert.ok(sameTarget(written, full));
	assert.ok(
		sameTarget(
			target(redis("streams: { include: ['/a+/'] }")),
			target(redis("streams: { include: ['/a+/'] }")),
		),
	);
});

test('how many series are exported and what is wanted of groups change no target', () => {
	const more = 'limits: { max_series: 5 }\nobjectives: [{ name: o }]';
	assert.ok(sameTarget(target(redis('')), target(redis('limits: { max_series: 7 }'), '', more)));
});

for (const [what, before, after] of [
	['its name', redis(''), redis('').replace('name: a', 'name: b')],
	['its address', redis(''), redis('').replace('//r', '//s')],
	['a pattern', redis("groups: { include: ['a*'] }"), redis("groups: { include: ['b*'] }")],
	['its pace', redis(''), redis('poll: { interval: 20s }')],
	['its grace', redis(''), redis('poll: { keep_failed: 1m }')],
	['a password', redis('password: hunter2'), redis('password: hunter3')],
	[
		'a password inside a URL',
		redis('').replace('//r', '//:hunter2@r'),
		redis('').replace('//r', '//:hunter3@r'),
	],
	['a password that moved into a file', redis('password: hunter2'), redis('password_file: secret')],
	['a nested secret', kafka('password: hunter2'), kafka('password: hunter3')],
] as const) {
	test(`${what} changes a target`, () => {
		assert.ok(!sameTarget(target(before), target(after)));
		assert.ok(sameTarget(target(before), target(before)));
	});
}

for (const yaml of [redis('password_file: secret'), kafka('password_file: secret')]) {
	test(`what a file holds changes a target: ${yaml}`, () => {
		assert.ok(sameTarget(target(yaml, 'hunter2'), target(yaml, 'hunter2\n')));
		assert.ok(!sameTarget(target(yaml, 'hunter2'), target(yaml, 'hunter3')));
	});
}

test('another certificate under the same path changes a target', () => {
	const withAuthority = (more: string) => {
		const content = { ok: true, text: certificate + more } as const;
		const options = { tls: tls.parse({ ca_file: new ReferencedFile('ca.pem', content) }) };
		const plan = target(redis(''));
		return { ...plan, platform: { ...plan.platform, options: z.strictObject({ tls }) }, options };
	};
	assert.ok(sameTarget(withAuthority(''), withAuthority('')));
	assert.ok(!sameTarget(withAuthority(''), withAuthority(certificate)));
});
