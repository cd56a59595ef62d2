import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { runCommand } from './command.ts';
import { findAmtool, startAlertmanager, until } from './index.ts';

const alertmanager = await startAlertmanager({
	configuration: 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n',
});
after(() => alertmanager.stop());

test('an Alertmanager takes alerts from amtool and tells them', async () => {
	assert.deepEqual(await alertmanager.alerts(), []);
	const amtool = await findAmtool();
	const add = ['alert', 'add', `--alertmanager.url=${alertmanager.url}`, 'Tried', 'target=orders'];
	await runCommand(amtool.path, add, { env: amtool.env ?? {}, timeoutMs: 10_000 });
	const alert = await until('the alert is held', async () => (await alertmanager.alerts())[0]);
	assert.deepEqual(alert.labels, { alertname: 'Tried', target: 'orders' });
});
