import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Exporter } from '../e2e/exporter.ts';

/** How long a scrape took, and what the main threads of both sides did in that time. */
export interface Scrape {
	readonly tookMs: number;
	/** How many others were under way in that time. */
	readonly others: number;
	readonly exporter: ThreadTime;
	readonly tests: ThreadTime;
}

interface ThreadTime {
	readonly ranMs: number;
	/** It could have run, but all cores were taken. */
	readonly waitedMs: number;
}

/** Scrapes, and takes the time. */
export async function timedScrape(exporter: Exporter): Promise<Scrape & { readonly text: string }> {
	const before = await Promise.all([threadTime(exporter.pid), threadTime(process.pid)]);
	const beganMs = performance.now();
	const { over } = exporter.scrapes();
	const text = await exporter.scrape();
	const tookMs = performance.now() - beganMs;
	const others = exporter.scrapes().begun - over - 1;
	const [ofExporter, ofTests] = await Promise.all([
		threadTime(exporter.pid),
		threadTime(process.pid),
	]);
	return {
		text,
		tookMs,
		others,
		exporter: between(before[0], ofExporter),
		tests: between(before[1], ofTests),
	};
}

/**
 * What a bare HTTP server of Node takes of its main thread for another answer with a connection of its
 * own: measured on a slow machine, right after its start, 200 at once.
 */
const otherMs = 0.5;

/**
 * Whatever happens to brokers, a scrape is answered within 100 ms. Where one starts, tests and exporter
 * wait for a core now and then: so nineteen in twenty are by the clock; no scrape at all may keep the
 * exporter busy for so long, beside what is due to others; and by the clock none takes a second.
 */
export function checkScrapes(scrapes: readonly Scrape[]): void {
	const { usualMs, slowest } = summaryOf(scrapes);
	assert.ok(usualMs < 100, `one scrape in twenty took ${usualMs} ms`);
	for (const scrape of scrapes) {
		const ownMs = scrape.exporter.ranMs - scrape.others * otherMs;
		assert.ok(ownMs < 100, `the exporter was busy: ${described(scrape)}`);
	}
	assert.ok(slowest.tookMs < 1000, described(slowest));
}

/** What is to be told of scrapes, the fastest first. */
export function toldOf(scrapes: readonly Scrape[]): string {
	const { usualMs, slowest } = summaryOf(scrapes);
	return `${scrapes.length} scrapes, 95 % within ${usualMs.toFixed(0)} ms, the slowest ${described(slowest)}`;
}

function summaryOf(scrapes: readonly Scrape[]) {
	const slowest = scrapes.at(-1);
	const usual = scrapes[Math.floor((scrapes.length - 1) * 0.95)];
	assert(slowest && usual, 'nothing was scraped');
	return { usualMs: usual.tookMs, slowest };
}

function described({ tookMs, others, exporter, tests }: Scrape): string {
	const ms = (value: number) => value.toFixed(0);
	return `${ms(tookMs)} ms (beside ${others} others; exporter ran ${ms(exporter.ranMs)}, waited for a core ${ms(exporter.waitedMs)}; tests ran ${ms(tests.ranMs)}, waited ${ms(tests.waitedMs)})`;
}

/**
 * Of a process's main thread since its start, as Linux tells it (Documentation/scheduler/sched-stats);
 * where the system does not tell, the clock alone decides.
 */
async function threadTime(pid: number): Promise<ThreadTime> {
	const path = `/proc/${pid}/task/${pid}/schedstat`;
	if (!existsSync(path)) return { ranMs: 0, waitedMs: 0 };
	const text = await readFile(path, 'utf8');
	const [ran, waited] = text.split(' ').map((nanoseconds) => Number(nanoseconds) / 1e6);
	return { ranMs: ran ?? Number.NaN, waitedMs: waited ?? Number.NaN };
}

function between(before: ThreadTime, after: ThreadTime): ThreadTime {
	return { ranMs: after.ranMs - before.ranMs, waitedMs: after.waitedMs - before.waitedMs };
}
