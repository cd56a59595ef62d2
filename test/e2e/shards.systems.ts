import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import type { PlainReading } from '../../src/model.ts';
import { platforms } from '../../src/targets/index.ts';
import { shareOf, streamKey } from '../../src/targets/share.ts';
import {
	type Kafka,
	type Nats,
	type Redis,
	startKafka,
	startNats,
	startRedis,
	until,
} from '../brokers/index.ts';
import { plain } from '../plain-reading.ts';
import { plainUser } from '../targets/redis/server.ts';
import { type Exporter, runExporter, startExporter } from './exporter.ts';
import {
	expected,
	fillKafka,
	fillNats,
	fillRedis,
	idleTopics,
	kafkaGroups,
	kafkaTopics,
	logicalKeys,
	natsStreams,
	redisKeys,
} from './shard-world.ts';

const count = 3;
const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-shards-'));
const ends: (() => Promise<unknown>)[] = [];
let kafka: Kafka;
let redis: Redis;
let nats: Nats;

before(async () => {
	[kafka, redis, nats] = await Promise.all([startKafka(), startRedis(), startNats()]);
	for (const server of [kafka, redis, nats]) ends.push(() => server.stop());
	const [endReader] = await Promise.all([fillKafka(kafka), fillRedis(redis), fillNats(nats)]);
	ends.unshift(endReader);
	await redis.cli('ACL', 'SETUSER', ...plainUser.rule.split(' ').slice(1));
});

after(async () => {
	for (const end of ends) await end();
	rmSync(folder, { recursive: true, force: true });
});

function configuration(more = ''): string {
	const list = expected.map(
		([target, stream, group]) =>
			`  - { target: ${target}, stream: '${stream}', consumer_group: ${group} }\n`,
	);
	return `
poll: { interval: 3s, timeout: 3s }
objectives:
  - { name: few, match: { consumer_group: group-1* }, lag: 5, lag_seconds: 1h, severity: critical }
${more}
expected:
${list.join('')}
targets:
  - { name: kafka, platform: kafka, brokers: ['${kafka.bootstrap}'] }
  - name: redis
    platform: redis
    url: '${redis.url}'
    streams: { include: ['named', '*'] }
    partitioned: ['(?<stream>parts|jobs):(?<partition>[0-9]+)']
  - { name: nats, platform: nats, servers: ['${nats.url}'] }
`;
}

/** Series of groups, streams and partitions by name and labels. */
type SeriesSet = ReadonlyMap<string, number>;

function lagSeries(text: string): SeriesSet {
	const series = new Map<string, number>();
	for (const line of text.split('\n')) {
		if (!line.startsWith('stream_') || /^stream_(target|lag_exporter)_/.test(line)) continue;
		const at = line.lastIndexOf(' ');
		assert.ok(!series.has(line.slice(0, at)), 'each once');
		series.set(line.slice(0, at), Number(line.slice(at + 1)));
	}
	return series;
}

/** Values that go on while nothing moves: two exporters read them at two moments. */
const clocks =
	/^stream_(consumer_(lag|pending_age|pending_idle|idle|stalled|stopped|retention_headroom)_seconds|consumer_retention_used_ratio|(oldest|newest)_message_age_seconds)\{/;

/** Of Kafka, how many groups there are on a topic is known to no shard. */
const uncounted = /^stream_consumers\{target="kafka",/;

/**
 * Compares what shards tell together with what one exporter tells.
 *
 * @param times - how many exporters must tell each series
 * @param withinSeconds - between the first and the last reading
 */
function assertSame(
	whole: SeriesSet,
	parts: readonly SeriesSet[],
	times: number,
	withinSeconds: number,
): void {
	const told = new Map<string, number[]>();
	for (const part of parts) {
		for (const [name, value] of part) told.set(name, [...(told.get(name) ?? []), value]);
	}
	const wanted = [...whole.keys()].filter((name) => !uncounted.test(name));
	assert.deepEqual([...told.keys()].sort(), wanted.sort());
	for (const [name, values] of told) {
		assert.equal(values.length, times, name);
		const value = whole.get(name) ?? Number.NaN;
		for (const one of values) {
			if (clocks.test(name)) assert.ok(Math.abs(one - value) <= withinSeconds, `${name} ${one}`);
			else assert.equal(one, value, name);
		}
	}
}

test('three shards tell together what one exporter tells, each series once', async () => {
	const startedAtMs = performance.now();
	const start = async (args: readonly string[]): Promise<Exporter> => {
		const exporter = await startExporter(configuration(), { args });
		ends.unshift(exporter.stop);
		return exporter;
	};
	const whole = await start([]);
	const shards: Exporter[] = [];
	for (let index = 0; index < count; index++) {
		shards.push(await start([`--shard.count=${count}`, `--shard.index=${index}`]));
	}
	for (const exporter of [whole, ...shards]) {
		await until(
			'every target was read three times',
			async () => {
				const polls = Object.entries(await exporter.values('stream_target_polls_total'));
				const good = polls.filter(([labels, value]) => labels.includes('"ok"') && value >= 3);
				return good.length === 3;
			},
			{ timeoutMs: 90_000 },
		);
	}
	const texts = await Promise.all([whole, ...shards].map((exporter) => exporter.scrape()));
	const seconds = (performance.now() - startedAtMs) / 1000;
	const [all = new Map(), ...parts] = texts.map(lagSeries);
	assert.ok(all.size > 8000, `${all.size} series`);
	assertSame(all, parts, 1, seconds);
	const platformsOf = (part: SeriesSet) =>
		new Set([...part.keys()].map((name) => /platform="(\w+)"/.exec(name)?.[1]));
	for (const part of parts) assert.equal(platformsOf(part).size, 3, 'each has some of each');

	// Counted by a query, it is what one exporter counts.
	const groups = new Map<string, number>();
	for (const name of parts.flatMap((part) => [...part.keys()])) {
		const [, stream] =
			/^stream_consumer_objective_info\{(target="kafka".*),consumer_group/.exec(name) ?? [];
		if (stream) groups.set(stream, (groups.get(stream) ?? 0) + 1);
	}
	const counted = [...all].filter(([name, value]) => uncounted.test(name) && value > 0);
	assert.ok(counted.length >= kafkaTopics.length + 1);
	for (const [name, value] of counted) {
		assert.equal(groups.get(name.slice('stream_consumers{'.length, -1)), value, name);
	}

	for (const [index, shard] of shards.entries()) {
		const words = `shard ${index + 1} of ${count} (index ${index})`;
		assert.equal(shard.log().find(({ msg }) => msg === 'stream-lag-exporter')?.shard, words);
		assert.ok((await (await fetch(shard.url)).text()).includes(words), 'on the page');
		const text = texts[index + 1] ?? '';
		assert.ok(text.includes(`stream_lag_exporter_shards{shard="${index}"} ${count}\n`));
		const owned = new Set(
			[...(parts[index] ?? new Map()).keys()].flatMap(
				(name) => /^stream_length\{(target="\w+")/.exec(name)?.[1] ?? [],
			),
		);
		assert.equal(owned.size, 3);
	}
	assert.ok(!/stream_lag_exporter_shards|shard="/.test(texts[0] ?? ''));

	const [first] = shards;
	assert.ok(first);
	const reloaded = await first.reload(
		configuration('  - { name: many, match: { consumer_group: group-2* }, lag: 1 }'),
	);
	assert.equal(reloaded.msg, 'reloaded');
	const names = (series: SeriesSet) =>
		new Set([...series.keys()].filter((name) => /^stream_consumer_lag\{/.test(name)));
	const known = names(parts[0] ?? new Map());
	await until('the new objective is in use', async () => {
		return (await first.scrape()).includes('objective="many"');
	});
	assert.deepEqual(names(lagSeries(await first.scrape())), known, 'a reload keeps the shard');
	for (const exporter of [whole, ...shards]) await exporter.stop();
});

test('six pods of a StatefulSet read each of three shards twice', async () => {
	const file = join(folder, 'config.yaml');
	await writeFile(file, configuration());
	const startedAtMs = performance.now();
	const read = async (...args: string[]) => {
		const { code, stdout, stderr } = await runExporter([
			'once',
			'--output=prometheus',
			`--config.file=${file}`,
			...args,
		]);
		assert.equal(code, 0, stderr);
		return lagSeries(stdout);
	};
	const whole = await read();
	const pods: SeriesSet[] = [];
	for (let pod = 0; pod < 2 * count; pod++) {
		pods.push(await read(`--shard.count=${count}`, `--shard.index=stream-lag-exporter-${pod}`));
	}
	assertSame(whole, pods, 2, (performance.now() - startedAtMs) / 1000);
	for (const [pod, series] of pods.entries()) {
		const twin = pods[(pod + count) % (2 * count)];
		assert.deepEqual([...series.keys()], [...(twin?.keys() ?? [])], 'pods k and k + 3 are twins');
	}
});

/** One reading by a target of its own, and the requests that it took. */
async function readShare(name: string, given: object, shard?: { index: number; count: number }) {
	const platform = platforms.find((one) => one.name === name);
	assert.ok(platform);
	const options = platform.options.parse(given) as Parameters<typeof platform.connect>[0];
	const log = pino({ enabled: false });
	const target = platform.connect(options, log, 10_000, shareOf(shard, name));
	try {
		const reading = plain(await target.read(AbortSignal.timeout(10_000)));
		assert.deepEqual([reading.problems, reading.complete], [[], true]);
		return { reading, requests: Object.fromEntries(target.requests) };
	} finally {
		await target.close();
	}
}

async function readShares(name: string, given: object) {
	const whole = await readShare(name, given);
	const shares = [];
	for (let index = 0; index < count; index++) {
		shares.push(await readShare(name, given, { index, count }));
	}
	return { whole, shares };
}

function groupIds({ groups }: PlainReading): ReadonlySet<string> {
	return new Set(groups.map(({ consumerGroup }) => consumerGroup));
}

test('Kafka: a shard asks for its own groups, and for the ends of topics that these use or it owns', async () => {
	const given = { brokers: [kafka.bootstrap], time_lag: 'none' };
	const { whole, shares } = await readShares('kafka', given);
	const partitions = ({ streams }: PlainReading) =>
		streams.reduce((sum, stream) => sum + (stream.partitions?.ids.length ?? 0), 0);
	for (const { reading, requests } of [whole, ...shares]) {
		const groups = groupIds(reading).size;
		assert.equal(requests.offset_fetch, Math.ceil(groups / 100));
		assert.equal(requests.describe_groups, Math.ceil(groups / 100));
		assert.equal(requests.list_groups, 1);
		assert.equal(requests.list_offsets, 2 * Math.ceil(partitions(reading) / 1000));
	}
	assert.equal(whole.requests.offset_fetch, 5);
	assert.equal(whole.requests.list_offsets, 4);
	assert.equal(groupIds(whole.reading).size, kafkaGroups.length + 1);
	assert.equal(
		shares.reduce((sum, { reading }) => sum + groupIds(reading).size, 0),
		kafkaGroups.length + 1,
	);
	for (const [index, { reading, requests }] of shares.entries()) {
		assert.ok((requests.offset_fetch ?? 5) <= 2, 'about 144 groups');
		assert.equal(requests.list_offsets, 2);
		const share = shareOf({ index, count }, 'kafka');
		const used = new Set(reading.groups.map(({ stream }) => stream));
		const owned = idleTopics.filter((topic) => share.owns(streamKey(topic)));
		assert.ok(owned.length < idleTopics.length);
		assert.deepEqual(
			reading.streams
				.map(({ name }) => name)
				.filter((topic) => !used.has(topic) && idleTopics.includes(topic)),
			owned,
		);
	}
});

test('Redis: a shard asks about its own keys', async () => {
	const { username, password } = plainUser.login;
	const { whole, shares } = await readShares('redis', {
		...{ url: redis.url, username, password },
		streams: { include: ['named', '*'] },
		partitioned: ['(?<stream>parts|jobs):(?<partition>[0-9]+)'],
	});
	const keys = redisKeys.length + logicalKeys.length;
	assert.equal(whole.requests.xinfo_stream, keys);
	assert.equal(whole.requests.xinfo_groups, keys);
	for (const { reading, requests } of shares) {
		const own = reading.streams.reduce((sum, { partitionCount = 1 }) => sum + partitionCount, 0);
		assert.ok(own > 0 && own < keys);
		assert.equal(requests.xinfo_stream, own);
		assert.equal(requests.xinfo_groups, own);
	}
	const sum = shares.reduce((total, { requests }) => total + (requests.xinfo_stream ?? 0), 0);
	assert.equal(sum, keys);
});

test('NATS: a shard asks for the ages of its own consumers', async () => {
	const { whole, shares } = await readShares('nats', { servers: [nats.url] });
	const messages = ({ direct_get = 0, message_get = 0 }: Record<string, number>) =>
		direct_get + message_get;
	const ofAll = messages(whole.requests);
	assert.ok(ofAll >= 4 * natsStreams.length, `${ofAll} messages looked up`);
	for (const { reading, requests } of shares) {
		assert.equal(requests.consumer_list, natsStreams.length);
		assert.equal(messages(requests), reading.groups.length);
		assert.ok(messages(requests) < ofAll);
	}
});
