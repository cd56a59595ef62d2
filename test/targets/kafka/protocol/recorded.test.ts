import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { decode } from '../../../../src/targets/kafka/connect/exchange.ts';
import type { TopicConfigs } from '../../../../src/targets/kafka/protocol/describe-configs.ts';
import type { GroupDescription } from '../../../../src/targets/kafka/protocol/group-description.ts';
import type { ListGroupsAnswer } from '../../../../src/targets/kafka/protocol/list-groups.ts';
import type { FoundOffsets } from '../../../../src/targets/kafka/protocol/list-offsets.ts';
import type { MetadataAnswer } from '../../../../src/targets/kafka/protocol/metadata.ts';
import type { GroupOffsets } from '../../../../src/targets/kafka/protocol/offset-fetch.ts';
import type { TopicOffsets } from '../../../../src/targets/kafka/protocol/offset-rows.ts';
import type { ShareGroupOffsets } from '../../../../src/targets/kafka/protocol/share-group-offsets.ts';
import { type Exchange, recorded, requestOf } from '../recorded.ts';

/** All answers of one kind that a version gave; reading fails when a byte is left. */
function answers<Answer>(version: string, key: number): readonly Answer[] {
	const exchanges = recorded.get(version)?.filter((exchange) => exchange.key === key) ?? [];
	return exchanges.map((exchange) => read(exchange) as Answer);
}

function read(exchange: Exchange): unknown {
	const { answer } = decode(
		requestOf(exchange),
		Buffer.from(exchange.answer, 'hex'),
		exchange.version,
	);
	return answer;
}

function values({
	topic,
	rows,
	from,
	to,
}: TopicOffsets): readonly [string, Record<number, number>] {
	const entries = [...rows.partitions.subarray(from, to)].map((partition, index) => [
		partition,
		rows.offsets[from + index] as number,
	]);
	return [topic, Object.fromEntries(entries)];
}

const has = {
	'3.9.1': { modern: false, share: false, streams: false },
	'4.1.0': { modern: true, share: true, streams: false },
	'4.3.0': { modern: true, share: true, streams: true },
} as const;

for (const [version, { modern, share, streams }] of Object.entries(has)) {
	test(`${version}: every recorded answer is read to its last byte`, () => {
		const exchanges = recorded.get(version) ?? [];
		for (const exchange of exchanges) read(exchange);
		assert.ok(exchanges.length >= 14);
	});

	test(`${version}: topics, partitions and their leader`, () => {
		const [metadata] = answers<MetadataAnswer>(version, 3);
		const topics = metadata?.topics.filter(({ topic }) => !topic.startsWith('__')) ?? [];
		assert.deepEqual(
			topics
				.map(({ errorCode, topic, partitions, leaders }) => [
					errorCode,
					topic,
					[...partitions],
					[...leaders],
				])
				.sort(),
			[
				[0, 'orders', [0, 1], [1, 1]],
				[0, 'payments', [0], [1]],
			],
		);
		assert.deepEqual(
			metadata?.brokers.map(({ nodeId, host }) => [nodeId, host]),
			[[1, '127.0.0.1']],
		);
	});

	test(`${version}: groups with their types`, () => {
		const [list] = answers<ListGroupsAnswer>(version, 16);
		const types = Object.fromEntries(
			list?.groups.map(({ groupId, type }) => [groupId, type]) ?? [],
		);
		assert.deepEqual(types, {
			billing: 'classic',
			größe: 'classic',
			old: 'classic',
			...(modern && { modern: 'consumer' }),
			...(share && { sharers: 'share' }),
			...(streams && { topology: 'streams' }),
		});
	});

	test(`${version}: committed offsets`, () => {
		const groups = answers<readonly GroupOffsets[]>(version, 9).flat();
		const committed = Object.fromEntries(
			groups.map(({ groupId, topics }) => [groupId, Object.fromEntries(topics.map(values))]),
		);
		assert.deepEqual(committed.billing, { orders: { 0: 4, 1: 0 } });
		assert.deepEqual(committed.größe, { payments: { 0: 5 } });
		if (modern) assert.deepEqual(committed.modern, { orders: { 0: 10, 1: 0 } });
		if (streams) assert.deepEqual(committed.topology, { payments: { 0: 3 } });
	});

	test(`${version}: ends, starts and what was found by time`, () => {
		const found = answers<FoundOffsets>(version, 2);
		// The latest, the earliest, and six times of day.
		assert.equal(found.length, 8);
		const told = found.map(({ topics }) => Object.fromEntries(topics.map(values)));
		for (const expected of [
			{ orders: { 0: 10, 1: 0 }, payments: { 0: 5 } },
			{ orders: { 0: 0, 1: 0 }, payments: { 0: 0 } },
		]) {
			assert.ok(
				told.some((one) => isDeepStrictEqual(one, expected)),
				JSON.stringify(told),
			);
		}
	});

	test(`${version}: states and assignments`, () => {
		const described = [15, 69, 77, 89].flatMap((key) =>
			answers<readonly GroupDescription[]>(version, key).flat(),
		);
		const facts = Object.fromEntries(
			described.map(({ groupId, state, members }) => [
				groupId,
				[state, members.map(({ topics }) => topics)],
			]),
		);
		assert.deepEqual(facts.billing, ['Empty', []]);
		assert.deepEqual(facts.old, ['Stable', [['orders']]]);
		if (modern) assert.deepEqual(facts.modern, ['Stable', [['orders']]]);
		if (share) assert.deepEqual(facts.sharers, ['Stable', [['payments']]]);
		if (streams) assert.deepEqual(facts.topology?.[1], [['payments']]);
	});

	test(`${version}: settings of topics`, () => {
		const configs = answers<readonly TopicConfigs[]>(version, 32).flat();
		assert.deepEqual(configs.map(({ errorCode, topic }) => [errorCode, topic]).sort(), [
			[0, 'orders'],
			[0, 'payments'],
		]);
		assert.equal(configs[0]?.configs.get('cleanup.policy'), 'delete');
		assert.equal(configs[0]?.configs.get('retention.ms'), '604800000');
	});

	if (share) {
		test(`${version}: offsets of a share group, with the lag where the version has it`, () => {
			const [group] = answers<readonly ShareGroupOffsets[]>(version, 90).flat();
			assert.equal(group?.groupId, 'sharers');
			const [topic] = group?.topics ?? [];
			assert.equal(topic?.topic, 'payments');
			assert.equal(topic?.partitions[0]?.lag, version === '4.1.0' ? undefined : 0);
		});
	}
}
