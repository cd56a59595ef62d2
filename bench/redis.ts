import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import { redis } from '../src/targets/redis/index.ts';
import type { Target } from '../src/targets/target.ts';
import { type Redis, startRedis } from '../test/brokers/index.ts';

/** Streams with groups that have read some entries and acknowledged none. */
interface Load {
	readonly streams: number;
	readonly groups: number;
	readonly entryBytes: number;
}

/** The fewest polls, and the medians of what they cost. */
const polls = 5;

/** A user who may not run scripts, so that single commands are used. */
const plain = { username: 'plain', password: 'plain' };

/** Measures polls of a real Redis beside a loop of single XINFO GROUPS. */
export async function benchRedis(print: (line: string) => void): Promise<void> {
	const server = await startRedis({
		config: [
			'user plain on >plain ~* +@all -@scripting',
			'appendonly no',
			'slowlog-log-slower-than 0',
		],
	});
	try {
		const { version } = server;
		print(`Redis ${version}, Node ${process.version}; medians of ${polls} polls after the first\n`);
		print(
			'| streams × groups | entries of | way | wall ms | first poll ms | commands | MB read | exporter CPU ms | server CPU ms | longest call ms | others wait at most ms | RSS MB |',
		);
		print('|---|---|---|---|---|---|---|---|---|---|---|---|');
		const loads: readonly Load[] = [
			{ streams: 10_000, groups: 1, entryBytes: 20 },
			{ streams: 100, groups: 50, entryBytes: 20 },
			{ streams: 1000, groups: 1, entryBytes: 20 },
			{ streams: 1000, groups: 1, entryBytes: 100_000 },
			{ streams: 100_000, groups: 1, entryBytes: 20 },
		];
		for (const load of loads) {
			await seed(server, load);
			await benchSingle(server, load, print);
			await benchTarget(server, load, 'commands', plain, print);
			await benchTarget(server, load, 'script', {}, print);
		}
	} finally {
		await server.stop();
	}
}

/** Four entries a stream; each group has read two, so that its lag is two and two are pending. */
export async function seed(server: Redis, { streams, groups, entryBytes }: Load): Promise<void> {
	const client = new Client(server.url);
	try {
		await client.flushall();
		const atOnce = entryBytes > 1000 ? 50 : 500;
		for (let from = 0; from < streams; from += atOnce) {
			await client.eval(
				`local body = string.rep('x', ARGV[3])
				for stream = ARGV[1], math.min(ARGV[1] + ARGV[4], ARGV[2]) - 1 do
					local key = 'orders:' .. stream
					for entry = 1, 4 do redis.call('XADD', key, '*', 'body', body) end
					for group = 1, ARGV[5] do
						local name = 'group-' .. group
						redis.call('XGROUP', 'CREATE', key, name, '0')
						redis.call('XREADGROUP', 'GROUP', name, 'one', 'COUNT', 2, 'STREAMS', key, '>')
					end
				end`,
				0,
				from,
				streams,
				entryBytes,
				atOnce,
				groups,
			);
		}
	} finally {
		client.disconnect();
	}
}

async function benchTarget(
	server: Redis,
	load: Load,
	way: string,
	login: object,
	print: (line: string) => void,
): Promise<void> {
	const target = redis.connect(
		redis.options.parse({ url: `redis://127.0.0.1:${server.port}`, ...login }),
		pino({ enabled: false }),
		30_000,
	);
	try {
		let requestsBefore = 0;
		await measure(server, load, way, print, async () => {
			const { groups, problems } = await target.read(AbortSignal.timeout(30_000));
			if (groups.length !== load.streams * load.groups || problems.length > 0) {
				throw new Error(`${groups.length} groups, ${JSON.stringify(problems[0])}`);
			}
			const requests = total(target);
			const sent = requests - requestsBefore;
			requestsBefore = requests;
			return sent;
		});
	} finally {
		await target.close();
	}
}

/** What one would write first: one command a stream, each after the answer to the one before. */
async function benchSingle(
	server: Redis,
	load: Load,
	print: (line: string) => void,
): Promise<void> {
	const client = new Client(server.url);
	try {
		await measure(server, load, 'single XINFO GROUPS: lag alone', print, async () => {
			for (let stream = 0; stream < load.streams; stream++) {
				await client.xinfo('GROUPS', `orders:${stream}`);
			}
			return load.streams;
		});
	} finally {
		client.disconnect();
	}
}

async function measure(
	server: Redis,
	{ streams, groups, entryBytes }: Load,
	way: string,
	print: (line: string) => void,
	poll: () => Promise<number>,
): Promise<void> {
	const probe = new Client(server.url);
	const bystander = await startBystander(server.url);
	const costs: Cost[] = [];
	try {
		for (let at = 0; at <= polls; at++) {
			await probe.slowlog('RESET');
			costs.push(await costOf(probe, bystander, poll));
		}
	} finally {
		bystander.stop();
		probe.disconnect();
	}
	const [first, ...others] = costs;
	const median = (cost: (one: Cost) => number, digits: number) =>
		middle(others.map(cost)).toFixed(digits);
	const row = [
		`${streams.toLocaleString('en')} × ${groups}`,
		entryBytes < 1000 ? `${entryBytes} B` : `${entryBytes / 1000} KB`,
		way,
		median(({ wallMs }) => wallMs, 0),
		(first as Cost).wallMs.toFixed(0),
		median(({ commands }) => commands, 0),
		median(({ bytes }) => bytes / 1e6, 2),
		median(({ cpuMs }) => cpuMs, 0),
		median(({ serverCpuMs }) => serverCpuMs, 0),
		median(({ longestCallMs }) => longestCallMs, 1),
		median(({ longestWaitMs }) => longestWaitMs, 1),
		Math.max(...costs.map(({ rssBytes }) => rssBytes / 1e6)).toFixed(0),
	];
	print(`| ${row.join(' | ')} |`);
}

interface Cost {
	readonly wallMs: number;
	readonly commands: number;
	readonly bytes: number;
	readonly cpuMs: number;
	readonly serverCpuMs: number;
	/** Of one command, as the server measures. */
	readonly longestCallMs: number;
	/** Of another client's PING, through all that was pipelined before it. */
	readonly longestWaitMs: number;
	readonly rssBytes: number;
}

async function costOf(
	probe: Client,
	bystander: Bystander,
	poll: () => Promise<number>,
): Promise<Cost> {
	const before = await serverCost(probe);
	const cpu = process.cpuUsage();
	const startedMs = performance.now();
	const commands = await poll();
	const wallMs = performance.now() - startedMs;
	const { user, system } = process.cpuUsage(cpu);
	const after = await serverCost(probe);
	const rssBytes = process.memoryUsage().rss;
	const slow = (await probe.slowlog('GET', 128)) as [number, number, number, string[]][];
	const calls = slow.map(([, , microseconds]) => microseconds / 1000);
	return {
		wallMs,
		commands,
		bytes: after.bytes - before.bytes,
		cpuMs: (user + system) / 1000,
		serverCpuMs: after.cpuMs - before.cpuMs,
		longestCallMs: Math.max(0, ...calls),
		longestWaitMs: await longestWait(bystander, poll),
		rssBytes,
	};
}

/** In a poll of its own, for what asks costs something too. */
async function longestWait(bystander: Bystander, poll: () => Promise<number>): Promise<number> {
	bystander.begin();
	await poll();
	return bystander.end();
}

/** Another client of the server, in a process of its own: this one is busy. */
interface Bystander {
	begin(): void;
	/** @returns how long it had to wait at most since the beginning, in milliseconds */
	end(): Promise<number>;
	stop(): void;
}

async function startBystander(url: string): Promise<Bystander> {
	const child = fork(new URL('redis-bystander.ts', import.meta.url), [url], {
		execArgv: ['--import', 'tsx'],
	});
	const gone = once(child, 'exit').then(() => {
		throw new Error('the bystander has ended');
	});
	await Promise.race([once(child, 'message'), gone]);
	gone.catch(() => {});
	return {
		begin: () => child.send('begin'),
		end: async () => {
			child.send('end');
			const [longestMs] = await once(child, 'message');
			return longestMs;
		},
		stop: () => child.send('stop'),
	};
}

async function serverCost(probe: Client): Promise<{ bytes: number; cpuMs: number }> {
	const info = await probe.info('everything');
	const field = (name: string) => Number(new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1]);
	return {
		bytes: field('total_net_output_bytes'),
		cpuMs: 1000 * (field('used_cpu_user') + field('used_cpu_sys')),
	};
}

function middle(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function total(target: Target): number {
	return [...target.requests.values()].reduce((sum, count) => sum + count, 0);
}
