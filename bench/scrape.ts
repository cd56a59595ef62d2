import { buildExporter } from '../demo/exporter.ts';
import { median, quantile, row, short } from './numbers.ts';
import { installations } from './peers/installation.ts';
import { setting } from './peers/machine.ts';
import { count, measure } from './peers/measure.ts';
import { ours } from './peers/ours.ts';

/** Of a Kafka with so many groups there are about 100,000 series. */
const scale = 0.55;
/** Many scrapes fall into a poll, and there are enough of them to tell their p99. */
const everyMs = 1000;
const seconds = 300;

/** Scrapes of about 100,000 series while the broker is polled every second. */
export async function benchScrape(print: (line: string) => void): Promise<void> {
	await buildExporter(print);
	print(`${await setting()}\n`);
	const installation = await installations.kafka(scale);
	try {
		const exporter = await ours('kafka', everyMs);
		const { series } = await count(exporter, installation, 4);
		const { scraped, restingBytes, peakBytes } = await measure(exporter, installation, {
			readings: 10,
			scrapeSeconds: seconds,
		});
		const { gzipMs, plainMs, gzipBytes, plainBytes } = scraped;
		print(
			row([
				'body',
				'scrapes in polls',
				'p50 ms',
				'p95 ms',
				'p99 ms',
				'most',
				'MB',
				'bytes a series',
			]),
		);
		print(row(['---', ...Array<string>(7).fill('---:')]));
		for (const [name, tookMs, bytes] of [
			['gzip', gzipMs, gzipBytes],
			['plain', plainMs, plainBytes],
		] as const) {
			const times = [
				median(tookMs),
				quantile(tookMs, 0.95),
				quantile(tookMs, 0.99),
				quantile(tookMs, 1),
			].map(short);
			const sizes = [bytes / 1e6, bytes / series].map(short);
			print(row([name, String(tookMs.length), ...times, ...sizes]));
		}
		print(`\n${series.toLocaleString('en-US')} series of ${installation.shape}; RSS at rest`);
		print(`${short(restingBytes / 1e6)} MB, at most ${short(peakBytes / 1e6)} MB.`);
	} finally {
		await installation.stop();
	}
}
