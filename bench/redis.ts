import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** How many polls are measured, after the first. */
const polls = 7;

/** Never met: what takes longer is measured too. */
const pollTimeoutMs = 300_000;

/** A user who may not run scripts, so that single commands are used. */
const plain = { username: 'plain', password: 'plain' };

/** Measures polls of a real Redis beside a loop of single XINFO GROUPS. */
export async function benchRedis(print: (line: string) => void): Promise<void> {
	const server = await startRedis({
		config: [
			'user plain on >plain ~* +@all -@scripting',
			'appendonly no',
			// What takes no tenth of a millisecond is not the longest call.
			'slowlog-log-slower-than 100',
			'slowlog-max-len 100000',
		],
	});
	try {
		const { version } = server;
		print(`Redis ${version}, Node ${process.version}, ${polls} polls after the first:`);
		print('one figure is a median, two are the least and the median;');
		print('others: median, 99 %, most; RSS: the most');
		const mayBeFirst = schedule('fifo', server.pid);
		schedule('other', server.pid);
		print(
			mayBeFirst
				? 'while another client waits, it and the server get a core before all else\n'
				: 'another client waits for a core, too\n',
		);
		print(
			'| streams × groups | entries of | read by | wall ms | first poll ms | commands | MB read | CPU ms | server CPU ms | longest call ms | others wait ms | for work of ms | RSS MB |',
		);
		print(`|${'---|'.repeat(13)}`);
		const loads: readonly Load[] = [
			{ streams: 10_000, groups: 1, entryBytes: 20 },
			{ streams: 100, groups: 50, entryBytes: 20 },
			{ streams: 1000, groups: 1, entryBytes: 20 },
			{ streams: 1000, groups: 1, entryBytes: 100_000 },
			{ streams: 100_000, groups: 1, entryBytes: 20 },
		];
		for (const load of loads) {
			await seed(server, load);
			await measure(server, load, 'nobody', print, () => sleep(500, 0));
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
		redis.options.parse({
			url: `redis://127.0.0.1:${server.port}`,
			// However long it takes to come to them, nothing is abandoned.
			abandoned_after: '1h',
			...login,
		}),
		pino({ enabled: false }),
		pollTimeoutMs,
	);
	try {
		let requestsBefore = 0;
		await measure(server, load, way, print, async () => {
			const { groups, problems } = await target.read(AbortSignal.timeout(pollTimeoutMs));
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
	const bystander = await startBystander(server);
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
		quantile(others.map(cost), 0.5).toFixed(digits);
	const both = (cost: (one: Cost) => number) =>
		`${quantile(others.map(cost), 0).toFixed(0)} / ${median(cost, 0)}`;
	const spread = (values: (one: Cost) => readonly number[]) =>
		[0.5, 0.99, 1].map((part) => quantile(others.flatMap(values), part).toFixed(1)).join(' / ');
	const row = [
		`${streams.toLocaleString('en')} × ${groups}`,
		entryBytes < 1000 ? `${entryBytes} B` : `${entryBytes / 1000} KB`,
		way,
		both(({ wallMs }) => wallMs),
		(first as Cost).wallMs.toFixed(0),
		median(({ commands }) => commands, 0),
		median(({ bytes }) => bytes / 1e6, 2),
		both(({ cpuMs }) => cpuMs),
		both(({ serverCpuMs }) => serverCpuMs),
		median(({ longestCallMs }) => longestCallMs, 1),
		spread(({ waits }) => waits),
		spread(({ works }) => works),
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
	readonly rssBytes: number;
	/** See `redis-bystander.ts`. */
	readonly waits: readonly number[];
	readonly works: readonly number[];
}

type Waits = Pick<Cost, 'waits' | 'works'>;

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
	const slow = (await probe.slowlog('GET', 100_000)) as [number, number, number, string[]][];
	const calls = slow.map(([, , microseconds]) => microseconds / 1000);
	return {
		wallMs,
		commands,
		bytes: after.bytes - before.bytes,
		cpuMs: (user + system) / 1000,
		serverCpuMs: after.cpuMs - before.cpuMs,
		longestCallMs: calls.reduce((most, ms) => Math.max(most, ms), 0),
		rssBytes,
		...(await waitsDuring(bystander, poll)),
	};
}

/** In a poll of its own, for what asks costs something too. */
async function waitsDuring(bystander: Bystander, poll: () => Promise<number>): Promise<Waits> {
	bystander.begin();
	await poll();
	return bystander.end();
}

/** Another client of the server, in a process of its own: this one is busy. */
interface Bystander {
	begin(): void;
	end(): Promise<Waits>;
	stop(): void;
}

async function startBystander(server: Redis): Promise<Bystander> {
	const child = fork(new URL('redis-bystander.ts', import.meta.url), [server.url], {
		execArgv: ['--import', 'tsx'],
	});
	const gone = once(child, 'exit').then(() => {
		throw new Error('the bystander has ended');
	});
	await Promise.race([once(child, 'message'), gone]);
	gone.catch(() => {});
	return {
		begin: () => {
			for (const pid of [server.pid, child.pid]) schedule('fifo', pid);
			child.send('begin');
		},
		end: async () => {
			child.send('end');
			const [waits] = await once(child, 'message');
			for (const pid of [server.pid, child.pid]) schedule('other', pid);
			return waits;
		},
		stop: () => child.send('stop'),
	};
}

/**
 * Has the system run a process as soon as it can, before those that share time, or among them again;
 * whether it does, for that is a privilege.
 */
function schedule(policy: 'fifo' | 'other', pid: number | undefined): boolean {
	const priority = policy === 'fifo' ? '10' : '0';
	const args = ['--all-tasks', `--${policy}`, '--pid', priority, String(pid)];
	return spawnSync('chrt', args).status === 0;
}

async function serverCost(probe: Client): Promise<{ bytes: number; cpuMs: number }> {
	const info = await probe.info('everything');
	const field = (name: string) => Number(new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1]);
	return {
		bytes: field('total_net_output_bytes'),
		cpuMs: 1000 * (field('used_cpu_user') + field('used_cpu_sys')),
	};
}

function quantile(values: readonly number[], part: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function total(target: Target): number {
	return [...target.requests.values()].reduce((sum, count) => sum + count, 0);
}
