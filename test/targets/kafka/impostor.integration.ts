import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { PlainReading } from '../../../src/model.ts';
import { Writer } from '../../../src/targets/kafka/protocol/writer.ts';
import { UnreadableError } from '../../../src/targets/target.ts';
import { endImpostors, impostor, keys, offering } from './impostor.ts';
import { connect, find, lags, read } from './target.ts';

afterEach(endImpostors);

async function reading(bootstrap: string): Promise<PlainReading> {
	const target = connect(bootstrap);
	try {
		return await read(target);
	} finally {
		await target.close();
	}
}

function codes({ problems }: Pick<PlainReading, 'problems'>): readonly string[] {
	return problems.map(({ code, operation }) => `${operation}: ${code}`);
}

test('the recorded answers make a whole reading', async () => {
	const seen = await reading(await impostor(-1, (answer) => answer));
	assert.deepEqual(codes(seen), []);
	assert.deepEqual(lags(find(seen, 'orders', 'billing')), { 0: 6, 1: 0 });
});

test('a broker that hangs up at a version that it offered is a problem with a name', async () => {
	const seen = await reading(
		await impostor(keys.offsetFetch, (_, socket) => {
			socket.destroy();
			return undefined;
		}),
	);
	assert.ok(codes(seen).includes('offset_fetch: connection_lost'), codes(seen).join());
	assert.ok(seen.unread.some(({ consumerGroup }) => consumerGroup === 'billing'));
	assert.equal(find(seen, 'orders', 'billing'), undefined);
});

for (const [name, mischief] of [
	['cut short', (answer: Buffer) => answer.subarray(0, answer.length - 3)],
	['longer than it should be', (answer: Buffer) => Buffer.concat([answer, answer])],
	['of nothing but ones', (answer: Buffer) => Buffer.alloc(answer.length, 0xff)],
	['empty', () => Buffer.alloc(0)],
] as const) {
	test(`an answer that is ${name} is a problem with a name`, async () => {
		const seen = await reading(await impostor(keys.listOffsets, mischief));
		assert.deepEqual(codes(seen), ['list_offsets: protocol_error']);
		const group = find(seen, 'orders', 'billing');
		assert.ok(group && 'ids' in group.lag && group.lag.end.every(Number.isNaN));
	});
}

test('an error code that no table has is told as its number', async () => {
	const seen = await reading(
		await impostor(keys.listGroups, (answer) => {
			// Behind the tagged fields of the header and the throttle time.
			answer.writeInt16BE(999, 5);
			return answer;
		}),
	);
	assert.deepEqual(codes(seen), ['list_groups: broker_error']);
	assert.match(seen.problems[0]?.message ?? '', /error 999/);
	assert.equal(seen.complete, false);
});

test('a frame of two gigabytes, announced in the middle of a poll, is a problem with a name', async () => {
	const before = process.memoryUsage().rss;
	const seen = await reading(
		await impostor(keys.describeGroups, (_, socket) => {
			socket.write(Buffer.from('7fffffff', 'hex'));
			return undefined;
		}),
	);
	assert.ok(
		codes(seen).some((code) => code.endsWith('protocol_error')),
		codes(seen).join(),
	);
	assert.ok(process.memoryUsage().rss - before < 256 * 2 ** 20);
});

test('a broker that lists a group and denies to be its coordinator is not asked again and again', async () => {
	let asked = 0;
	const seen = await reading(
		await impostor(keys.offsetFetch, () => {
			asked += 1;
			const answer = new Writer();
			answer.tags().int32(0);
			answer.array(['billing', 'größe', 'old', 'modern'], (_, groupId) => {
				answer.string(groupId).array([], () => {});
				answer.int8(0).int8(16).tags(); // NOT_COORDINATOR
			});
			return Buffer.from(answer.tags().bytes());
		}),
	);
	// One for groups of each protocol.
	assert.equal(asked, 2);
	assert.deepEqual(codes(seen), ['offset_fetch: coordinator_unavailable']);
	assert.ok(seen.unread.some(({ consumerGroup }) => consumerGroup === 'billing'));
});

/** The metadata of the recorded broker, with another name for the topic `orders`. */
function withoutOrders(answer: Buffer): Buffer {
	answer.write('ordeal', answer.indexOf('orders'));
	return answer;
}

test('a topic that was made after the metadata was asked for is read in the same poll', async () => {
	let asked = 0;
	const seen = await reading(
		await impostor(keys.metadata, (answer) => {
			asked += 1;
			return asked === 1 ? withoutOrders(answer) : answer;
		}),
	);
	assert.deepEqual(codes(seen), []);
	assert.deepEqual(lags(find(seen, 'orders', 'billing')), { 0: 6, 1: 0 });
});

test('only metadata that is newer than the commits says that a topic is gone', async () => {
	const gone = await reading(await impostor(keys.metadata, withoutOrders));
	assert.ok(codes(gone).includes('offset_fetch: topic_gone'), codes(gone).join());

	let asked = 0;
	const silent = await reading(
		await impostor(keys.metadata, (answer, socket) => {
			asked += 1;
			if (asked === 1) return withoutOrders(answer);
			socket.destroy();
			return undefined;
		}),
	);
	assert.ok(!codes(silent).includes('offset_fetch: topic_gone'), codes(silent).join());
	assert.ok(silent.unread.some(({ stream }) => stream === 'orders'));
});

test('a broker that offers nothing but what is needed is read, without what it does not tell', async () => {
	const needed: readonly number[] = Object.values(keys).filter(
		(key) => key !== keys.describeGroups,
	);
	const bootstrap = await impostor(keys.apiVersions, (answer) =>
		offering(answer, (key, range) => (needed.includes(key) ? range : undefined)),
	);
	const seen = await reading(bootstrap);
	assert.deepEqual(codes(seen), []);
	assert.equal(seen.complete, true);
	const group = find(seen, 'orders', 'billing');
	assert.deepEqual(lags(group), { 0: 6, 1: 0 });
	assert.equal(group?.members, undefined);
});

test('many requests at once to a broker share one connection', async () => {
	const target = connect(await impostor(-1, (answer) => answer));
	try {
		await Promise.all([read(target), read(target), read(target)]);
		assert.equal(target.requests.get('connect'), 1);
	} finally {
		await target.close();
	}
});

test('metadata that cannot be read makes the target unreadable, with the reason', async () => {
	const bootstrap = await impostor(keys.metadata, () => Buffer.from('00000000007fffffff', 'hex'));
	await assert.rejects(reading(bootstrap), (error: unknown) => {
		assert.ok(error instanceof UnreadableError);
		assert.deepEqual(codes(error), ['metadata: protocol_error']);
		return true;
	});
});
