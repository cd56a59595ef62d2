import { pino } from 'pino';
import { z } from 'zod';
import { nats } from '../src/targets/nats/index.ts';
import type { Target } from '../src/targets/target.ts';
import { type Nats, startNats } from '../test/brokers/index.ts';
import { fillNats, type NatsSize } from './fill/nats.ts';
import { cpuMs } from './process.ts';

/** Of which the middle one counts. */
const polls = 7;

/**
 * Reads a real server's consumers again and again: ages not wanted; wanted while nothing moves; and
 * wanted while every consumer has moved since the poll before. Beside it, the server's own report.
 */
export async function benchNats(print: (line: string) => void): Promise<void> {
	print(
		'| workload | read | ms | requests | KB from the server | exporter CPU ms | server CPU ms |',
	);
	print('|---|---|---|---|---|---|---|');
	for (const workload of [
		{ streams: 50, consumers: 60 },
		{ streams: 10, consumers: 1000 },
	]) {
		const server = await startNats();
		try {
			await run(server, workload, (read, measured) => {
				const { ms, requests, bytes, exporterMs, serverMs } = measured;
				const cells = [ms, requests, bytes / 1000, exporterMs, serverMs].map(Math.round);
				const { streams, consumers } = workload;
				print(`| ${streams} × ${consumers} consumers | ${read} | ${cells.join(' | ')} |`);
			});
		} finally {
			await server.stop();
		}
	}
}

/** One poll. */
interface Measured {
	readonly ms: number;
	readonly requests: number;
	readonly bytes: number;
	readonly exporterMs: number;
	readonly serverMs: number;
}

async function run(
	server: Nats,
	workload: NatsSize,
	tell: (read: string, measured: Measured) => void,
): Promise<void> {
	const { move, close } = await fillNats(server.url, workload);
	const nothing = async () => {};
	for (const [read, time_lag, between] of [
		['without ages', 'none', nothing],
		['with ages, nothing moves', 'exact', nothing],
		['with ages, everything moves', 'exact', move],
	] as const) {
		const given = nats.options.parse({ servers: [server.url], time_lag });
		const target = nats.connect(given, pino({ enabled: false }), 30_000);
		try {
			await readWell(target, workload);
			const measured: Measured[] = [];
			for (let poll = 0; poll < polls; poll++) {
				await between();
				measured.push(await measure(server, target, () => readWell(target, workload)));
			}
			tell(read, middle(measured));
		} finally {
			await target.close();
		}
	}
	const reports: Measured[] = [];
	for (let poll = 0; poll < polls; poll++) {
		let bytes = 0;
		const measured = await measure(server, undefined, async () => {
			const url = `http://127.0.0.1:${server.monitorPort}/jsz?consumers=true&config=true`;
			const text = await (await fetch(url)).text();
			bytes = text.length;
			JSON.parse(text);
		});
		reports.push({ ...measured, requests: 1, bytes });
	}
	tell('`/jsz?consumers=true` and its JSON parsed', middle(reports));
	await close();
}

async function readWell(target: Target, { streams, consumers }: NatsSize): Promise<void> {
	const { problems, groups } = await target.read(AbortSignal.timeout(30_000));
	const skipped = problems.every(({ code }) => code === 'ages_skipped');
	if (!skipped || groups.length !== streams * consumers) {
		throw new Error(`${groups.length} groups, ${JSON.stringify(problems)}`);
	}
}

async function measure(
	server: Nats,
	target: Target | undefined,
	work: () => Promise<void>,
): Promise<Measured> {
	const requests = () => [...(target?.requests.values() ?? [])].reduce((a, b) => a + b, 0);
	const before = {
		requests: requests(),
		bytes: await sentBytes(server),
		cpu: await cpuMs(server.pid),
	};
	const exporter = process.cpuUsage();
	const startedMs = performance.now();
	await work();
	const ms = performance.now() - startedMs;
	const { user, system } = process.cpuUsage(exporter);
	return {
		ms,
		requests: requests() - before.requests,
		bytes: (await sentBytes(server)) - before.bytes,
		exporterMs: (user + system) / 1000,
		serverMs: (await cpuMs(server.pid)) - before.cpu,
	};
}

const connections = z.object({
	connections: z.array(z.object({ name: z.string().optional(), out_bytes: z.number() })),
});

/** What the server has sent to the exporter so far. */
async function sentBytes(server: Nats): Promise<number> {
	const told = connections.parse(await server.monitor('/connz'));
	return told.connections
		.filter(({ name }) => name === 'stream-lag-exporter')
		.reduce((sum, { out_bytes }) => sum + out_bytes, 0);
}

/** The poll with the middle duration. */
function middle(measured: readonly Measured[]): Measured {
	const sorted = [...measured].sort((a, b) => a.ms - b.ms);
	const one = sorted[Math.floor(sorted.length / 2)];
	if (one === undefined) throw new Error('nothing was measured');
	return one;
}
