import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exporter, valuesOf } from '../e2e/exporter.ts';
import { type Scrape, timedScrape } from './scrapes.ts';

/** What is known to be true of every lag: nothing else may ever be told. */
export type Truth = Readonly<Record<string, number>>;

/** What was seen by scraping again and again. */
export interface Seen {
	/** The fastest first. */
	readonly scrapes: readonly Scrape[];
	/** By target: how old its last good poll was at most, in seconds. */
	readonly oldestSeconds: Readonly<Record<string, number>>;
}

/**
 * Scrapes while something happens.
 *
 * @param truth - lags by `target stream group`; one that is told and is another fails at once
 */
export async function watching(
	exporter: Exporter,
	truth: Truth,
	happening: () => Promise<unknown>,
): Promise<Seen> {
	const scrapes: Scrape[] = [];
	const oldestSeconds: Record<string, number> = {};
	let isOver = false;
	const over = happening().finally(() => {
		isOver = true;
	});
	const look = async () => {
		while (!isOver) {
			const { text, ...scrape } = await timedScrape(exporter);
			scrapes.push(scrape);
			checkLags(text, truth);
			const goodAt = valuesOf(text, 'stream_target_last_success_timestamp_seconds');
			for (const [labels, at] of Object.entries(goodAt)) {
				const [, target = ''] = /target="([^"]*)"/.exec(labels) ?? [];
				const age = Date.now() / 1000 - at;
				oldestSeconds[target] = Math.max(oldestSeconds[target] ?? 0, age);
			}
			await sleep(50);
		}
	};
	await Promise.all([look(), over]);
	return { scrapes: scrapes.sort((a, b) => a.tookMs - b.tookMs), oldestSeconds };
}

function checkLags(text: string, truth: Truth): void {
	for (const [labels, lag] of Object.entries(valuesOf(text, 'stream_consumer_lag'))) {
		const [target, stream, group] = [...labels.matchAll(/"([^"]*)"/g)].map(([, value]) => value);
		const known = truth[`${target} ${stream} ${group}`];
		assert.equal(lag, known, `${target} ${stream} ${group}`);
	}
}
