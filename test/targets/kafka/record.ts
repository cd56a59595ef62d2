/**
 * Records what real brokers answer, for protocol tests:
 * `node --import tsx test/targets/kafka/record.ts` writes fixtures/recorded/VERSION.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { Frames } from '../../../src/targets/kafka/protocol/frames.ts';
import { startKafka, until } from '../../brokers/index.ts';
import type { Exchange } from './recorded.ts';
import { seedFor } from './seed.ts';
import { connect, find, read } from './target.ts';

const members = join(import.meta.dirname, 'java', 'Members.java');
const folder = join(import.meta.dirname, 'fixtures', 'recorded');

const versions = [
	{ version: '3.9.1', kinds: [], features: [] },
	{
		version: '4.1.0',
		kinds: ['consumer:modern:orders:10', 'share:sharers:payments:5'],
		features: ['share.version=1'],
	},
	{
		version: '4.3.0',
		kinds: ['consumer:modern:orders:10', 'share:sharers:payments:5', 'streams:topology:payments:3'],
		features: [],
	},
];

for (const { version, kinds, features } of versions) {
	const exchanges = new Map<string, Exchange>();
	let upstreamPort = 0;
	const proxy = createServer((client) => relay(client, upstreamPort, exchanges));
	proxy.listen(0, '127.0.0.1');
	await new Promise((resolve) => proxy.once('listening', resolve));
	const { port } = proxy.address() as AddressInfo;
	const broker = await startKafka({
		version,
		config: [`advertised.listeners=PLAINTEXT://127.0.0.1:${port}`],
	});
	upstreamPort = broker.port;
	try {
		for (const feature of features) {
			await broker.tool(
				'org.apache.kafka.tools.FeatureCommand',
				...['--bootstrap-server', broker.bootstrap, 'upgrade', '--feature', feature],
			);
		}
		const seed = await seedFor(broker.bootstrap);
		await seed.topic('orders', [10, 0]);
		await seed.topic('payments', [5]);
		await seed.commit('billing', 'orders', [4, 0]);
		await seed.commit('größe', 'payments', [5]);
		const consumer = seed.client.consumer({ groupId: 'old' });
		await consumer.connect();
		await consumer.subscribe({ topic: 'orders' });
		await consumer.run({});
		const program =
			kinds.length > 0 ? broker.program(members, broker.bootstrap, ...kinds) : undefined;
		for (const kind of kinds) await program?.says(`ready ${kind.split(':', 2).join(':')}`);
		await until('the consumer has its partitions', async () => {
			const target = connect(`127.0.0.1:${port}`);
			try {
				// The last complete exchange is the one that is kept.
				return find(await read(target), 'orders', 'old')?.members === 1;
			} finally {
				await target.close();
			}
		});
		await consumer.disconnect();
		await program?.stop();
		await seed.close();
	} finally {
		await broker.stop();
		proxy.close();
	}
	mkdirSync(folder, { recursive: true });
	const sorted = [...exchanges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
	writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(sorted, null, '\t')}\n`);
	console.log(version, sorted.map(({ key, version: of }) => `${key}v${of}`).join(' '));
}

/** Passes bytes on, and keeps the latest request and answer of each kind of the exporter's. */
function relay(client: Socket, port: number, exchanges: Map<string, Exchange>): void {
	const server = dial({ host: '127.0.0.1', port });
	const asked = new Map<number, { key: number; version: number; request: Buffer }>();
	const requests = new Frames();
	const answers = new Frames();
	client.on('data', (data) => {
		for (const frame of requests.push(data)) {
			const clientId = frame.subarray(10, 10 + frame.readInt16BE(8)).toString();
			if (clientId !== 'stream-lag-exporter') continue;
			const [key, version] = [frame.readInt16BE(0), frame.readInt16BE(2)];
			// From the end of the client id on, which is where our own writing begins.
			const request = frame.subarray(10 + clientId.length);
			asked.set(frame.readInt32BE(4), { key, version, request });
		}
		server.write(data);
	});
	server.on('data', (data) => {
		for (const frame of answers.push(data)) {
			const of = asked.get(frame.readInt32BE(0));
			if (of) {
				const { key, version, request } = of;
				const kind = `${String(key).padStart(3, '0')} ${request.toString('hex')}`;
				exchanges.set(kind, {
					key,
					version,
					request: request.toString('hex'),
					answer: frame.subarray(4).toString('hex'),
				});
			}
		}
		client.write(data);
	});
	const end = () => {
		client.destroy();
		server.destroy();
	};
	for (const socket of [client, server]) socket.on('close', end).on('error', end);
}
