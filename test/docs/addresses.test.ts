import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { read, root } from '../deploy/read.ts';

/** Files that link to runbooks or Grafana. */
function linking(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
		.map(({ parentPath, name }) => join(parentPath, name))
		.filter((path) => /runbook|grafana/.test(readFileSync(path, 'utf8')));
}

test('the one step of docs/alerting.md puts the addresses of a site into all files that link', () => {
	const [step = ''] = /(?<=```sh\n)sed -i [^`]+/.exec(read('docs/alerting.md')) ?? [];
	assert.match(step, /^sed -i /);
	const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-addresses-'));
	try {
		for (const part of ['deploy', 'grafana/dashboards']) {
			cpSync(fileURLToPath(new URL(part, root)), join(folder, part), { recursive: true });
		}
		const links = () =>
			linking(folder).flatMap(
				(path) => readFileSync(path, 'utf8').match(/https:\/\/[\w.-]*example\.com[^\s"]*/g) ?? [],
			);
		const placeholders = links();
		assert.ok(placeholders.length > 100, `${placeholders.length}`);
		execFileSync('bash', ['-ec', step], { cwd: folder });
		assert.deepEqual(links(), []);
		const alerts = readFileSync(join(folder, 'deploy/prometheus/rules/alerts.yaml'), 'utf8');
		assert.match(
			alerts,
			/runbook_url: https:\/\/wiki\.internal\/runbooks\/StreamConsumerStopped\.md/,
		);
		assert.match(
			alerts,
			/dashboard_url: https:\/\/grafana\.internal\/d\/stream-lag-group\?var-target=/,
		);
		for (const path of linking(folder)) {
			// JSON is YAML too.
			for (const { errors } of parseAllDocuments(readFileSync(path, 'utf8'))) {
				assert.deepEqual(errors, [], path);
			}
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
