import { runCommand } from '../test/brokers/command.ts';
import { startKafka, startNats, startRedis, until } from '../test/brokers/index.ts';
import { startExporter } from '../test/e2e/exporter.ts';
import { fillKafka } from './fill/kafka.ts';
import { fillNats } from './fill/nats.ts';
import { seed as seedRedis } from './redis.ts';

/** A server with something on it that stands still. */
interface Place {
	readonly what: string;
	start(): Promise<{ readonly target: string; stop(): Promise<void> }>;
}

const intervalSeconds = 10;
/** For memory to settle, and then as many to measure. */
const polls = 6;

const places: readonly Place[] = [
	redisPlace(100, 1),
	redisPlace(1000, 1),
	redisPlace(10_000, 1),
	kafkaPlace({ topics: 20, partitions: 6, groups: 50, topicsPerGroup: 2 }),
	kafkaPlace({ topics: 200, partitions: 10, groups: 100, topicsPerGroup: 10 }),
	kafkaPlace({ topics: 200, partitions: 10, groups: 500, topicsPerGroup: 10 }),
	natsPlace(50, 6),
	natsPlace(50, 60),
];

/**
 * What the running exporter takes of memory and CPU, as it tells itself, polled every ten seconds and
 * scraped as often.
 */
export async function benchSize(print: (line: string) => void): Promise<void> {
	await runCommand('npx', ['tsc', '-p', 'tsconfig.build.json'], { timeoutMs: 120_000 });
	print('| read | groups | series | memory MiB (most) | CPU ms a poll |');
	print('| --- | ---: | ---: | ---: | ---: |');
	for (const { what, start } of places) {
		const server = await start();
		try {
			print(`| ${what} | ${(await measure(server.target)).join(' | ')} |`);
		} finally {
			await server.stop();
		}
	}
}

async function measure(target: string): Promise<readonly string[]> {
	const poll = `{ interval: ${intervalSeconds}s, timeout: ${intervalSeconds}s }`;
	const exporter = await startExporter(`poll: ${poll}\ntargets:\n  - { name: a, ${target} }\n`);
	try {
		await polled(exporter.scrape, polls);
		const before = await exporter.scrape();
		const memory = await polled(exporter.scrape, numberIn(before, polledOk) + polls);
		const after = await exporter.scrape();
		const count = numberIn(after, polledOk) - numberIn(before, polledOk);
		const cpu = numberIn(after, cpuSeconds) - numberIn(before, cpuSeconds);
		return [
			numberIn(after, /^stream_target_groups\{.*\} (\S+)$/m).toLocaleString('en'),
			(after.match(/^[a-z].*$/gm)?.length ?? 0).toLocaleString('en'),
			`${(memory.at(-1) ?? 0).toFixed(0)} (${Math.max(...memory).toFixed(0)})`,
			((1000 * cpu) / count).toFixed(0),
		];
	} finally {
		await exporter.stop();
	}
}

const polledOk = /^stream_target_polls_total\{.*result="ok"\} (\S+)$/m;
const cpuSeconds = /^process_cpu_seconds_total (\S+)$/m;
const residentBytes = /^process_resident_memory_bytes (\S+)$/m;

/** Waits for so many polls; gives the memory at each look, in MiB. */
async function polled(scrape: () => Promise<string>, count: number): Promise<readonly number[]> {
	const memory: number[] = [];
	await until(
		`${count} polls`,
		async () => {
			const text = await scrape();
			memory.push(numberIn(text, residentBytes) / 2 ** 20);
			return numberIn(text, polledOk) >= count;
		},
		{ timeoutMs: 20 * count * intervalSeconds * 1000, everyMs: intervalSeconds * 1000 },
	);
	return memory;
}

function numberIn(text: string, pattern: RegExp): number {
	return Number(pattern.exec(text)?.[1] ?? 0);
}

function redisPlace(streams: number, groups: number): Place {
	return {
		what: `Redis, ${streams.toLocaleString('en')} streams`,
		async start() {
			const server = await startRedis({ config: ['appendonly no'] });
			await seedRedis(server, { streams, groups, entryBytes: 20 });
			return { target: `platform: redis, url: '${server.url}'`, stop: () => server.stop() };
		},
	};
}

function kafkaPlace(size: Parameters<typeof fillKafka>[1]): Place {
	const groupPartitions = size.groups * size.topicsPerGroup * size.partitions;
	return {
		what: `Kafka, ${groupPartitions.toLocaleString('en')} group-partitions`,
		async start() {
			const server = await startKafka({ javaFlags: ['-Xmx1g', '-XX:TieredStopAtLevel=4'] });
			await fillKafka(server.bootstrap, size);
			const target = `platform: kafka, brokers: ['${server.bootstrap}']`;
			return { target, stop: () => server.stop() };
		},
	};
}

function natsPlace(streams: number, consumers: number): Place {
	return {
		what: `NATS, ${(streams * consumers).toLocaleString('en')} consumers`,
		async start() {
			const server = await startNats();
			await (await fillNats(server.url, { streams, consumers })).close();
			return { target: `platform: nats, servers: ['${server.url}']`, stop: () => server.stop() };
		},
	};
}
