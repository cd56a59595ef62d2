import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { runCommand } from './command.ts';
import { findPromtool, startPrometheus, until } from './index.ts';
import { livesAsPromised } from './life.ts';

const prometheus = await startPrometheus({ scrape: ['127.0.0.1:1'] });
after(() => prometheus.stop());

test('Prometheus scrapes, and keeps what it saw until it is stopped', async () => {
	const oldest = await until('a scrape was made', async () => (await prometheus.query('up'))[0]);
	assert.equal(oldest.metric.instance, '127.0.0.1:1');
	const seen = async (): Promise<string> => {
		const [sample] = await prometheus.query(`up @ ${oldest.value[0]}`);
		return sample?.value[1] ?? 'nothing';
	};
	await livesAsPromised(prometheus, seen, '0', 500);
});

test('a query that Prometheus refuses is told in its words', async (t) => {
	const other = await startPrometheus({ scrape: [] });
	t.after(() => other.stop());
	await assert.rejects(other.query('up{'), /prometheus refuses up\{: .*parse error/);
});

test('promtool runs', async () => {
	const promtool = await findPromtool();
	const { stdout } = await runCommand(promtool.path, ['--help'], {
		env: promtool.env ?? {},
		timeoutMs: 10_000,
	});
	assert.match(stdout, /check metrics/);
});
