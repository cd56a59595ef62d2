/**
 * `npm run soak -- [MINUTES] [SEED]`: the built exporter beside real brokers under churn and faults,
 * scraped all the time; 30 minutes unless told. Ends with 1 when memory grows, a scrape fails or
 * something wrong is told.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildExporter } from '../demo/exporter.ts';
import { until } from '../test/brokers/index.ts';
import type { Exporter } from '../test/e2e/exporter.ts';
import { type Lab, startLab } from '../test/faults/lab.ts';
import { Chance } from '../test/random.ts';
import { manyFaults, type Survived } from './faults.ts';
import { Judge, type Vitals } from './judge.ts';
import { workOnKafka } from './kafka.ts';
import { workOnNats } from './nats.ts';
import { workOnRedis } from './redis.ts';
import { reloadOn } from './reloads.ts';
import { slopeOf } from './slope.ts';
import { browseOn, scrapeOn, type Visits } from './visitors.ts';
import { churnOn, moveControl, type Work } from './work.ts';

/** RSS that grows by no more than this beside its spread is flat. A leak of 1 KiB a poll is 3.5 MiB an hour. */
const mostMiBPerHour = 10;
/** A run that is shorter is all warming up. */
const leastMinutesForSlope = 20;
const sampleSeconds = 5;

const [minutesText = '30', seedText = String(randomInt(2 ** 31))] = process.argv.slice(2);
const [minutes, seed] = [Number(minutesText), Number(seedText)];
if (!(minutes > 0 && minutes <= 10_000) || !Number.isSafeInteger(seed)) {
	process.stderr.write('usage: npm run soak -- [MINUTES] [SEED]\n');
	process.exit(2);
}
const print = (line = '') => process.stdout.write(`${line}\n`);
// Clients of brokers that are killed reject requests that nobody waits for any more.
process.on('unhandledRejection', () => {});

await buildExporter(print);
const lab = await startLab();
const works: Work[] = [];
let exporter: Exporter | undefined;
try {
	print(`${minutes} minutes, seed ${seed}, Node ${process.version}`);
	for (const platform of ['kafka', 'redis', 'nats'] as const) {
		print(`  ${platform} ${lab.world[platform].version}`);
	}
	works.push(
		await workOnKafka(lab.world.kafka, new Chance(seed + 1)),
		await workOnRedis(lab.world.redis, new Chance(seed + 2)),
		await workOnNats(lab.world.nats, new Chance(seed + 3)),
	);
	exporter = await lab.exporter();
	process.exitCode = (await soak(lab, exporter)) ? 0 : 1;
} finally {
	await exporter?.stop();
	await Promise.allSettled(works.map((work) => work.close()));
	await lab.stop();
}
// Clients that wait for what never comes hold nobody up.
process.exit();

async function soak(lab: Lab, exporter: Exporter): Promise<boolean> {
	const { url } = exporter;
	const judge = new Judge(works.map(({ control }) => control));
	const visits: Visits = {
		scrapes: 0,
		brokenOff: 0,
		pages: 0,
		slowestScrapeMs: 0,
		slowestNowMs: 0,
		failures: [],
	};
	const ending = new AbortController();
	const { signal } = ending;
	const look = (text: string) => judge.look(text);
	const visiting = Promise.all([
		scrapeOn(url, { isGzip: false, pauseMs: 500 }, visits, new Chance(seed + 4), look, signal),
		scrapeOn(url, { isGzip: true, pauseMs: 500 }, visits, new Chance(seed + 5), look, signal),
		browseOn(url, 1000, visits, new Chance(seed + 6), signal),
	]);
	try {
		await until('every lag is told', () => judge.isRight(), { timeoutMs: 60_000 });
		const working = new AbortController();
		let fault: string | undefined;
		const churning = works.map((work, at) =>
			churnOn(work, new Chance(seed + 10 + at), at === 0 ? 400 : 150, working.signal),
		);
		const running = [
			manyFaults(
				{
					lab,
					chance: new Chance(seed),
					calmSeconds: [10, 25],
					isReadSince: (platform, atMs) => judge.isReadSince(platform, atMs),
					onFault: (name) => {
						fault = name;
					},
				},
				working.signal,
			),
			reloadOn({ lab, exporter, chance: new Chance(seed + 7) }, 47, working.signal),
			moveControls(() => fault !== undefined, working.signal),
		] as const;
		const failed = Promise.all(running).then(() => new Promise<never>(() => {}));
		const samples: (readonly [hours: number, vitals: Vitals])[] = [];
		await Promise.race([watch(judge, visits, samples, () => fault), failed]);
		working.abort();
		const [survived, reloads, moves] = await Promise.all(running);
		const deeds = await Promise.all(churning);
		await until('in the end every lag is told as it is', () => judge.isRight(), {
			timeoutMs: 60_000,
		});
		print();
		print(`done on kafka, redis, nats: ${deeds.map(({ done }) => done).join(', ')}`);
		print(
			`could not be done, for the broker or what was chosen was gone: ${deeds.map((one) => one.failed).join(', ')}`,
		);
		print(
			`${reloads} reloads; ${moves} changes of the control groups; ${judge.compared} lags compared`,
		);
		tellSurvived(survived);
		print(
			`${visits.scrapes} scrapes, the slowest ${visits.slowestScrapeMs.toFixed(0)} ms; ${visits.brokenOff} broken off; ${visits.pages} pages`,
		);
		const isRight = tellAll('wrong', [...judge.wrong]) && tellAll('failed', visits.failures);
		return tellMemory(samples) && isRight;
	} finally {
		ending.abort();
		await visiting;
	}
}

/** Prints a line of the table now and then, until the time is over. */
async function watch(
	judge: Judge,
	visits: Visits,
	samples: (readonly [hours: number, vitals: Vitals])[],
	fault: () => string | undefined,
): Promise<void> {
	const everySeconds = Math.max(10, minutes * 2);
	const began = performance.now();
	const headings = ['min', 'RSS MiB', 'heap MiB', 'fds', 'resources', 'p99 ms', 'max ms'];
	const more = ['series', 'scrapes', 'slowest ms', 'problems', 'wrong', 'failed', 'fault'];
	print();
	print([...headings, ...more].map((heading) => heading.padStart(10)).join(' '));
	let printedSeconds = 0;
	for (let count = 1; count * sampleSeconds <= minutes * 60; count++) {
		await sleep(Math.max(0, began + count * sampleSeconds * 1000 - performance.now()));
		const seconds = (performance.now() - began) / 1000;
		const vitals = judge.vitals();
		samples.push([seconds / 3600, vitals]);
		if (seconds - printedSeconds < everySeconds) continue;
		printedSeconds = seconds;
		const cells = [
			(seconds / 60).toFixed(1),
			vitals.rssMiB.toFixed(1),
			vitals.heapMiB.toFixed(1),
			vitals.fds,
			vitals.resources,
			vitals.loopP99Ms.toFixed(1),
			vitals.loopMaxMs.toFixed(1),
			vitals.series,
			visits.scrapes,
			visits.slowestNowMs.toFixed(0),
			vitals.problems,
			judge.wrong.size,
			visits.failures.length,
			fault() ?? '-',
		];
		print(cells.map((cell) => String(cell).padStart(10)).join(' '));
		visits.slowestNowMs = 0;
	}
}

/** Changes the control groups while all is calm. */
async function moveControls(isFault: () => boolean, signal: AbortSignal): Promise<number> {
	const chance = new Chance(seed + 8);
	let moves = 0;
	while (!signal.aborted) {
		await sleep(chance.between(500, 1500));
		const work = chance.oneOf(works);
		if (isFault()) continue;
		try {
			await moveControl(work, chance);
			moves += 1;
		} catch {
			// A fault may have begun meanwhile: what was done of it is asked about when that is over.
			await until('there is no fault', () => !isFault() || signal.aborted, { timeoutMs: 180_000 });
			await work.control.settle();
		}
	}
	return moves;
}

function tellSurvived(survived: readonly Survived[]): void {
	const worst = new Map<string, number[]>();
	for (const { name, backAfterMs } of survived) {
		worst.set(name, [...(worst.get(name) ?? []), backAfterMs]);
	}
	print(`${survived.length} faults survived; read again after (seconds):`);
	for (const [name, times] of [...worst].sort()) {
		print(`  ${name.padEnd(16)} ${times.map((ms) => (ms / 1000).toFixed(1)).join(' ')}`);
	}
}

function tellAll(what: string, lines: readonly string[]): boolean {
	print(`${what}: ${lines.length}`);
	for (const line of lines.slice(0, 20)) print(`  ${line}`);
	return lines.length === 0;
}

/** Whether RSS is flat after the first third: Node compiles and optimizes for ten minutes. */
function tellMemory(samples: readonly (readonly [hours: number, vitals: Vitals])[]): boolean {
	const warm = samples.slice(Math.floor(samples.length / 3));
	const grows = (read: (vitals: Vitals) => number) =>
		slopeOf(warm.map(([hours, vitals]) => [hours, read(vitals)] as const));
	const rss = grows(({ rssMiB }) => rssMiB);
	const heap = grows(({ heapMiB }) => heapMiB);
	const fds = grows((vitals) => vitals.fds);
	const text = ({ slope, spread }: typeof rss) => `${slope.toFixed(1)} ± ${spread.toFixed(1)}`;
	print(
		`an hour, after the first third: RSS ${text(rss)} MiB, heap ${text(heap)} MiB, open files ${text(fds)}`,
	);
	if (minutes < leastMinutesForSlope) {
		print(`a run of less than ${leastMinutesForSlope} minutes says nothing about memory`);
		return true;
	}
	const isFlat = rss.slope - rss.spread <= mostMiBPerHour;
	print(
		`RSS ${isFlat ? 'is flat' : 'GROWS'}: ${isFlat ? 'not ' : ''}more than ${mostMiBPerHour} MiB an hour beyond its spread`,
	);
	return isFlat;
}
