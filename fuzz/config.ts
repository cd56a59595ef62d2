import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config/load.ts';
import { type Mistake, printMistake } from '../src/config/mistake.ts';
import { loadWebConfig } from '../src/config/web-config.ts';
import { mutatedBytes, mutatedText } from './mutators.ts';
import type { Part } from './part.ts';

const root = join(import.meta.dirname, '..');

/** Pieces of YAML and of the configuration's own language. */
const pieces = [
	...[
		'\n',
		'  ',
		'\t',
		': ',
		'- ',
		'{',
		'}',
		'[',
		']',
		',',
		'"',
		"'",
		'#',
		'&a ',
		'*a',
		'<<: *a',
		'!!str ',
		'!x ',
	],
	...[
		'|\n',
		'>-\n',
		'---\n',
		'...\n',
		'%YAML 1.2\n',
		'? ',
		'~',
		'null',
		'__proto__',
		'constructor',
		'\u0000',
		'\ufeff',
	],
	...[
		'${',
		'}',
		'${A:-',
		'${A:?x}',
		'$$',
		'/(a*)*b/',
		'/[/',
		'(?<stream>',
		'**',
		'\\',
		'0x1F',
		'1e400',
		'-1',
		'.inf',
		'.nan',
	],
	...[
		'9999999999999999999',
		'1h30m',
		'106751991167d',
		'::1',
		'[::1]:',
		':99999',
		'redis://',
		'nats://u:p@',
		'targets',
		'platform',
	],
];

/** Configurations, changed: each is one, or all that is wrong is told with its place. */
export function configPart(): Part {
	const fixtures = join(root, 'test/config/fixtures/bad');
	const texts = [
		...['config/example.yaml', 'config/reference.yaml'].map((file) => join(root, file)),
		...readdirSync(fixtures)
			.filter((file) => file.endsWith('.yaml'))
			.map((file) => join(fixtures, file)),
	].map((file) => readFileSync(file, 'utf8'));
	const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-fuzz-'));
	const webFile = join(folder, 'web.yaml');
	return {
		try(chance, note) {
			const isWeb = chance.below(5) === 0;
			const text = isWeb ? webText : chance.oneOf(texts);
			// A piece of the whole is read faster, and what is wrong in it weighs more.
			const lines = text.split('\n');
			const from = chance.below(lines.length);
			const part = chance.below(2) === 0 ? text : lines.slice(from, from + 30).join('\n');
			const changed =
				chance.below(5) === 0
					? mutatedBytes(Buffer.from(part), chance).toString('latin1')
					: mutatedText(part, chance, pieces);
			note(changed);
			if (!isWeb) return checkConfiguration(changed);
			writeFileSync(webFile, changed);
			const loaded = loadWebConfig(webFile, folder);
			if (!loaded.ok) checkMistakes(loaded.mistakes);
		},
		async close() {
			rmSync(folder, { recursive: true });
		},
	};
}

/** @throws when it is neither a configuration nor wrong at a place that there is */
export function checkConfiguration(text: string): void {
	const env = { STREAM_LAG_CONFIG: text };
	const loaded = loadConfig({ file: undefined, defaultFile: 'nowhere.yaml', cwd: root, env });
	if (loaded.ok) {
		assert.ok(loaded.config.targets.length > 0);
		assert.equal(typeof loaded.config.effectiveYaml, 'string');
		return;
	}
	checkMistakes(loaded.mistakes);
}

function checkMistakes(mistakes: readonly Mistake[]): void {
	assert.ok(mistakes.length > 0);
	for (const mistake of mistakes) assert.match(printMistake(mistake), /^[^\n]+$/);
}

const webText = `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  min_version: TLS12
basic_auth_users:
  prometheus: $2y$10$${'a'.repeat(53)}
`;
