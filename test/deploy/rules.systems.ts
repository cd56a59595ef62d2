import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../brokers/command.ts';
import { findAmtool, findPromtool } from '../brokers/index.ts';
import { root } from './read.ts';

const folder = fileURLToPath(new URL('deploy', root));
const promtool = await findPromtool();
const amtool = await findAmtool();

async function run(tool: typeof promtool, ...args: string[]): Promise<string> {
	const { stdout } = await runCommand(tool.path, args, {
		cwd: folder,
		env: tool.env ?? {},
		timeoutMs: 120_000,
	});
	return stdout;
}

test('promtool finds nothing wrong with the rules and the example of Prometheus', async () => {
	const told = await run(promtool, 'check', 'config', 'prometheus/prometheus.yaml');
	assert.match(told, /2 rule files found/);
	assert.match(told, /26 rules found/);
});

for (const file of readdirSync(new URL('deploy/prometheus/rules', root))) {
	test(`promtool finds nothing wrong with prometheus/rules/${file}`, async () => {
		assert.match(await run(promtool, 'check', 'rules', `prometheus/rules/${file}`), /SUCCESS/);
	});
}

for (const file of readdirSync(new URL('deploy/prometheus/tests', root))) {
	test(`the rules do what prometheus/tests/${file} says`, async () => {
		assert.match(await run(promtool, 'test', 'rules', `prometheus/tests/${file}`), /SUCCESS/);
	});
}

test('amtool finds nothing wrong with the example of Alertmanager', async () => {
	assert.match(await run(amtool, 'check-config', 'alertmanager/example.yaml'), /SUCCESS/);
});

const group = ['target=orders', 'platform=kafka', 'stream=orders', 'consumer_group=billing'];
const routes: readonly (readonly [receiver: string, labels: readonly string[]])[] = [
	['pager', ['alertname=StreamConsumerStopped', 'severity=critical', ...group]],
	['chat', ['alertname=StreamConsumerStopped', 'severity=warning', ...group]],
	['log', ['alertname=StreamConsumerStopped', 'severity=info', ...group]],
	['pager', ['alertname=StreamTargetDown', 'severity=critical', 'target=orders', 'platform=kafka']],
	['chat', ['alertname=StreamLagExporterConfigReloadFailed', 'severity=warning', 'instance=a:1']],
	['chat', ['alertname=SomethingElse']],
];
for (const [receiver, labels] of routes) {
	test(`${receiver} is told of ${labels.slice(0, 2).join(' ')}`, async () => {
		const told = await run(
			amtool,
			...['config', 'routes', 'test', '--config.file=alertmanager/example.yaml'],
			...[`--verify.receivers=${receiver}`, ...labels],
		);
		assert.equal(told.trim().split('\n')[0], receiver);
	});
}
