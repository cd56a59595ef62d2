import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadWebConfig } from '../../../src/config/web-config.ts';
import { Access } from '../../../src/http/access/access.ts';
import { buildServer, type Site } from '../../../src/http/server.ts';
import type { Certificates } from '../../brokers/index.ts';

/** The text of a web configuration with the certificate that {@link guard} puts beside it. */
export const withTls = 'tls_server_config: { cert_file: cert.pem, key_file: key.pem }';

/**
 * Builds a server with a web configuration, which stands in a folder of its own beside `cert.pem` and
 * `key.pem`. All is gone when the test has ended.
 */
export async function guard(
	t: TestContext,
	site: Site,
	{ server: { cert, key } }: Certificates,
	web = withTls,
) {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-access-'));
	t.after(() => rm(folder, { recursive: true, force: true }));
	await copyFile(cert, join(folder, 'cert.pem'));
	await copyFile(key, join(folder, 'key.pem'));
	await writeFile(join(folder, 'web.yaml'), web);
	const load = () => loadWebConfig('web.yaml', folder);
	const loaded = load();
	assert.ok(loaded.ok);
	const { webConfig, files } = loaded;
	const told: (readonly string[])[] = [];
	const onChange = (mistakes: readonly string[]) => told.push(mistakes);
	const access = new Access({ webConfig, files, load, onChange });
	const { app, close } = buildServer(site, access);
	t.after(async () => {
		await close();
		await access.close();
	});
	/** `told`: what was said of changes of the configuration. */
	return { app, folder, told };
}
