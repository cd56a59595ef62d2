import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Kafka as Client, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { kafka as platform } from '../src/targets/kafka/index.ts';
import { type Kafka, startKafka, until } from '../test/brokers/index.ts';
import { fillKafka, type KafkaSize, topicName } from './fill/kafka.ts';

const sizes: readonly KafkaSize[] = [
	{ topics: 20, partitions: 6, groups: 50, topicsPerGroup: 2 },
	{ topics: 200, partitions: 10, groups: 500, topicsPerGroup: 10 },
	{ topics: 1000, partitions: 10, groups: 2000, topicsPerGroup: 5 },
];

/** What one way of reading costs, each poll. */
interface Cost {
	readonly wallMs: number;
	readonly leastWallMs: number;
	readonly cpuMs: number;
	readonly requests: number;
	readonly bytes: number;
	readonly rssBytes: number;
}

const sockets: Socket[] = [];

/**
 * The whole reading of a Kafka target, from the first request to the records, beside kafkajs' Admin
 * API for the same offsets.
 */
export async function benchKafka(print: (line: string) => void): Promise<void> {
	print(
		'| topics × partitions | groups × topics | group-partitions | read by | wall ms (least) | CPU ms | requests | bytes | RSS MiB |',
	);
	print('| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |');
	subscribe('net.client.socket', (message) => {
		sockets.push((message as { socket: Socket }).socket);
	});
	for (const size of sizes) {
		// As a real one is run, not as tests do it: with the compiler that makes it fast.
		const broker = await startKafka({ javaFlags: ['-Xmx1g', '-XX:TieredStopAtLevel=4'] });
		try {
			await fillKafka(broker.bootstrap, size);
			print(line(size, 'this exporter', await measureOurs(broker)));
			print(line(size, "kafkajs' Admin, ten at a time", await measureAdmin(broker, size)));
		} finally {
			await broker.stop();
		}
	}
}

async function measureOurs(broker: Kafka): Promise<Cost> {
	const options = platform.options.parse({ brokers: [broker.bootstrap] });
	const target = platform.connect(options, pino({ level: 'silent' }), 10_000);
	const poll = async () => {
		const { problems } = await target.read(AbortSignal.timeout(10_000));
		if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
	};
	try {
		await until(
			'every new partition has its leader',
			async () => {
				await poll();
				return true;
			},
			{ timeoutMs: 120_000 },
		);
		return await measure(30, poll, () =>
			[...target.requests.values()].reduce((sum, count) => sum + count, 0),
		);
	} finally {
		await target.close();
	}
}

async function measureAdmin(broker: Kafka, size: KafkaSize): Promise<Cost> {
	let requests = 0;
	const client = new Client({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
	const admin = client.admin();
	admin.on('admin.network.request', () => {
		requests += 1;
	});
	await admin.connect();
	try {
		return await measure(
			3,
			async () => {
				const { groups } = await admin.listGroups();
				await inTens(groups, async ({ groupId }) => await admin.fetchOffsets({ groupId }));
				const topics = Array.from({ length: size.topics }, (_, index) => topicName(index));
				await inTens(topics, async (topic) => await admin.fetchTopicOffsets(topic));
			},
			() => requests,
		);
	} finally {
		await admin.disconnect();
	}
}

async function inTens<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
	const left = [...items];
	const worker = async () => {
		for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
	};
	await Promise.all(Array.from({ length: 10 }, worker));
}

/** Medians of so many polls, after as many that only warm up, at most ten. */
async function measure(
	polls: number,
	poll: () => Promise<void>,
	requestsSoFar: () => number,
): Promise<Cost> {
	for (let warm = 0; warm < Math.min(10, polls); warm++) await poll();
	const costs: Cost[] = [];
	for (let index = 0; index < polls; index++) {
		const requests = requestsSoFar();
		const bytes = bytesSoFar();
		const cpu = process.cpuUsage();
		const startedMs = performance.now();
		await poll();
		const wallMs = performance.now() - startedMs;
		const { user, system } = process.cpuUsage(cpu);
		costs.push({
			wallMs,
			leastWallMs: wallMs,
			cpuMs: (user + system) / 1000,
			requests: requestsSoFar() - requests,
			bytes: bytesSoFar() - bytes,
			rssBytes: process.memoryUsage.rss(),
		});
	}
	const median = (pick: (cost: Cost) => number) =>
		costs.map(pick).sort((a, b) => a - b)[Math.floor(costs.length / 2)] ?? Number.NaN;
	return {
		wallMs: median(({ wallMs }) => wallMs),
		leastWallMs: Math.min(...costs.map(({ wallMs }) => wallMs)),
		cpuMs: median(({ cpuMs }) => cpuMs),
		requests: median(({ requests }) => requests),
		bytes: median(({ bytes }) => bytes),
		rssBytes: median(({ rssBytes }) => rssBytes),
	};
}

function bytesSoFar(): number {
	return sockets.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
}

function line(
	{ topics, partitions, groups, topicsPerGroup }: KafkaSize,
	by: string,
	cost: Cost,
): string {
	const count = (value: number) => Math.round(value).toLocaleString('en');
	return [
		'',
		`${count(topics)} × ${partitions}`,
		`${count(groups)} × ${topicsPerGroup}`,
		count(groups * topicsPerGroup * partitions),
		by,
		`${count(cost.wallMs)} (${count(cost.leastWallMs)})`,
		count(cost.cpuMs),
		count(cost.requests),
		count(cost.bytes),
		count(cost.rssBytes / 2 ** 20),
		'',
	]
		.join(' | ')
		.trim();
}
