import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { startRedis, until } from '../brokers/index.ts';
import { startExporter } from './exporter.ts';

const streams = 5000;

test('a scrape under way at SIGTERM is answered to its end', async () => {
	const redis = await startRedis();
	try {
		await redis.cli(
			'EVAL',
			`for i = 1, ${streams} do
				redis.call('XADD', 'stream:' .. i, '*', 'a', '1')
				redis.call('XGROUP', 'CREATE', 'stream:' .. i, 'group', '0')
			end`,
			'0',
		);
		const exporter = await startExporter(`
targets:
  - { name: cache, platform: redis, url: '${redis.url}' }
`);
		try {
			await until(
				'it is ready',
				async () => (await fetch(`${exporter.url}/-/ready`)).status === 200,
			);
			const asked = request(`${exporter.url}/metrics`).end();
			const [response] = await once(asked, 'response');
			// Not read yet: the exporter cannot have sent it all.
			process.kill(exporter.pid, 'SIGTERM');
			let text = '';
			for await (const chunk of response) text += String(chunk);
			assert.equal(text.match(/^stream_consumer_lag\{/gm)?.length, streams);
			assert.match(text, /\nprocess_cpu_seconds_total /);
			assert.equal(await exporter.ended(), 0);
		} finally {
			await exporter.stop();
		}
	} finally {
		await redis.stop();
	}
});
