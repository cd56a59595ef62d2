import { connect } from 'node:net';
import { type Consumer, Partitioners } from 'kafkajs';
import type { Kafka } from '../test/brokers/index.ts';
import type { Chance } from '../test/random.ts';
import { seedFor } from '../test/targets/kafka/seed.ts';
import { Control } from './control.ts';
import type { Work } from './work.ts';

const topic = 'control';
const group = 'control';
const partitions = 3;
const mostTopics = 10;
/** Of names. */
const pool = { topics: 15, groups: 40 };
const mostMembers = 3;

/** Topics, groups and members that come and go on Kafka. */
export async function workOnKafka(kafka: Kafka, chance: Chance): Promise<Work> {
	let clients = await open(kafka);
	let failures = 0;
	/** kafkajs can lose its coordinators for good when a broker breaks connections: new clients find them. */
	const tried = async <T>(work: () => Promise<T>): Promise<T> => {
		try {
			const result = await work();
			failures = 0;
			return result;
		} catch (error) {
			failures += 1;
			if (failures % 3 === 0) {
				const old = clients;
				clients = await open(kafka);
				await old.close();
			}
			throw error;
		}
	};
	await clients.seed.topic(topic, Array(partitions).fill(0));
	await clients.seed.commit(group, topic, Array<number>(partitions).fill(0));
	const ends = async (of: string) => {
		const offsets = await clients.seed.admin.fetchTopicOffsets(of);
		return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
	};
	const committed = async () => {
		const [told] = await clients.seed.admin.fetchOffsets({ groupId: group, topics: [topic] });
		const offsets = [...(told?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
		return offsets.map(({ offset }) => Number(offset));
	};
	const control = await Control.of(`kafka ${topic} ${group}`, () =>
		tried(async () => {
			const at = await committed();
			return (await ends(topic)).reduce((sum, end, id) => sum + end - (at[id] as number), 0);
		}),
	);
	const topics: string[] = [];
	const groups: { readonly name: string; readonly topic: string }[] = [];
	const members: Consumer[] = [];
	let made = 0;

	const make = async () => {
		made += 1;
		const name = `churn-${made % pool.topics}`;
		if (topics.includes(name)) return;
		await clients.seed.topic(name, [3, 2, 1]);
		topics.push(name);
	};
	const remove = async () => {
		const [name = ''] = topics.splice(chance.below(topics.length), 1);
		await clients.seed.admin.deleteTopics({ topics: [name] });
	};
	const makeGroup = async () => {
		made += 1;
		const number = made % pool.groups;
		const name = `group-${number}`;
		const topic = `churn-${number % pool.topics}`;
		if (!topics.includes(topic) || groups.some((one) => one.name === name)) return;
		const one = { name, topic };
		groups.push(one);
		await clients.seed.commit(one.name, one.topic, [0, 1, undefined]);
	};
	const join = async () => {
		made += 1;
		const member = clients.seed.client.consumer({
			groupId: `members-${made % 5}`,
			sessionTimeout: 10_000,
		});
		members.push(member);
		await member.connect();
		await member.subscribe({ topics: [chance.oneOf(topics)], fromBeginning: true });
		await member.run({ autoCommitInterval: 500, eachMessage: async () => {} });
	};
	const leave = async () => {
		const [member] = members.splice(chance.below(members.length), 1);
		await member?.disconnect();
	};
	const onOne = async (name: string) => {
		switch (chance.below(8)) {
			case 0:
				if (groups.length < 30) return await makeGroup();
				return await clients.seed.admin.deleteGroups(
					groups.splice(chance.below(groups.length), 5).map((one) => one.name),
				);
			case 1:
				return members.length < mostMembers ? await join() : await leave();
			case 2: {
				// On, or rewound.
				const one = chance.oneOf(groups);
				const offsets = (await ends(one.topic)).map((end) => chance.between(0, end));
				return await clients.seed.commit(one.name, one.topic, offsets);
			}
			case 3: {
				const highs = await ends(name);
				return await clients.seed.admin.deleteTopicRecords({
					topic: name,
					partitions: highs.map((high, partition) => ({
						partition,
						offset: String(chance.between(0, high)),
					})),
				});
			}
			default: {
				const messages = Array.from({ length: chance.between(1, 50) }, () => ({ value: 'one' }));
				return await clients.producer.send({ topic: name, messages });
			}
		}
	};
	return {
		control,
		churn: () =>
			tried(async () => {
				if (topics.length < 3) return await make();
				const dice = chance.below(30);
				if (dice === 0 && topics.length < mostTopics) return await make();
				if (dice === 1 || topics.length >= mostTopics) return await remove();
				return await onOne(chance.oneOf(topics));
			}),
		async produce(count) {
			const messages = Array.from({ length: count }, (_, at) => ({
				partition: at % partitions,
				value: 'one',
			}));
			await clients.producer.send({ topic, messages });
		},
		async consume(count) {
			const [highs, offsets] = [await ends(topic), await committed()];
			for (let left = count; left > 0; left--) {
				const id = highs.findIndex((high, at) => high > (offsets[at] as number));
				offsets[id] = (offsets[id] as number) + 1;
			}
			await clients.seed.commit(group, topic, offsets);
		},
		async close() {
			await Promise.allSettled(members.map((member) => member.disconnect()));
			await clients.close();
		},
	};
}

/** What the cluster announces is the proxy: kafkajs dies of the garbage that comes from there. */
async function open({ bootstrap, port }: Kafka) {
	const seed = await seedFor(bootstrap, {
		socketFactory: ({ host, onConnect }) => connect({ host, port }, onConnect).setNoDelay(true),
	});
	const producer = seed.client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
	await producer.connect();
	return {
		seed,
		producer,
		async close() {
			await producer.disconnect().catch(() => {});
			await seed.close();
		},
	};
}
