import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { printMistake } from '../../src/config/mistake.ts';
import { commandNames } from '../../src/usage.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = [
	'README.md',
	'CONTRIBUTING.md',
	'docs/configuration.md',
	'docs/kafka.md',
	'docs/redis.md',
	'docs/nats.md',
	'docs/cli.md',
	'docs/migrating.md',
	'docs/releasing.md',
	'docs/systemd.md',
	'docs/sharding.md',
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** Configurations that a page shows. */
function configurations(page: string): string[] {
	return [...read(page).matchAll(/^```yaml\n(.*?)^```$/gms)]
		.map(([, text = '']) => text)
		.filter((text) => /^targets:/m.test(text));
}

function mistakes(text: string): string[] {
	const env = { STREAM_LAG_CONFIG: text, NATS_PASSWORD: 'secret' };
	const loaded = loadConfig({ file: undefined, defaultFile: 'none.yaml', cwd: root, env });
	return loaded.ok ? [] : loaded.mistakes.map(printMistake);
}

for (const page of pages) {
	test(`what ${page} links to is there`, () => {
		const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
			([, path = '']) => path,
		);
		const missing = links.filter((path) => !existsSync(join(root, dirname(page), path)));
		assert.deepEqual(missing, []);
	});
}

for (const page of ['README.md', 'docs/configuration.md']) {
	test(`the configurations in ${page} are right`, () => {
		assert.ok(configurations(page).length > 0);
		for (const text of configurations(page)) assert.deepEqual(mistakes(text), []);
	});
}

test('the README shows mistakes as they are printed', () => {
	const [text = ''] = configurations('README.md');
	const printed = mistakes(text.replace('brokers:', 'broker:'));
	assert.ok(printed.length > 0);
	for (const line of printed) {
		assert.ok(
			read('README.md').includes(line.replace('STREAM_LAG_CONFIG', 'stream-lag-exporter.yaml')),
		);
	}
});

test('the README names every command', () => {
	for (const name of commandNames)
		assert.match(read('README.md'), new RegExp(`^\\| \`${name}\``, 'm'));
});
