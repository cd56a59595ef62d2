import { createReadStream } from 'node:fs';
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
	/** Shapes of objects that V8 had not seen: what has one of its own is slow to read, see docs/decisions.md. */
	readonly newShapes: number;
}

/** Enough that one of them has no request that is sent now and then, and no compiler at work. */
const polls = 10;
const warmUp = 4;

/** So large that nothing is collected for many polls: then what is used grows by what is allocated. */
const youngSpace = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

/** Runs the built exporter on a broker, and gives the least work that one of its polls made. */
export async function leastWork(installation: Installation): Promise<Work> {
	let shapes: ShapesLog | undefined;
	const exporter = await start({
		name: 'exporter',
		version: '',
		portCount: 1,
		prepare: async (folder, [port]) => {
			const file = join(folder, 'config.yaml');
			const targets = [targetOf(installation.platform, installation.counted)];
			await writeFile(file, JSON.stringify({ poll: { interval: '1s', timeout: '1s' }, targets }));
			const flags = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
			shapes = new ShapesLog(join(folder, 'v8.log'));
			return { command: process.execPath, args: [...youngSpace, ...shapes.flags, main, ...flags] };
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
				const now = await look(scraper, installation, shapes as ShapesLog);
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
	readonly shapes: number;
}

/** V8 logs every shape of objects that it makes (it calls them maps). */
class ShapesLog {
	readonly flags: readonly string[];
	readonly #file: string;
	#readTo = 0;
	#rest = '';
	#count = 0;

	constructor(file: string) {
		this.#file = file;
		this.flags = ['--log-maps', '--no-logfile-per-isolate', `--logfile=${file}`];
	}

	/** How many were made so far. */
	async count(): Promise<number> {
		const stream = createReadStream(this.#file, { start: this.#readTo, encoding: 'latin1' });
		for await (const text of stream) {
			this.#readTo += text.length;
			const lines = (this.#rest + text).split('\n');
			this.#rest = lines.pop() ?? '';
			this.#count += lines.filter((line) => line.startsWith('map-create,')).length;
		}
		return this.#count;
	}
}

async function look(
	scraper: Scraper,
	installation: Installation,
	shapes: ShapesLog,
): Promise<Look> {
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
		shapes: await shapes.count(),
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
		newShapes: min(single, (now, before) => now.shapes - before.shapes),
	};
}
