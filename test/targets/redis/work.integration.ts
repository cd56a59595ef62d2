import assert from 'node:assert/strict';
import { type HeapProfiler, Session } from 'node:inspector/promises';
import { after, describe, test } from 'node:test';
import type { Reading } from '../../../src/model.ts';
import type { Target } from '../../../src/targets/target.ts';
import { startRedis } from '../../brokers/index.ts';
import { plainUser, script, targetTo } from './server.ts';

const streams = 1000;
const server = await startRedis({ config: [plainUser.rule, 'appendonly no'] });
after(() => server.stop());

/** Four entries a stream, and a group that has read two of them and acknowledged none. */
const seed = (entryBytes: number) =>
	script(
		server,
		`redis.call('FLUSHALL')
		local body = string.rep('x', ${entryBytes})
		for stream = 1, ${streams} do
			local key = 'orders:' .. stream
			for entry = 1, 4 do redis.call('XADD', key, '*', 'body', body) end
			redis.call('XGROUP', 'CREATE', key, 'billing', '0')
			redis.call('XREADGROUP', 'GROUP', 'billing', 'one', 'COUNT', 2, 'STREAMS', key, '>')
		end`,
	);

/** What is counted of one poll after the first, divided by the streams. */
async function workOf(login: object): Promise<{ commands: number; read: number; sent: number }> {
	const target = targetTo({ url: server.url, ...login, abandoned_after: '1h' });
	try {
		await poll(target);
		const before = { commands: total(target), ...(await traffic()) };
		await poll(target);
		const after = { commands: total(target), ...(await traffic()) };
		return {
			commands: (after.commands - before.commands) / streams,
			read: (after.read - before.read) / streams,
			sent: (after.sent - before.sent) / streams,
		};
	} finally {
		await target.close();
	}
}

/** Bytes of the heap that one poll takes for a stream, whatever becomes of them. */
function allocatedBy(login: object): Promise<number> {
	return profiled(login, async (target, session) => {
		await session.post('HeapProfiler.startSampling', {
			samplingInterval: 512,
			includeObjectsCollectedByMajorGC: true,
			includeObjectsCollectedByMinorGC: true,
		});
		for (let counted = 0; counted < 3; counted++) await poll(target);
		const { profile } = await session.post('HeapProfiler.stopSampling');
		return sizeOf(profile.head) / 3 / streams;
	});
}

/** Bytes of objects that a stream's part of a reading is, and what is remembered for the next one. */
function keptBy(login: object): Promise<number> {
	return profiled(login, async (target, session) => {
		await session.post('HeapProfiler.startSampling', { samplingInterval: 512 });
		const reading = await poll(target);
		await session.post('HeapProfiler.collectGarbage');
		const { profile } = await session.post('HeapProfiler.stopSampling');
		assert.equal(reading.groups.length, streams);
		return sizeOf(profile.head) / streams;
	});
}

async function profiled(
	login: object,
	measure: (target: Target, session: Session) => Promise<number>,
): Promise<number> {
	const target = targetTo({ url: server.url, ...login, abandoned_after: '1h' });
	const session = new Session();
	session.connect();
	try {
		// Code that was compiled makes fewer objects in between.
		for (let warm = 0; warm < 10; warm++) await poll(target);
		return await measure(target, session);
	} finally {
		session.disconnect();
		await target.close();
	}
}

async function poll(target: Target): Promise<Reading> {
	const reading = await target.read(AbortSignal.timeout(60_000));
	assert.deepEqual(reading.problems, []);
	assert.equal(reading.groups.length, streams);
	return reading;
}

function total({ requests }: Target): number {
	return [...requests.values()].reduce((sum, count) => sum + count, 0);
}

/** Bytes that came from the server and went to it, since its start. */
async function traffic(): Promise<{ read: number; sent: number }> {
	const info = await server.cli('INFO', 'stats');
	const bytes = (way: string) =>
		Number(new RegExp(`total_net_${way}_bytes:(\\d+)`).exec(info)?.[1]);
	return { read: bytes('output'), sent: bytes('input') };
}

function sizeOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
	return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

describe('what one stream with one group costs a poll', () => {
	test('by script: a 25th of a command, and bytes that do not grow with entries', async () => {
		await seed(20);
		const { commands, read, sent } = await workOf({});
		assert.ok(commands <= 1 / 25 + 0.01, `${commands} commands`);
		assert.ok(sent < 40, `${sent} bytes sent`);
		assert.ok(read < 180, `${read} bytes read`);
		await seed(20_000);
		const large = await workOf({});
		assert.ok(large.read < 200, `${large.read} bytes read`);
	});

	test('by commands: five of them', async () => {
		await seed(20);
		const { commands, read, sent } = await workOf(plainUser.login);
		assert.ok(commands <= 5.01, `${commands} commands`);
		assert.ok(sent < 300, `${sent} bytes sent`);
		assert.ok(read < 800, `${read} bytes read`);
	});

	test('few objects, for what a poll costs here is mostly to make and to forget them', async () => {
		await seed(20);
		const byScript = await allocatedBy({});
		assert.ok(byScript < 4200, `${byScript} bytes by script`);
		const byCommands = await allocatedBy(plainUser.login);
		assert.ok(byCommands < 19_000, `${byCommands} bytes by commands`);
	});

	test('hardly any objects that live until all is read, for those are copied again and again', async () => {
		await seed(20);
		const byScript = await keptBy({});
		assert.ok(byScript < 190, `${byScript} bytes by script`);
		const byCommands = await keptBy(plainUser.login);
		assert.ok(byCommands < 190, `${byCommands} bytes by commands`);
	});
});
