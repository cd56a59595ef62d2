import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../brokers/index.ts';
import { type Exporter, valuesOf } from '../e2e/exporter.ts';
import { checkScrapes, type Scrape, timedScrape } from './scrapes.ts';

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
 * Scrapes while something happens; fails where a scrape takes too long.
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
	scrapes.sort((a, b) => a.tookMs - b.tookMs);
	checkScrapes(scrapes);
	return { scrapes, oldestSeconds };
}

/** Whether all targets are up, and exactly the lags are told that are known to be true. */
export async function isWhole(exporter: Exporter, truth: Truth): Promise<boolean> {
	const text = await exporter.scrape();
	const up = Object.values(valuesOf(text, 'stream_target_up'));
	const told = lagsIn(text);
	return (
		up.every((one) => one === 1) &&
		told.size === Object.keys(truth).length &&
		Object.entries(truth).every(([names, lag]) => told.get(names) === lag)
	);
}

/** Waits for as long as a target that is well takes for so many polls. */
export async function passPolls(exporter: Exporter, target: string, count: number): Promise<void> {
	const polls = async () =>
		(await exporter.values('stream_target_polls_total'))[`target="${target}",result="ok"`] ?? 0;
	const before = await polls();
	await until('time passes', async () => (await polls()) >= before + count, { timeoutMs: 60_000 });
}

function checkLags(text: string, truth: Truth): void {
	for (const [names, lag] of lagsIn(text)) assert.equal(lag, truth[names], names);
}

/** Every lag that is told, by `target stream group`. */
function lagsIn(text: string): ReadonlyMap<string, number> {
	const lags = Object.entries(valuesOf(text, 'stream_consumer_lag'));
	return new Map(
		lags.map(([labels, lag]) => [
			[...labels.matchAll(/"([^"]*)"/g)].map(([, value]) => value).join(' '),
			lag,
		]),
	);
}
