import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Carried, Group, Reading, Unread } from '../../src/model.ts';
import { carry } from '../../src/poll/carry.ts';
import { List } from '../../src/records.ts';
import { toldPartitions } from '../derive/play.ts';

const keepFailedMs = 300_000;
const minute = 60_000;

function reading(groups: readonly Group[], rest: Partial<Reading> = {}): Reading {
	const empty = { streams: [], unread: [], problems: [], complete: true, partitionDetail: true };
	return { ...empty, groups, ...rest };
}

function told(stream: string, consumerGroup: string, messages: number): Group {
	return { stream, consumerGroup, lag: { messages } };
}

/** Plays readings one minute apart; undefined is a poll that read nothing. */
function play(...readings: (Reading | undefined)[]): Carried {
	let carried: Carried | undefined;
	for (const [index, one] of readings.entries()) {
		carried = carry(carried, one, index * minute, keepFailedMs);
	}
	return carried as Carried;
}

function lags(carried: Carried): Record<string, unknown> {
	return Object.fromEntries(
		Array.from(carried.groups.records, ({ stream, consumerGroup, lag }) => [
			`${stream}/${consumerGroup}`,
			'messages' in lag ? lag.messages : lag,
		]),
	);
}

const orders = told('orders', 'billing', 7);
const other = told('orders', 'audit', 1);

test('a reading replaces what was known', () => {
	assert.deepEqual(lags(play(reading([orders]), reading([told('orders', 'billing', 3)]))), {
		'orders/billing': 3,
	});
});

test('a failed poll keeps the last values', () => {
	const carried = play(reading([orders]), undefined);
	assert.deepEqual(lags(carried), { 'orders/billing': 7 });
	assert.equal(carried.groups.seen[0]?.readAtMs, 0);
});

test('a failed poll changes nothing about how partitions and ages are told', () => {
	const { partitionDetail, agesByHead } = play(reading([orders], { agesByHead: true }), undefined);
	assert.deepEqual([partitionDetail, agesByHead], [true, true]);
});

test('after keep_failed only the name and the reason remain', () => {
	const failures = Array.from({ length: 6 }, () => undefined);
	assert.deepEqual(lags(play(reading([orders]), ...failures)), {
		'orders/billing': { unknown: 'not_read' },
	});
});

test('what no poll has listed for an hour is forgotten', () => {
	const failures = Array.from({ length: 61 }, () => undefined);
	assert.deepEqual(lags(play(reading([orders]), ...failures)), {});
});

test('a group that two complete listings do not show keeps its value, the third drops it', () => {
	assert.deepEqual(lags(play(reading([orders]), reading([]), reading([]))), {
		'orders/billing': 7,
	});
	assert.deepEqual(lags(play(reading([orders]), reading([]), reading([]), reading([]))), {});
});

test('a listing that shows the group again starts the count anew', () => {
	const carried = play(
		reading([orders]),
		reading([]),
		reading([]),
		reading([orders]),
		reading([]),
		reading([]),
	);
	assert.deepEqual(lags(carried), { 'orders/billing': 7 });
});

test('failed and partial listings drop nothing', () => {
	const partial = reading([other], { complete: false });
	assert.deepEqual(lags(play(reading([orders, other]), partial, undefined, partial, partial)), {
		'orders/audit': 1,
		'orders/billing': 7,
	});
});

test('a complete listing after a failed one counts on from where it was', () => {
	const carried = play(reading([orders]), reading([]), reading([]), undefined, reading([]));
	assert.deepEqual(lags(carried), {});
});

test('a group that is listed but unread keeps its value for keep_failed, then tells why', () => {
	const unread = reading([], {
		unread: [{ stream: 'orders', consumerGroup: 'billing', reason: 'no_leader' }],
	});
	assert.deepEqual(lags(play(reading([orders]), unread, unread, unread, unread, unread)), {
		'orders/billing': 7,
	});
	const seven = Array.from({ length: 7 }, () => unread);
	assert.deepEqual(lags(play(reading([orders]), ...seven)), {
		'orders/billing': { unknown: 'no_leader' },
	});
});

test('a group that is listed for hours but never read keeps telling why', () => {
	const unread = reading([], {
		unread: [{ stream: 'orders', consumerGroup: 'billing', reason: 'not_authorized' }],
	});
	const twoHours = Array.from({ length: 120 }, () => unread);
	assert.deepEqual(lags(play(...twoHours)), {
		'orders/billing': { unknown: 'not_authorized' },
	});
});

test('a group on a stream that is listed for hours but never read keeps telling why', () => {
	const unread: Unread[] = [{ stream: 'orders', reason: 'no_leader' }];
	const polls = Array.from({ length: 90 }, () => reading([], { unread }));
	assert.deepEqual(lags(play(reading([orders]), ...polls)), {
		'orders/billing': { unknown: 'no_leader' },
	});
});

test('a group that is unread on every stream keeps all of them', () => {
	const unread: Unread[] = [{ consumerGroup: 'billing', reason: 'not_read' }];
	const payments = told('payments', 'billing', 2);
	const carried = play(
		reading([orders, payments]),
		reading([], { unread }),
		reading([], { unread }),
		reading([], { unread }),
	);
	assert.deepEqual(lags(carried), { 'orders/billing': 7, 'payments/billing': 2 });
});

test('names that would run together stay different groups', () => {
	const carried = play(reading([told('ab', 'c', 1), told('a', 'bc', 2)]));
	assert.deepEqual(lags(carried), { 'ab/c': 1, 'a/bc': 2 });
});

function partitioned(committed: number[], end: number[]): Group {
	const start = end.map((value) => (Number.isNaN(value) ? Number.NaN : 0));
	return {
		stream: 'orders',
		consumerGroup: 'billing',
		lag: {
			ids: Int32Array.from(end.keys()),
			start: Float64Array.from(start),
			end: Float64Array.from(end),
			committed: Float64Array.from(committed),
		},
	};
}

function rows(carried: Carried): readonly unknown[] {
	const lag = carried.groups.records.at(0)?.lag;
	assert(lag && 'ids' in lag);
	return [Array.from(lag.committed ?? []), Array.from(lag.end), lag.readAtMs && [...lag.readAtMs]];
}

test('a partition that was not read keeps its whole last row', () => {
	const carried = play(
		reading([partitioned([5, 6], [10, 10])]),
		reading([partitioned([7, 8], [12, Number.NaN])]),
	);
	assert.deepEqual(rows(carried), [
		[7, 6],
		[12, 10],
		[minute, 0],
	]);
});

test('a partition that was not read for longer than keep_failed is unknown', () => {
	const broken = reading([partitioned([7, 8], [12, Number.NaN])]);
	const carried = play(reading([partitioned([5, 6], [10, 10])]), ...Array(6).fill(broken));
	assert.deepEqual(rows(carried), [
		[7, 8],
		[12, Number.NaN],
		[6 * minute, 0],
	]);
});

test('a partition that was never read stays unknown', () => {
	const broken = reading([partitioned([7, 8], [12, Number.NaN])]);
	assert.deepEqual(rows(play(broken, broken)), [
		[7, 8],
		[12, Number.NaN],
		[minute, 0],
	]);
});

test('a reading without gaps is taken as it is', () => {
	const whole = partitioned([5, 6], [10, 10]);
	const carried = play(reading([whole]), reading([whole]));
	assert.equal(carried.groups.records.at(0), whole);
});

test('a lag told by partition is carried with its uncertainty, and the counts beside it', () => {
	const none = Number.NaN;
	const columns = (lag: number[], uncertainty: number[], committed: number[]): Group => ({
		stream: 'orders',
		consumerGroup: 'billing',
		lag: {
			ids: Int32Array.of(1, 2),
			start: Float64Array.of(0, 0),
			end: Float64Array.of(none, none),
			committed: Float64Array.from(committed),
			told: toldPartitions(lag, { uncertainty }),
		},
	});
	const carried = play(
		reading([columns([3, 8], [0, 2], [10, 20])]),
		reading([columns([4, none], [0, none], [11, none])]),
	);
	const kept = carried.groups.records.at(0);
	assert.ok(kept && 'ids' in kept.lag);
	const { told, committed, readAtMs } = kept.lag;
	assert.deepEqual([...(told?.lag ?? [])], [4, 8]);
	assert.deepEqual([...(told?.uncertainty ?? [])], [0, 2]);
	assert.deepEqual([...(committed ?? [])], [11, 20]);
	assert.deepEqual([...(readAtMs ?? [])], [minute, 0]);
});

test('a stream that is not read any more is still known to be exported elsewhere', () => {
	const elsewhere = { exported: true };
	const streams = [{ name: 'orders', length: 7, elsewhere }];
	const unread: Unread[] = [{ stream: 'orders', reason: 'timeout' }];
	const later = Array.from({ length: 7 }, () => reading([], { unread }));
	const { records } = play(reading([orders], { streams }), ...later).streams;
	assert.deepEqual(records.at(0), { name: 'orders', elsewhere });
});

/** Groups whose fields are made when they are asked for, by one object for all of them. */
class Looked extends List<Group> {
	readonly length: number;
	readonly #groups: readonly Group[];
	readonly #looked: LookedGroup;

	constructor(...groups: Group[]) {
		super();
		this.length = groups.length;
		this.#groups = groups;
		this.#looked = new LookedGroup(groups);
	}

	look(row: number): Group {
		this.#looked.row = row;
		return this.#looked;
	}

	protected make(row: number): Group {
		return { ...(this.#groups[row] as Group) };
	}
}

class LookedGroup implements Group {
	row = 0;
	readonly #groups: readonly Group[];

	constructor(groups: readonly Group[]) {
		this.#groups = groups;
	}

	get stream() {
		return this.#group.stream;
	}
	get consumerGroup() {
		return this.#group.consumerGroup;
	}
	get lag() {
		return this.#group.lag;
	}
	get members() {
		return this.#group.members;
	}
	get #group(): Group {
		return this.#groups[this.row] as Group;
	}
}

test('records that move on when the next is looked at are kept as they were', () => {
	const payments = told('payments', 'billing', 2);
	const shipping = told('shipping', 'billing', 3);
	const first = reading([], { groups: new Looked(orders, other, payments) });
	const second = reading([], { groups: new Looked(told('orders', 'billing', 8), shipping) });
	const twice = [payments, told('payments', 'billing', 5), shipping];
	const third = reading([], { groups: new Looked(...twice) });
	const whole = { 'orders/billing': 7, 'orders/audit': 1, 'payments/billing': 2 };
	const later = { ...whole, 'orders/billing': 8, 'shipping/billing': 3 };
	assert.deepEqual(lags(play(first)), whole);
	assert.deepEqual(lags(play(first, second)), later);
	assert.deepEqual(lags(play(first, second, third)), later);
	const { records, seen } = play(first, second, third, undefined).groups;
	assert.deepEqual(
		Array.from(records, ({ stream }, row) => [stream, seen[row]?.readAtMs]),
		[
			['payments', 2 * minute],
			['shipping', 2 * minute],
			['orders', minute],
			['orders', 0],
		],
	);
});

test('such a record gets the rows that were not read, and keeps all the rest', () => {
	const before = { ...partitioned([5, 6], [10, 10]), members: 2 };
	const broken = { ...partitioned([7, 8], [12, Number.NaN]), members: 3 };
	const carried = play(
		reading([], { groups: new Looked(other, before) }),
		reading([], { groups: new Looked(other, broken) }),
	);
	const group = carried.groups.records.at(1);
	assert.deepEqual([group?.stream, group?.consumerGroup, group?.members], ['orders', 'billing', 3]);
	assert.ok(group && 'ids' in group.lag);
	assert.deepEqual([...(group.lag.committed ?? [])], [7, 6]);
	assert.deepEqual(lags(carried)['orders/audit'], 1);
});
