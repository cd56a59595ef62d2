import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstProcessUrl } from '../../src/commands/first-process.ts';

const program = '/app/dist/main.js';

async function url(...words: readonly string[]): Promise<string | undefined> {
	const commandLine = words.map((word) => `${word}\0`).join('');
	return await firstProcessUrl(
		commandLine,
		program,
		async (webConfigFile) => webConfigFile === 'tls.yaml',
	);
}

const exporter = ['/nodejs/bin/node', '--v8-pool-size=1', program];

for (const [flags, expected] of [
	[[], 'http://127.0.0.1:10977'],
	[['serve', '--log.level=warn'], 'http://127.0.0.1:10977'],
	[['--web.listen-address=:9000'], 'http://127.0.0.1:9000'],
	[['--web.listen-address', '0.0.0.0:9000'], 'http://127.0.0.1:9000'],
	[['--web.listen-address=[::]:9000'], 'http://127.0.0.1:9000'],
	[['--web.listen-address=[fd00::1]:9000'], 'http://[fd00::1]:9000'],
	[
		['--web.listen-address=10.0.0.7:9000', '--web.listen-address=127.0.0.1:1'],
		'http://10.0.0.7:9000',
	],
	[['--web.config.file=tls.yaml'], 'https://127.0.0.1:10977'],
	[['--web.config.file=users.yaml'], 'http://127.0.0.1:10977'],
	[['--web.listen-address=:0'], undefined],
	[['once'], undefined],
	[['--nonsense'], undefined],
] as const) {
	test(`an exporter with the flags "${flags.join(' ')}" is asked at ${expected}`, async () => {
		assert.equal(await url(...exporter, ...flags), expected);
	});
}

test('a first process that is something else tells nothing', async () => {
	assert.equal(await url('/sbin/init', '--web.listen-address=:9000'), undefined);
	assert.equal(await url('node', '/srv/other.js', '--web.listen-address=:9000'), undefined);
	assert.equal(await url(), undefined);
});
