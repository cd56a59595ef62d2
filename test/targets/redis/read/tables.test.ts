import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, Stream } from '../../../../src/model.ts';
import { atOnce } from '../../../../src/steps.ts';
import type { SeenIn } from '../../../../src/targets/redis/read/anchor.ts';
import { GroupTable, groupField } from '../../../../src/targets/redis/read/group-table.ts';
import {
	copyStream,
	Memory,
	MemoryTable,
	recall,
} from '../../../../src/targets/redis/read/memory.ts';
import { NumberRows } from '../../../../src/targets/redis/read/number-rows.ts';
import { StreamTable } from '../../../../src/targets/redis/read/stream-table.ts';

/** So large that a table must grow for it. */
const room = 2;

/** All that a group of Redis can have. */
const known = (at: number) => ({
	stream: `orders:${at}`,
	consumerGroup: 'billing',
	lag: { messages: at, uncertainty: 0 },
	position: { major: 1_725_000_000_000 + at, minor: 0 },
	line: { position: at, start: 1, end: 2 * at },
	pending: 3,
	pendingLostCount: 0,
	members: at,
	consumedCount: 5,
	lagSeconds: 0,
	idleSeconds: 0.5,
	pendingAgeSeconds: 8.125,
	pendingIdleSeconds: 9,
	oldestPendingDeliveries: 10,
	pendingAbandoned: 0,
});
const unknown: Group = {
	stream: 'orders',
	consumerGroup: 'unknown',
	lag: { unknown: 'not_counted' },
};
/** Another, whose lag is the same but for what is sure of it. */
const unsure: Group = { ...known(3), lag: { messages: 3, uncertainty: 2 } };
const groups: readonly Group[] = [known(0), unknown, known(2), known(3), known(4), unsure];

function add(table: GroupTable, group: Group): void {
	const { stream, consumerGroup, lag, position, line } = group;
	const row = table.add(stream, consumerGroup);
	assert(!('ids' in lag));
	table.setLag(row, lag);
	if (position) table.setPosition(row, position);
	if (line) table.setLine(row, line);
	for (const [name, at] of Object.entries(groupField)) {
		table.set(row, at, group[name as keyof typeof groupField]);
	}
}

/** The fields that a record has, whether its own or made when asked for. */
function fieldsOf<Record extends object>(record: Record, names: readonly (keyof Record)[]) {
	const fields = names.map((name) => [name, record[name]] as const);
	return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

test('a group is told as it was put into its table, and what is not known is absent', () => {
	const table = new GroupTable(room);
	for (const group of groups) add(table, group);
	assert.equal(table.length, groups.length);
	assert.deepEqual(table.at(1), {
		stream: 'orders',
		consumerGroup: 'unknown',
		kind: 'group',
		lag: { unknown: 'not_counted' },
	});
	assert.deepEqual(table.at(0), {
		...known(0),
		kind: 'group',
		readers: { present: false, idleSeconds: 0.5 },
	});
	assert.deepEqual(table.at(4), {
		...known(4),
		kind: 'group',
		readers: { present: true, idleSeconds: 0.5 },
	});
	assert.deepEqual([table.at(-1), table.at(6)], [undefined, undefined]);
});

test('whoever looks at a row sees the same as whoever has it made', () => {
	const table = new GroupTable(room);
	for (const group of groups) add(table, group);
	const names = [...Object.keys(known(0)), 'kind', 'readers'] as (keyof Group)[];
	// Back and forth, for what is looked at is one object.
	for (const row of [0, 1, 2, 1, 4, 3, 5, 3, 0]) {
		assert.deepEqual(table.look(row).lag, groups[row]?.lag);
		assert.deepEqual(fieldsOf(table.look(row), names), table.at(row));
	}
	assert.equal(table.look(1), table.look(2));
});

test('a record that was made stays as it is when its table goes on', () => {
	const table = new GroupTable(room);
	add(table, known(0));
	const first = table.at(0);
	const { lag, position } = table.look(0);
	for (const group of groups) add(table, group);
	table.look(3);
	assert.deepEqual(first, {
		...known(0),
		kind: 'group',
		readers: { present: false, idleSeconds: 0.5 },
	});
	assert.deepEqual([lag, position], [known(0).lag, known(0).position]);
});

test('a stream is told as it was put into its table', () => {
	const table = new StreamTable(room);
	const streams: Stream[] = [
		{ name: 'a', length: 0 },
		{
			name: 'b',
			length: 2,
			producedCount: 7,
			oldestMessageAgeSeconds: 60,
			newestMessageAgeSeconds: 0,
		},
		{ name: 'c', length: 3, producedCount: 3 },
	];
	for (const { name, length = 0, producedCount, ...ages } of streams) {
		const row = table.add(name, length, producedCount);
		const { oldestMessageAgeSeconds: oldest, newestMessageAgeSeconds: newest } = ages;
		if (oldest !== undefined && newest !== undefined) table.setAges(row, oldest, newest);
	}
	assert.deepEqual([...table], streams);
	assert.equal(table.look(1).producedCount, 7);
	assert.equal(table.look(0).producedCount, undefined);
});

const seenIn: SeenIn = { connectionId: 1, untilMs: 5 };
const remembered = {
	name: 'billing',
	pendingLostCount: 4,
	anchor: {
		delivered: { major: 10, minor: 1 },
		entriesAdded: 9,
		length: 8,
		seenIn,
		entriesRead: 7,
		firstUndelivered: { major: 10, minor: 2 },
		index: 0,
		toldIndex: undefined,
	},
};
const nameless = { name: 'audit', pendingLostCount: 0, anchor: undefined };

test('what is remembered of groups is found by their names, in whatever order they come', () => {
	const memories = new MemoryTable();
	memories.addStream(undefined);
	memories.addGroup({ ...nameless, name: 'other' });
	const row = memories.addStream({ major: 3, minor: 0 });
	for (const one of [remembered, nameless]) memories.addGroup(one);
	assert.deepEqual(memories.kept(0), undefined);
	assert.deepEqual(memories.kept(row), { major: 3, minor: 0 });
	const recalled = (...names: string[]) =>
		recall(
			memories,
			row,
			names.map((name) => ({ name })),
		);
	assert.deepEqual(recalled('billing', 'audit'), [remembered, nameless]);
	assert.deepEqual(recalled('audit', 'billing'), [nameless, remembered]);
	assert.deepEqual([...recalled('other', 'audit')], [undefined, nameless]);
	assert.deepEqual(recall(memories, undefined, [{ name: 'audit' }])[0], undefined);
});

test('what stands where it stood is not made again, and is the same', () => {
	const memories = new MemoryTable();
	const kept = { major: 3, minor: 0 };
	const row = memories.addStream(kept);
	memories.addGroup(remembered);
	const { delivered, firstUndelivered } = structuredClone(remembered.anchor);
	const [same] = recall(memories, row, [{ name: 'billing', delivered, firstUndelivered }]);
	assert.deepEqual(same, remembered);
	assert.equal(same?.anchor?.delivered, delivered);
	assert.equal(same?.anchor?.firstUndelivered, firstUndelivered);
	assert.equal(memories.kept(row, kept), kept);
	const moved = { name: 'billing', delivered: { major: 10, minor: 2 } };
	assert.deepEqual(recall(memories, row, [moved]), [remembered]);
	assert.deepEqual(memories.kept(row, { major: 3, minor: 1 }), kept);
	assert.deepEqual(memories.kept(row, { major: 4, minor: 0 }), kept);
});

test('a memory is the same in another table', () => {
	const memories = new MemoryTable();
	const row = memories.addStream({ major: 3, minor: 0 });
	for (const one of [remembered, nameless]) memories.addGroup(one);
	const other = new MemoryTable();
	other.addStream(undefined);
	other.addGroup(nameless);
	const copy = copyStream(memories, row, other);
	assert.deepEqual(other.kept(copy), { major: 3, minor: 0 });
	const names = [{ name: 'audit' }, { name: 'billing' }];
	assert.deepEqual(recall(other, copy, names), [nameless, remembered]);
});

test('what a poll told is remembered until the next one, and a poll that was given up changes nothing', () => {
	const memory = new Memory();
	const poll = (...streams: (readonly [name: string, major: number])[]) => {
		const table = memory.nextTable();
		const rows = streams.map(([name, major]) => ({
			key: { name },
			memoryRow: table.addStream({ major, minor: 0 }),
		}));
		return { table, rows: [...rows, { key: { name: 'unknown' }, memoryRow: -1 }] };
	};
	const names = ['a', 'b', 'c', 'unknown'];
	const known = () =>
		names.map((name) => {
			const row = memory.rowOf(name);
			return row === undefined ? undefined : memory.table.kept(row)?.major;
		});
	const take = ({ table, rows }: ReturnType<typeof poll>) =>
		atOnce(memory.replace(table, [rows.slice(0, 1), rows.slice(1)]));
	assert.deepEqual(known(), [undefined, undefined, undefined, undefined]);
	assert.equal(memory.rowOf('unknown'), undefined);
	take(poll(['a', 1], ['b', 2]));
	assert.equal(memory.rowOf('unknown'), undefined);
	assert.deepEqual(known(), [1, 2, undefined, undefined]);
	const givenUp = poll(['c', 7], ['b', 8], ['a', 9]);
	assert.deepEqual(known(), [1, 2, undefined, undefined]);
	take(poll(['b', 4], ['a', 3]));
	// It may still go on.
	assert.equal(givenUp.table.addStream({ major: 10, minor: 0 }), 3);
	assert.deepEqual(known(), [3, 4, undefined, undefined]);
	take(poll(['c', 5], ['b', 6]));
	assert.deepEqual(known(), [undefined, 6, 5, undefined]);
	assert.deepEqual([memory.rowOf('c'), memory.rowOf('b')], [0, 1]);
	take(poll());
	assert.deepEqual(known(), [undefined, undefined, undefined, undefined]);
});

test('rows come and go, by the hundred and by one', () => {
	const rows = new NumberRows(2, 1);
	for (const count of [100, 1, 0, 3, 100]) {
		rows.clear();
		for (let row = 0; row < count; row++) {
			rows.add();
			rows.set(row, 1, row);
		}
		assert.equal(rows.length, count);
		for (let row = 0; row < count; row++) {
			assert.deepEqual([rows.get(row, 0), rows.get(row, 1)], [undefined, row]);
		}
	}
});
