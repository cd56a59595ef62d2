import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';

const folder = join(import.meta.dirname, 'fixtures', 'bad');
const env = { SET_EMPTY: '', SET_15: '15' };
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** What the fixtures have where secrets belong. */
const canary = /hunter2|canary|8841502/;

for (const name of names) {
	test(`bad/${name} is refused with exactly the mistakes beside it`, () => {
		const loaded = loadConfig({ file: name, defaultFile: 'none.yaml', cwd: folder, env });
		assert.ok(!loaded.ok, 'it was accepted');
		const lines = loaded.mistakes.map((mistake) => `${printMistake(mistake)}\n`);
		const printed = lines.join('').replaceAll(folder, 'FOLDER');
		const beside = join(folder, name.replace(/yaml$/, 'txt'));
		if (process.env.UPDATE_GOLDEN) writeFileSync(beside, printed);
		assert.equal(printed, readFileSync(beside, 'utf8'));
		assert.doesNotMatch(printed, canary);
	});
}

test('every expectation has its file', () => {
	const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
	assert.deepEqual(
		texts.map((name) => name.replace(/txt$/, 'yaml')),
		names,
	);
});
