import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Redis as Client } from 'ioredis';
import { connect } from 'nats';
import { until } from '../brokers/index.ts';
import { type Exporter, valuesOf } from '../e2e/exporter.ts';
import { seedFor } from '../targets/kafka/seed.ts';
import { type Lab, type PlatformName, platforms, startLab, truth } from './lab.ts';
import { toldOf } from './scrapes.ts';
import { watching } from './watch.ts';

const names = ['gone-1', 'gone-2', 'gone-3', 'gone-4', 'gone-5', 'gone-6'];
const lag = 4;
const patience = { timeoutMs: 60_000 };

/** Makes streams with a group each that has a lag, and deletes half of them, and the groups of the others. */
interface Broker {
	make(name: string): Promise<unknown>;
	deleteStream(name: string): Promise<unknown>;
	deleteGroup(name: string): Promise<unknown>;
	close(): Promise<unknown>;
}

const brokers: Readonly<Record<PlatformName, (lab: Lab) => Promise<Broker>>> = {
	async kafka({ world }) {
		const seed = await seedFor(world.kafka.bootstrap);
		return {
			async make(name) {
				await seed.topic(name, [lag]);
				await seed.commit(`reader-${name}`, name, [0]);
			},
			deleteStream: (name) => seed.admin.deleteTopics({ topics: [name] }),
			deleteGroup: (name) => seed.admin.deleteGroups([`reader-${name}`]),
			close: () => seed.close(),
		};
	},
	async redis({ world }) {
		const client = new Client(world.redis.url);
		return {
			async make(name) {
				await client.xgroup('CREATE', name, `reader-${name}`, '0', 'MKSTREAM');
				for (let count = 0; count < lag; count++) await client.xadd(name, '*', 'a', 'b');
			},
			deleteStream: (name) => client.del(name),
			deleteGroup: (name) => client.xgroup('DESTROY', name, `reader-${name}`),
			close: async () => client.disconnect(),
		};
	},
	async nats({ world }) {
		const client = await connect({ servers: world.nats.url });
		const manager = await client.jetstreamManager();
		return {
			async make(name) {
				await manager.streams.add({ name, subjects: [name] });
				for (let count = 0; count < lag; count++) await client.jetstream().publish(name);
				await manager.consumers.add(name, { durable_name: `reader-${name}` });
			},
			deleteStream: (name) => manager.streams.delete(name),
			deleteGroup: (name) => manager.consumers.delete(name, `reader-${name}`),
			close: () => client.close(),
		};
	},
};

let lab: Lab;
let exporter: Exporter;
before(async () => {
	lab = await startLab();
	exporter = await lab.exporter();
});
after(async () => {
	await exporter?.stop();
	await lab?.stop();
});

for (const platform of platforms) {
	test(`${platform}: what is deleted in the middle of polls is gone after three, and nothing wrong is told`, async (t) => {
		const broker = await brokers[platform](lab);
		const told = async () => {
			const lags = Object.keys(valuesOf(await exporter.scrape(), 'stream_consumer_lag'));
			return lags.filter((labels) => labels.includes('gone-')).length;
		};
		const polls = async (result: string) =>
			(await exporter.values('stream_target_polls_total'))[
				`target="${platform}",result="${result}"`
			] ?? 0;
		try {
			for (const name of names) await broker.make(name);
			await until('they are told', async () => (await told()) === names.length, patience);
			const made = names.map((name) => [`${platform} ${name} reader-${name}`, lag] as const);
			const failed = await polls('failed');
			const proxy = lab.proxies[platform];
			let pollsUntilGone = 0;
			const seen = await watching(exporter, { ...truth, ...Object.fromEntries(made) }, async () => {
				// Of a poll that takes long, most is its middle.
				proxy.manner = { delayMs: 200 };
				for (const [at, name] of names.entries()) {
					const answered = proxy.answered;
					await until('a poll is under way', () => proxy.answered > answered, {
						everyMs: 5,
						...patience,
					});
					await (at % 2 === 0 ? broker.deleteStream(name) : broker.deleteGroup(name));
				}
				proxy.manner = 'pass';
				const from = (await polls('ok')) + (await polls('partial'));
				await until('they are gone', async () => (await told()) === 0, patience);
				pollsUntilGone = (await polls('ok')) + (await polls('partial')) - from;
			});
			t.diagnostic(`${toldOf(seen.scrapes)}; gone after ${pollsUntilGone} polls`);
			assert.equal(await polls('failed'), failed);
			// One may have begun before the last was deleted.
			assert.ok(pollsUntilGone <= 4, `${pollsUntilGone} polls`);
		} finally {
			await broker.close();
		}
	});
}
