/**
 * `npm run demo`: real brokers with several kinds of trouble, the exporter beside them, and a table
 * of lag to follow. Ctrl-C ends all of it.
 *
 * `DEMO_SECONDS` ends it by itself that long after all has started; `DEMO_WORKLOAD_SECONDS` ends
 * only the producers and consumers, so that the numbers rest and can be compared with the brokers'.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { reason } from '../test/brokers/found.ts';
import type { RunningServer } from '../test/brokers/running.ts';
import { type Alerting, alertLines, startAlerting } from './alerts.ts';
import { type Broker, brokers } from './brokers.ts';
import { buildExporter, startExporter } from './exporter.ts';
import { readMetrics, type Told } from './metrics.ts';
import { Screen } from './screen.ts';
import { type Row, tableLines } from './table.ts';

/** Tight, so that a demo of two minutes shows how alerts come. */
const demoObjective = {
	name: 'demo',
	lag_seconds: '10s',
	pending_age: '30s',
	stalled_after: '20s',
	severity: 'critical',
};

const screen = new Screen(process.stdout);
const running: RunningServer[] = [];
const ending = new AbortController();
let workloads: readonly Promise<void>[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
try {
	await demonstrate();
	await end(0);
} catch (error) {
	if (!ending.signal.aborted) {
		screen.say(`the demo ends: ${error instanceof Error ? error.message : String(error)}`);
	}
	await end(1);
}

async function demonstrate(): Promise<void> {
	screen.say('stream-lag-exporter demo; Ctrl-C ends it and leaves nothing behind');
	const [started] = await Promise.all([startBrokers(), buildExporter(progress)]);
	if (started.length === 0) throw new Error('no broker could be started');

	const work = workSignal();
	const rows = (await Promise.all(started.map((broker) => putToWork(broker, work)))).flat();
	const exporter = await keep(
		startExporter({
			poll: { interval: '2s', timeout: '2s' },
			targets: started.map(({ target }) => target),
			objectives: [demoObjective],
		}),
	);
	const base = `http://127.0.0.1:${exporter.ports[0]}`;
	screen.say('');
	screen.say(`metrics     ${base}/metrics`);
	screen.say(`page        ${base}/`);
	const alerting = await startAlertingIfAtHand(`127.0.0.1:${exporter.ports[0]}`);
	if (alerting !== undefined) {
		const query = 'g0.expr=stream_consumer_lag&g0.tab=0&g0.range_input=5m';
		screen.say(`prometheus  ${alerting.prometheus.url}/graph?${query}`);
		screen.say(`alerts      ${alerting.prometheus.url}/alerts`);
	}
	if (alerting?.alertmanager !== undefined) {
		screen.say(`notified    ${alerting.alertmanager.url}/`);
	}
	for (const { server, address, ask } of started) {
		screen.say(`${server.name.padEnd(10)}  ${address}   ask it: ${ask}`);
	}
	screen.say('');
	await showTables(`${base}/metrics`, rows, alerting, work);
}

async function startBrokers(): Promise<Broker[]> {
	const attempts = brokers.map(async (startBroker) => {
		try {
			const broker = await startBroker(progress);
			await keep(broker.server);
			progress(`${broker.server.name} ${broker.server.version} runs on ${broker.address}`);
			return [broker];
		} catch (error) {
			progress(`left out: ${reason(error)}`);
			return [];
		}
	});
	return (await Promise.all(attempts)).flat();
}

async function putToWork(broker: Broker, signal: AbortSignal): Promise<Row[]> {
	const { name } = broker.server;
	const { behaviours, ended } = await broker.work(signal);
	const settled = ended.catch((error: unknown) => {
		if (!ending.signal.aborted) screen.say(`the work on ${name} ended: ${reason(error)}`);
	});
	workloads = [...workloads, settled];
	return behaviours.map((behaviour) => ({ platform: name, ...behaviour }));
}

async function startAlertingIfAtHand(target: string): Promise<Alerting | undefined> {
	try {
		return await startAlerting(target, progress, keep);
	} catch (error) {
		progress(`left out: ${reason(error)}`);
		return undefined;
	}
}

/** Draws what /metrics says and which alerts there are, until the end. */
async function showTables(
	url: string,
	rows: readonly Row[],
	alerting: Alerting | undefined,
	work: AbortSignal,
): Promise<void> {
	const startMs = performance.now();
	const seconds = Number(process.env.DEMO_SECONDS ?? Infinity);
	let before: ReadonlyMap<string, Told> = new Map();
	for (;;) {
		const elapsedSeconds = Math.round((performance.now() - startMs) / 1000);
		const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
		const now = readMetrics(await response.text());
		const alerts = alerting === undefined ? [] : await alertLines(alerting);
		if (ending.signal.aborted) return;
		const state = work.aborted ? '; producers and consumers have ended' : '';
		screen.draw([
			`after ${elapsedSeconds} s${state}`, //
			...tableLines(rows, now, before),
			...alerts,
		]);
		before = now;
		if (elapsedSeconds >= seconds) return;
		await sleep(screen.intervalMs, undefined, { signal: ending.signal }).catch(() => {});
	}
}

/** Ends producers and consumers: with everything else, or earlier if that was asked for. */
function workSignal(): AbortSignal {
	const work = new AbortController();
	// Every loop of every workload sleeps on it.
	setMaxListeners(0, work.signal);
	ending.signal.addEventListener('abort', () => work.abort());
	// Not AbortSignal.any over AbortSignal.timeout: Node 20 may collect the timeout as garbage before
	// it fires (nodejs/node#57736).
	const seconds = process.env.DEMO_WORKLOAD_SECONDS;
	if (seconds !== undefined) setTimeout(() => work.abort(), Number(seconds) * 1000);
	return work.signal;
}

async function keep<Server extends RunningServer>(
	server: Server | Promise<Server>,
): Promise<Server> {
	const started = await server;
	running.push(started);
	return started;
}

function progress(line: string): void {
	screen.say(`  ${line}`);
}

/** Ends everything and this process. A second signal changes nothing. */
async function end(code: number): Promise<void> {
	if (ending.signal.aborted) return;
	ending.abort();
	screen.say('stopping …');
	await Promise.race([Promise.all(workloads), sleep(3000)]);
	await Promise.all(running.map((server) => server.stop()));
	screen.say('stopped');
	process.exit(code);
}
