import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Contender } from './contender.ts';
import type { Scrape } from './scraping.ts';

/** How long scrapes took that fell into a reading, in milliseconds; and bytes of one of each kind. */
export interface Scraped {
	readonly gzipMs: readonly number[];
	readonly plainMs: readonly number[];
	readonly gzipBytes: number;
	readonly plainBytes: number;
}

/** Between two scrapes; each is plain or compressed in turn. */
const pauseMs = 100;

/**
 * Scrapes from a process of its own for some seconds.
 *
 * @param readingMs - how long a reading takes until its values are served
 */
export async function scrapeFor(
	seconds: number,
	{ reads }: Pick<Contender, 'reads'>,
	port: number,
	readingMs: number,
): Promise<Scraped> {
	const child = fork(
		new URL('scraping.ts', import.meta.url),
		[port, seconds, pauseMs].map(String),
		{ execArgv: ['--import', 'tsx'], serialization: 'advanced' },
	);
	// It may have ended before all that it told was read.
	const gone = once(child, 'disconnect').then(() => {
		throw new Error('the scraping process ended and told nothing');
	});
	gone.catch(() => {});
	const [scrapes] = (await Promise.race([once(child, 'message'), gone])) as [readonly Scrape[]];
	const readings = reads === 'when scraped' ? undefined : pollsIn(scrapes, readingMs);
	const of = (encoding: Scrape['encoding']) =>
		scrapes
			.filter((scrape) => scrape.encoding === encoding)
			.filter((scrape) => readings?.some((reading) => overlap(scrape, reading)) ?? true)
			.map(({ tookMs }) => tookMs);
	const bytes = (encoding: Scrape['encoding']) =>
		scrapes.findLast((scrape) => scrape.encoding === encoding)?.bytes ?? Number.NaN;
	return {
		gzipMs: of('gzip'),
		plainMs: of('identity'),
		gzipBytes: bytes('gzip'),
		plainBytes: bytes('identity'),
	};
}

interface Span {
	readonly beganAtMs: number;
	readonly tookMs: number;
}

/** When polls were under way, as far as scrapes tell: between two of which there is one poll at most. */
function pollsIn(scrapes: readonly Scrape[], readingMs: number): readonly Span[] {
	const spans: Span[] = [];
	const told = scrapes.flatMap(({ polls }) => (polls === undefined ? [] : [polls]));
	for (const [index, { count, sumMs, endedAtMs }] of told.entries()) {
		const before = told[index - 1];
		if (before === undefined || before.count === count) continue;
		const tookMs = (sumMs - before.sumMs) / (count - before.count);
		spans.push({ beganAtMs: endedAtMs - tookMs, tookMs: Math.max(tookMs, readingMs) });
	}
	return spans;
}

function overlap(one: Span, other: Span): boolean {
	return (
		one.beganAtMs < other.beganAtMs + other.tookMs && other.beganAtMs < one.beganAtMs + one.tookMs
	);
}
