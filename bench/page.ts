import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildServer } from '../src/http/server.ts';
import type { Snapshot } from '../src/model.ts';
import { siteOf } from '../test/http/site.ts';
import { crowd } from '../test/http/snapshots.ts';

const paths = () => [
	'/',
	'/?limit=500',
	'/?search=region-12&sort=lag',
	'/api/v1/consumers',
	'/api/v1/consumers?limit=1000&sort=lag_seconds',
	'/api/v1/consumers?consumer_group=*service-77*&stream=*region*v?',
	'/api/v1/consumers?consumer_group=service-77&stream=orders*',
	`/api/v1/consumers?${dear('stream', '*v1')}&${dear('consumer_group', '*zz')}`,
	'/api/v1/targets',
];

/** As many wildcards as are allowed, most of them in vain. */
function dear(parameter: string, last: string): string {
	const patterns = [...Array.from({ length: 4 }, (_, index) => `*x${index}`), last];
	return patterns.map((pattern) => `${parameter}=${pattern}`).join('&');
}

const rounds = 30;
const warmUpRounds = 10;

/** Measures answers of the page and the JSON API: how long the event loop does nothing else. */
export async function benchPage(print: (line: string) => void): Promise<void> {
	print('| groups | path | bytes | ms, median | ms, most |');
	print('| ---: | --- | ---: | ---: | ---: |');
	for (const groups of [1000, 10_000, 100_000]) {
		const all = crowd(groups, Date.now());
		// The list that tests look at copies what is looked at.
		const snapshot = { ...all, consumers: [...all.consumers] };
		for (const path of paths()) {
			const { bytes, medianMs, mostMs } = await measure(snapshot, path);
			const times = `${medianMs.toFixed(1)} | ${mostMs.toFixed(1)}`;
			print(`| ${groups.toLocaleString('en-US')} | \`${path}\` | ${bytes} | ${times} |`);
		}
	}
}

/** Injected requests take no time in sockets: all of it is the event loop's. */
async function measure(snapshot: Snapshot, path: string) {
	const { app, close } = buildServer({ ...siteOf(), snapshot: () => snapshot });
	try {
		const takenMs: number[] = [];
		let bytes = 0;
		for (let round = 0; round < warmUpRounds + rounds; round++) {
			await sleep(5);
			const began = performance.now();
			const answer = await app.inject(path);
			if (round >= warmUpRounds) takenMs.push(performance.now() - began);
			if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
			bytes = answer.rawPayload.length;
		}
		takenMs.sort((a, b) => a - b);
		return {
			bytes,
			medianMs: takenMs[Math.floor(rounds / 2)] ?? 0,
			mostMs: takenMs.at(-1) ?? 0,
		};
	} finally {
		await close();
	}
}
