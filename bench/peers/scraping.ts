/**
 * A client that scrapes again and again, in a process of its own: its parent is busy. Its arguments are
 * the port, for how many seconds, and how many milliseconds lie between two scrapes. It tells its parent
 * what it saw.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Scraper } from './http.ts';
import { type OwnPolls, ownPolls } from './own-polls.ts';

/** One scrape. */
export interface Scrape {
	readonly encoding: 'gzip' | 'identity';
	readonly beganAtMs: number;
	readonly tookMs: number;
	/** As they were transferred. */
	readonly bytes: number;
	/** Of an exporter that tells them, in plain text. */
	readonly polls?: OwnPolls;
}

const [port = 0, seconds = 0, pauseMs = 0] = process.argv.slice(2).map(Number);
const scraper = new Scraper(port);
const scrapes: Scrape[] = [];
const endMs = performance.now() + seconds * 1000;
for (let index = 0; performance.now() < endMs; index++) {
	const encoding = index % 2 === 0 ? 'gzip' : 'identity';
	const { body, beganAtMs, tookMs } = await scraper.get('/metrics', encoding);
	scrapes.push({
		encoding,
		beganAtMs,
		tookMs,
		bytes: body.length,
		...(encoding === 'identity' && { polls: ownPolls(body) }),
	});
	await sleep(pauseMs);
}
scraper.close();
process.send?.(scrapes, () => process.disconnect());
