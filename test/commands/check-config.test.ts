import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../src/commands/check-config.ts';
import { loadConfig } from '../../src/config/load.ts';

function check(text: string): readonly string[] {
	const env = { STREAM_LAG_CONFIG: text };
	return checkConfig(loadConfig({ file: undefined, defaultFile: 'none.yaml', cwd: '.', env }));
}

function targets(count: number, line: (at: number) => string): string {
	return `targets:\n${Array.from({ length: count }, (_, at) => `  - ${line(at)}\n`).join('')}`;
}

test('of many targets the first ten are named', () => {
	const [line, ...others] = check(
		targets(10_000, (at) => `{ name: t${at}, platform: nats, servers: [n${at}] }`),
	);
	assert.deepEqual(others, []);
	assert.match(line ?? '', /: 10000 targets: t0 \(nats\), .*, t9 \(nats\) and 9990 more; 0 obj/);
});

test('500 mistakes are 500 lines, in the order of the text', () => {
	const lines = check(
		targets(500, (at) => `{ name: t${at}, platform: nats, servers: [n], count_cap: ${at} }`),
	);
	assert.deepEqual(
		lines.map((line) => line.split(':', 2).join(':')),
		Array.from({ length: 500 }, (_, at) => `STREAM_LAG_CONFIG:${at + 2}`),
	);
});
