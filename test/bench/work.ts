import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Scraper } from '../../bench/peers/http.ts';
import type { Installation } from '../../bench/peers/installation.ts';
import { seriesIn } from '../../bench/peers/lags.ts';
import { targetOf } from '../../bench/peers/ours.ts';
import { start } from '../brokers/running.ts';
import { until } from '../brokers/until.ts';
import { valuesOf } from '../e2e/exporter.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Work of one poll that can be counted, so that it is the same on every machine. */
export interface Work {
	readonly requests: number;
	/** Between exporter and broker, both ways. */
	readonly bytes: number;
	/** Of the plain text of all metrics. */
	readonly bytesASeries: number;
	/** Of JavaScript's heap that are allocated from one poll to the next, with one scrape. */
	readonly allocatedASeries: number;
}

/** Enough that one of them has no request that is sent now and then, and no compiler at work. */
const polls = 10;
const warmUp = 4;

/** So large that nothing is collected for many polls: then what is used grows by what is allocated. */
const youngSpace = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

/** Runs the built exporter on a broker, and gives the least work that one of its polls made. */
export async function leastWork(installation: Installation): Promise<Work> {
	const exporter = await start({
		name: 'exporter',
		version: '',
		portCount: 1,
		prepare: async (folder, [port]) => {
			const file = join(folder, 'config.yaml');
			const targets = [targetOf(installation.platform, installation.counted)];
			await writeFile(file, JSON.stringify({ poll: { interval: '1s', timeout: '1s' }, targets }));
			const flags = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
			return { command: process.execPath, args: [...youngSpace, main, ...flags] };
		},
		ready: /"msg":"listening"/,
		readyTimeoutMs: 20_000,
	});
	const scraper = new Scraper(exporter.ports[0] ?? 0);
	try {
		const seen: Look[] = [];
		while (seen.length <= warmUp + polls) {
			const before = seen.at(-1)?.polls ?? 0;
			const next = async () => {
				const now = await look(scraper, installation);
				return now.polls > before && now;
			};
			seen.push(await until('one more poll has succeeded', next, { everyMs: 200 }));
		}
		return least(seen.slice(warmUp));
	} finally {
		scraper.close();
		await exporter.stop();
	}
}

/** All that was counted up to some moment. */
interface Look {
	/** Those that read everything. */
	readonly polls: number;
	readonly requests: number;
	readonly bytes: number;
	readonly heapBytes: number;
	readonly collections: number;
	readonly series: number;
	readonly bodyBytes: number;
}

async function look(scraper: Scraper, installation: Installation): Promise<Look> {
	const { body } = await scraper.get('/metrics', 'identity');
	const bytes = installation.countedBytes();
	const text = body.toString();
	const sum = (metric: string) =>
		Object.values(valuesOf(text, metric)).reduce((all, value) => all + value, 0);
	return {
		polls: valuesOf(text, 'stream_target_polls_total')[pollsThatReadAll(installation)] ?? 0,
		requests: sum('stream_target_requests_total'),
		bytes,
		heapBytes: Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]),
		collections: sum('nodejs_gc_duration_seconds_count'),
		series: seriesIn(text),
		bodyBytes: body.length,
	};
}

function pollsThatReadAll({ platform }: Installation): string {
	return `target="${platform}",result="ok"`;
}

function least(looks: readonly Look[]): Work {
	const steps = looks.slice(1).map((now, index) => ({ now, before: looks[index] as Look }));
	// One poll lies between two looks, unless this process had to wait.
	const single = steps.filter(({ now, before }) => now.polls === before.polls + 1);
	const undisturbed = single.filter(({ now, before }) => now.collections === before.collections);
	const min = (of: typeof steps, pick: (now: Look, before: Look) => number) =>
		Math.min(...of.map(({ now, before }) => pick(now, before)));
	return {
		requests: min(single, (now, before) => now.requests - before.requests),
		bytes: min(single, (now, before) => now.bytes - before.bytes),
		bytesASeries: min(single, (now) => now.bodyBytes / now.series),
		allocatedASeries: min(
			undisturbed,
			(now, before) => (now.heapBytes - before.heapBytes) / now.series,
		),
	};
}
