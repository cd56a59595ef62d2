import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/brokers/index.ts';
import { median } from '../numbers.ts';
import { cpuMs, residentBytes } from '../process.ts';
import type { Contender } from './contender.ts';
import { Scraper } from './http.ts';
import type { Address, Installation } from './installation.ts';
import { rightLags, seriesIn } from './lags.ts';
import { type Readings, type ReadingTime, readingsOf } from './readings.ts';
import { type Scraped, scrapeFor } from './scrapes.ts';

/** How long one round measures. */
export interface Effort {
	/** Whose CPU is counted, and as many again that are timed. */
	readonly readings: number;
	readonly scrapeSeconds: number;
}

/** What one run of a contender cost. */
export interface Round {
	readonly times: readonly ReadingTime[];
	/** Of each reading with one scrape. */
	readonly cpuMs: number;
	/** Of the broker for each reading, beyond what it takes anyway. */
	readonly brokerCpuMs: number;
	readonly scraped: Scraped;
	readonly restingBytes: number;
	readonly peakBytes: number;
}

/** Starts a contender, measures it at rest, and ends it. */
export async function measure(
	contender: Contender,
	installation: Installation,
	{ readings: count, scrapeSeconds }: Effort,
): Promise<Round> {
	const brokerPid = installation.server.pid;
	const idleShare = await cpuShare(brokerPid);
	return await running(contender, installation.direct, async (pid, port, readings) => {
		await readings.pass(contender.warmUp);
		const meter = async () => ({
			atMs: performance.now(),
			cpuMs: await cpuMs(pid),
			brokerCpuMs: await cpuMs(brokerPid),
		});
		const passed = await readings.measured(count, meter);
		const { before, after } = passed;
		const idleMs = idleShare * (after.atMs - before.atMs);
		const { now: restingBytes } = await residentBytes(pid);
		const times: ReadingTime[] = [];
		for (let reading = 0; reading < count; reading++) times.push(await readings.time());
		const readingMs = median(times.map(({ totalMs }) => totalMs));
		const scraped = await scrapeFor(scrapeSeconds, contender, port, readingMs);
		const { peak: peakBytes } = await residentBytes(pid);
		return {
			times,
			cpuMs: (after.cpuMs - before.cpuMs) / passed.readings,
			brokerCpuMs: (after.brokerCpuMs - before.brokerCpuMs - idleMs) / passed.readings,
			scraped,
			restingBytes,
			peakBytes,
		};
	});
}

/** What does not depend on how fast a machine is. */
export interface Counts {
	/** Between exporter and broker, both ways, for each reading. */
	readonly bytes: number;
	readonly series: number;
	readonly lags: number;
	readonly rightLags: number;
}

/** Counts what a few readings through a proxy cost, and how many lags are right. */
export async function count(
	contender: Contender,
	installation: Installation,
	readings: number,
): Promise<Counts> {
	const { truth } = installation;
	return await running(contender, installation.counted, async (_, port, seen) => {
		const bytes = async () => installation.countedBytes();
		const passed = await seen.measured(readings, bytes);
		const scraper = new Scraper(port);
		const text = (await scraper.get('/metrics')).text();
		scraper.close();
		return {
			bytes: (passed.after - passed.before) / passed.readings,
			series: seriesIn(text),
			lags: truth.size,
			rightLags: rightLags(text, contender.lags, truth),
		};
	});
}

/** Does something with a contender that has read everything once. */
async function running<T>(
	contender: Contender,
	address: Address,
	work: (pid: number, port: number, readings: Readings) => Promise<T>,
): Promise<T> {
	const server = await contender.start(address);
	const port = server.ports[0] ?? 0;
	const readings = readingsOf(contender, port);
	try {
		await until('the first reading', async () => await readings.time(), { timeoutMs: 60_000 });
		return await work(server.pid, port, readings);
	} catch (error) {
		throw new Error(`${contender.name}: ${error}; its last lines:\n${server.log()}`, {
			cause: error,
		});
	} finally {
		readings.close();
		await server.stop();
	}
}

const idleMs = 3000;

/** How much of a core a process uses by itself. */
async function cpuShare(pid: number): Promise<number> {
	const before = await cpuMs(pid);
	const beganMs = performance.now();
	await sleep(idleMs);
	return ((await cpuMs(pid)) - before) / (performance.now() - beganMs);
}
