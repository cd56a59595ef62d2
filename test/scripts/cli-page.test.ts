import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliPage } from '../../scripts/cli-page.ts';
import { commandNames, commands, commonFlags } from '../../src/usage.ts';

const written = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

test('docs/cli.md is what the flags say; npm run docs writes it', () => {
	assert.equal(written, cliPage());
});

test('docs/cli.md has every command, and every flag below each command that takes it', () => {
	const sections = new Map(
		written.split(/^## /m).map((section) => [section.split('\n', 1)[0] ?? '', section]),
	);
	for (const name of commandNames) {
		const listed = [...(sections.get(name) ?? '').matchAll(/^- `--([\w.-]+)/gm)];
		assert.deepEqual(
			listed.map(([, flag]) => flag),
			commands[name].flags.map((flag) => flag.name),
		);
	}
	for (const { name } of commonFlags) {
		assert.ok(sections.get('Every command')?.includes(`\`--${name}\``), name);
	}
});
