import { setTimeout as sleep } from 'node:timers/promises';
import { buildExporter, startExporter } from '../demo/exporter.ts';
import { startWorld } from '../test/e2e/world.ts';
import { short } from './numbers.ts';
import { Scraper } from './peers/http.ts';
import { setting } from './peers/machine.ts';
import { cpuMs, residentBytes } from './process.ts';

const intervalSeconds = 15;
const warmUpIntervals = 4;
const measuredIntervals = 8;

/** Three small targets at the usual interval, scraped as often: what the exporter takes at rest. */
export async function benchIdle(print: (line: string) => void): Promise<void> {
	await buildExporter(print);
	print(`${await setting()}\n`);
	const { kafka, redis, nats, stop } = await startWorld();
	try {
		const exporter = await startExporter({
			poll: { interval: `${intervalSeconds}s` },
			targets: [
				{ name: 'kafka', platform: 'kafka', brokers: [kafka.bootstrap] },
				{ name: 'redis', platform: 'redis', url: redis.url },
				{ name: 'nats', platform: 'nats', servers: [nats.url] },
			],
		});
		const scraper = new Scraper(exporter.ports[0] ?? 0);
		const pass = async (intervals: number) => {
			for (let interval = 0; interval < intervals; interval++) {
				await sleep(intervalSeconds * 1000);
				await scraper.get('/metrics');
			}
		};
		try {
			await pass(warmUpIntervals);
			const before = await cpuMs(exporter.pid);
			const beganMs = performance.now();
			await pass(measuredIntervals);
			const usedMs = (await cpuMs(exporter.pid)) - before;
			const share = usedMs / (performance.now() - beganMs);
			const { now, peak } = await residentBytes(exporter.pid);
			print(
				`three targets every ${intervalSeconds} s for ${measuredIntervals * intervalSeconds} s:`,
			);
			print(`${short(share * 100)} % of a core (${usedMs} ms); RSS ${short(now / 1e6)} MB,`);
			print(`at most ${short(peak / 1e6)} MB`);
		} finally {
			scraper.close();
			await exporter.stop();
		}
	} finally {
		await stop();
	}
}
