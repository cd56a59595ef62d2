import { fork } from 'node:child_process';
import { once } from 'node:events';
import { buildExporter } from '../demo/exporter.ts';
import { median, quantile, row, short } from './numbers.ts';
import { installations } from './peers/installation.ts';
import { setting } from './peers/machine.ts';
import { count, measure } from './peers/measure.ts';
import { ours } from './peers/ours.ts';
import { type Scraped, scrapeFor } from './peers/scrapes.ts';

/** Of a Kafka with so many groups there are about 100,000 series. */
const scale = 0.55;
/** Many scrapes fall into a poll, and there are enough of them to tell their p99. */
const everyMs = 1000;
const seconds = 300;
/** For the same scrapes of a server that does nothing else. */
const sendingSeconds = 60;

/**
 * Scrapes of about 100,000 series while the broker is polled every second; and what the same client takes
 * for as many bytes of a server that only sends them, which no exporter on Node can be quicker than.
 */
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
		const sent = await onlySent(scraped);
		print(row(['body', 'scrapes', 'p50 ms', 'p95 ms', 'p99 ms', 'most', 'MB', 'bytes a series']));
		print(row(['---', ...Array<string>(7).fill('---:')]));
		for (const [of, { gzipMs, plainMs, gzipBytes, plainBytes }] of [
			['in polls', scraped],
			['only sent', sent],
		] as const) {
			for (const [kind, tookMs, bytes] of [
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
				print(row([`${kind}, ${of}`, String(tookMs.length), ...times, ...sizes]));
			}
		}
		print(`\n${series.toLocaleString('en-US')} series of ${installation.shape}; RSS at rest`);
		print(`${short(restingBytes / 1e6)} MB, at most ${short(peakBytes / 1e6)} MB.`);
	} finally {
		await installation.stop();
	}
}

async function onlySent({ gzipBytes, plainBytes }: Scraped): Promise<Scraped> {
	const server = fork(new URL('sending.ts', import.meta.url), [gzipBytes, plainBytes].map(String), {
		execArgv: ['--import', 'tsx'],
	});
	try {
		const gone = once(server, 'disconnect').then(() => {
			throw new Error('the server that only sends ended at its start');
		});
		gone.catch(() => {});
		const [port] = (await Promise.race([once(server, 'message'), gone])) as [number];
		return await scrapeFor(sendingSeconds, { reads: 'when scraped' }, port, 0);
	} finally {
		server.kill();
	}
}
