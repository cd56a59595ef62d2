import { Redis as Client } from 'ioredis';
import type { Redis } from '../test/brokers/index.ts';
import type { Chance } from '../test/random.ts';
import { Control } from './control.ts';
import type { Work } from './work.ts';

const key = 'control';
const group = 'control';
const mostStreams = 20;
/** Of names. */
const pool = { streams: 30, groups: 4 };

/** Streams and groups that come and go on Redis. */
export async function workOnRedis(redis: Redis, chance: Chance): Promise<Work> {
	const client = new Client(redis.url, { commandTimeout: 5000, maxRetriesPerRequest: 1 });
	client.on('error', () => {});
	await client.xgroup('CREATE', key, group, '0', 'MKSTREAM');
	const control = await Control.of(`redis ${key} ${group}`, async () => {
		const groups = (await client.xinfo('GROUPS', key)) as unknown[][];
		const facts = groups[0] ?? [];
		return Number(facts[facts.indexOf('lag') + 1]);
	});
	const names: string[] = [];
	let made = 0;

	const make = async () => {
		made += 1;
		const name = `churn:${made % pool.streams}`;
		if (names.includes(name)) return;
		names.push(name);
		await client.xgroup('CREATE', name, 'first', '0', 'MKSTREAM');
	};
	const remove = async () => {
		const [name = ''] = names.splice(chance.below(names.length), 1);
		await client.del(name);
	};
	const groupsOf = async (name: string) =>
		((await client.xinfo('GROUPS', name)) as unknown[][]).map(([, value]) => String(value));
	const onOne = async (name: string) => {
		const some = chance.between(1, 50);
		if ((await groupsOf(name)).length === 0) await client.xgroup('CREATE', name, 'again', '0');
		switch (chance.below(9)) {
			case 0:
				return await client.xgroup('CREATE', name, `group-${some % pool.groups}`, '0');
			case 1:
				return await client.xgroup('DESTROY', name, chance.oneOf(await groupsOf(name)));
			case 2: // rewound
				return await client.xgroup('SETID', name, chance.oneOf(await groupsOf(name)), '0');
			case 3:
				return await client.xtrim(name, 'MAXLEN', some);
			case 4: {
				const reader = chance.oneOf(await groupsOf(name));
				const members = (await client.xinfo('CONSUMERS', name, reader)) as unknown[][];
				return await client.xgroup('DELCONSUMER', name, reader, String(chance.oneOf(members)[1]));
			}
			case 5:
			case 6: {
				const reader = chance.oneOf(await groupsOf(name));
				const read = (await client.call(
					...['XREADGROUP', 'GROUP', reader, `reader-${chance.below(1000)}`],
					...['COUNT', some, 'STREAMS', name, '>'],
				)) as [string, [string, string[]][]][] | null;
				const ids = (read?.[0]?.[1] ?? []).map(([id]) => id).slice(0, chance.between(1, 50));
				return ids.length > 0 && (await client.xack(name, reader, ...ids));
			}
			default: {
				const pipeline = client.pipeline();
				for (let at = 0; at < some; at++) pipeline.xadd(name, '*', 'n', at);
				return await pipeline.exec();
			}
		}
	};
	return {
		control,
		async churn() {
			if (names.length < 5) return await make();
			const dice = chance.below(20);
			if (dice === 0 && names.length < mostStreams) return await make();
			if (dice === 1 || names.length >= mostStreams) return await remove();
			return await onOne(chance.oneOf(names));
		},
		async produce(count) {
			for (let at = 0; at < count; at++) await client.xadd(key, '*', 'n', at);
		},
		async consume(count) {
			const words = ['GROUP', group, 'c', 'COUNT', count, 'NOACK', 'STREAMS', key, '>'];
			await client.call('XREADGROUP', ...words);
		},
		async close() {
			client.disconnect();
		},
	};
}
