import assert from 'node:assert/strict';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { optionsOf, readReference } from '../../scripts/reference.ts';
import { jsonSchema, jsonSchemaText } from '../../scripts/schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import { fileContent } from './file-contents.ts';

const root = join(import.meta.dirname, '..', '..');
const config = join(root, 'config');
const cwd = mkdtempSync(join(tmpdir(), 'reference-test-'));
after(() => rmSync(cwd, { recursive: true }));

const options = [...optionsOf(jsonSchema(), [readReference()])];

test('config/schema.json is as npm run docs writes it', () => {
	assert.equal(readFileSync(join(config, 'schema.json'), 'utf8'), jsonSchemaText());
});

test('every option is in config/reference.yaml, with words beside it', () => {
	const missing = options.filter(({ examples }) => examples.length === 0);
	assert.deepEqual(
		missing.map(({ path }) => path),
		[],
	);
	const silent = options.filter(({ examples }) => examples.every(({ comment }) => !comment));
	assert.deepEqual(
		silent.map(({ path }) => path),
		[],
	);
	assert.ok(options.length > 50, `only ${options.length} options were found`);
});

test('every default is in config/reference.yaml as the schema has it', () => {
	let checked = 0;
	for (const { path, schema, examples } of options) {
		const { default: value } = schema;
		// An empty map stands for the defaults in it; a list of maps has none to show.
		const isMap = typeof value === 'object' && !Array.isArray(value);
		if (value === undefined || isMap || ['objectives', 'expected'].includes(path)) continue;
		checked += 1;
		const shown = examples.map((example) => JSON.stringify(example.value));
		assert.ok(
			shown.includes(JSON.stringify(value)),
			`${path}: ${JSON.stringify(value)} in ${shown}`,
		);
	}
	assert.ok(checked > 15, `only ${checked} defaults were found`);
});

test('every option says in the JSON Schema what it may be', () => {
	for (const { path, schema } of options) {
		assert.ok(schema.type ?? schema.anyOf ?? schema.oneOf ?? schema.const, path);
	}
});

test('config/reference.yaml is right', () => {
	cpSync(join(config, 'reference.yaml'), join(cwd, 'reference.yaml'));
	for (const { path, examples } of options) {
		const key = path.split('.').at(-1) ?? '';
		if (!key.endsWith('_file')) continue;
		for (const { value } of examples) {
			mkdirSync(dirname(join(cwd, String(value))), { recursive: true });
			writeFileSync(join(cwd, String(value)), fileContent(key));
		}
	}
	const env = {
		KAFKA_PASSWORD: 'secret',
		KAFKA_CLIENT_SECRET: 's',
		REDIS_PASSWORD: 'secret',
		NATS_PASSWORD: 'secret',
		NATS_TOKEN: 'secret',
	};
	const loaded = loadConfig({ file: 'reference.yaml', defaultFile: 'none.yaml', cwd, env });
	assert.ok(loaded.ok, !loaded.ok ? loaded.mistakes.map(printMistake).join('\n') : '');
});

test('for every option there is a bad configuration', () => {
	const folder = join(import.meta.dirname, 'fixtures', 'bad');
	const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
	const mistaken = new Set(
		texts
			.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
			.map((line) => line.split(': ')[1]?.replace(/\[\d+\]/g, '[]')),
	);
	const paths = options.map(({ path }) => path.replace(/\[\w+\]/g, '[]'));
	// Of a list, a mistake in a member will do.
	const missing = paths.filter((path) => !mistaken.has(path) && !mistaken.has(`${path}[]`));
	assert.deepEqual([...new Set(missing)], []);
});
