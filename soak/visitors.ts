import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Chance } from '../test/random.ts';

/** What scraping and looking around has led to. */
export interface Visits {
	scrapes: number;
	brokenOff: number;
	pages: number;
	slowestScrapeMs: number;
	/** Of the slowest since the last line of the table. */
	slowestNowMs: number;
	/** Of scrapes and pages that were not answered as they should. */
	readonly failures: string[];
}

/** Longer than any answer should take, for the stop of one would else be the stop of the soak. */
const mostMs = 10_000;

const pages = [
	'/',
	'/?search=churn',
	'/-/ready',
	'/-/healthy',
	'/config',
	'/api/v1/targets',
	'/api/v1/consumers?limit=1000',
	'/api/v1/consumers?stream=churn*&status=behind&sort=lag&order=desc',
];

/**
 * Scrapes again and again, every tenth time breaking off half-way, until the signal fires.
 *
 * @param onText - gets each text that came in full
 */
export async function scrapeOn(
	url: string,
	{ isGzip, pauseMs }: { readonly isGzip: boolean; readonly pauseMs: number },
	visits: Visits,
	chance: Chance,
	onText: (text: string) => void,
	signal: AbortSignal,
): Promise<void> {
	const headers = isGzip ? { 'accept-encoding': 'gzip' } : {};
	while (!signal.aborted) {
		if (chance.below(10) === 0) {
			await breakOff(`${url}/metrics`, headers);
			visits.brokenOff += 1;
		} else {
			const beganMs = performance.now();
			try {
				const { status, body } = await ask(`${url}/metrics`, headers);
				if (status !== 200) throw new Error(`status ${status}`);
				const tookMs = performance.now() - beganMs;
				visits.slowestScrapeMs = Math.max(visits.slowestScrapeMs, tookMs);
				visits.slowestNowMs = Math.max(visits.slowestNowMs, tookMs);
				visits.scrapes += 1;
				onText((isGzip ? gunzipSync(body) : body).toString());
			} catch (error) {
				visits.failures.push(`a scrape: ${error}`);
			}
		}
		await sleep(pauseMs);
	}
}

/** Looks at pages and the API until the signal fires. */
export async function browseOn(
	url: string,
	pauseMs: number,
	visits: Visits,
	chance: Chance,
	signal: AbortSignal,
): Promise<void> {
	while (!signal.aborted) {
		const path = chance.oneOf(pages);
		try {
			const { status } = await ask(url + path, {});
			if (status !== 200) throw new Error(`status ${status}`);
			visits.pages += 1;
		} catch (error) {
			visits.failures.push(`${path}: ${error}`);
		}
		await sleep(pauseMs);
	}
}

async function ask(url: string, headers: Record<string, string>) {
	return await new Promise<{ readonly status: number; readonly body: Buffer }>(
		(resolve, reject) => {
			const signal = AbortSignal.timeout(mostMs);
			get(url, { headers, signal }, (response) => {
				buffer(response).then(
					(body) => resolve({ status: response.statusCode ?? 0, body }),
					reject,
				);
			}).on('error', reject);
		},
	);
}

/** Asks, and goes when the first bytes have come. */
async function breakOff(url: string, headers: Record<string, string>): Promise<void> {
	await new Promise<void>((resolve) => {
		const asked = get(url, { headers }, (response) => {
			response.once('data', () => response.destroy());
			response.on('error', () => {});
			response.on('close', resolve);
		});
		asked.on('error', () => resolve());
	});
}
