import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveInSteps } from '../src/derive/derive.ts';
import { History } from '../src/derive/history.ts';
import { planOf } from '../src/derive/plan.ts';
import { SeriesLimiter } from '../src/derive/series-limits.ts';
import { LineWriter } from '../src/metrics/line-writer.ts';
import { countSeries } from '../src/metrics/series.ts';
import { TargetRenderer } from '../src/metrics/target-renderer.ts';
import type { Carried, Group, Records, Stream } from '../src/model.ts';
import { carryInSteps } from '../src/poll/carry.ts';
import { initialState } from '../src/poll/target-state.ts';
import { List, look } from '../src/records.ts';

const rows = 20_000;
/** What works through all rows at once looks at each of them at least once. */
const mostLooks = rows / 2;

/** A fourth of the most that passes between two rounds. */
const intervalSeconds = 1200;

/** Looks at records since the last step. */
let looks = 0;

/** Steps that the last work took. */
let taken = 0;

class Watched<Record> extends List<Record> {
	readonly #records: Records<Record>;

	constructor(records: Records<Record>) {
		super();
		this.#records = records;
	}

	get length(): number {
		return this.#records.length;
	}

	protected make(row: number): Record {
		looks += 1;
		return this.#records.at(row) as Record;
	}

	look(row: number): Record {
		looks += 1;
		return look(this.#records, row);
	}
}

/** Goes through all steps, and sees that none of them looks at too much. */
function inSteps<Result>(work: string, steps: Generator<void, Result>): Result {
	for (let step = 1; ; step++) {
		looks = 0;
		const { done, value } = steps.next();
		assert.ok(looks <= mostLooks, `${work}: ${looks} looks in step ${step}`);
		taken = step;
		if (done) return value;
	}
}

test('records of many groups are kept, compared, counted, limited and rendered in steps', () => {
	const ids = Int32Array.from([0]);
	const column = (value: number) => Float64Array.from([value]);
	const streams = Array.from({ length: rows }, (_, row): Stream => {
		return { name: `s${row}`, partitions: { ids, start: column(0), end: column(row) } };
	});
	const groups = streams.map(({ name, partitions }, row): Group => {
		const lag = { ids, start: column(0), end: column(row), committed: column(row / 2) };
		assert.ok(partitions);
		return { stream: name, consumerGroup: `g${row}`, lag };
	});
	const last = rows - 1;
	const expected = [`g${last}`, 'nobody'].map((consumerGroup) => {
		return { target: 't', stream: `s${last}`, consumerGroup };
	});
	const plan = planOf({ target: 't', platform: 'kafka', intervalSeconds }, [], expected);
	const state = initialState('t', { name: 'kafka', problems: [], operations: [] }, intervalSeconds);
	const history = new History(intervalSeconds);
	const limiter = new SeriesLimiter();
	const renderer = new TargetRenderer(new LineWriter());
	let carried: Carried | undefined;
	const minute = 60_000;
	const rounds: readonly Round[] = [
		{ atMs: minute, read: all },
		{ atMs: 2 * minute, read: all },
		// Half are missed, and still known; then all come in another order.
		{ atMs: 3 * minute, read: half },
		{ atMs: 4 * minute, read: reversed },
		// Those that were missed are forgotten.
		{ atMs: 70 * minute, read: (items) => half(reversed(items)) },
	];
	const deriveSteps: number[] = [];
	for (const { atMs, read } of rounds) {
		const reading = {
			streams: new Watched(read(streams)),
			groups: new Watched(read(groups)),
			unread: [],
			complete: true,
			problems: [],
			partitionDetail: true,
			agesByHead: true,
		};
		carried = inSteps('carry', carryInSteps(carried, reading, atMs, 5 * minute));
		const derived = inSteps('derive', deriveInSteps(history, carried, plan));
		assert.deepEqual(
			derived.expectations.map(({ missing }) => missing),
			[false, true],
		);
		deriveSteps.push(taken);
		const known = atMs < 60 * minute ? rows : rows / 2;
		const counts = inSteps('count', countSeries('kafka', derived));
		assert.equal(counts.groups.length, known);
		const watched = { ...derived, consumers: new Watched(derived.consumers) };
		const total = counts.streams + counts.groups.reduce((sum, count) => sum + count, 0) / 2;
		const limited = inSteps('limit', limiter.limit('t', watched, counts, { total }));
		assert.ok(limited.consumers.length > known / 4 && limited.consumers.length < known);
		const lines = inSteps('render', renderer.inSteps(state, derived, counts.values));
		assert.ok(lines.some(({ length }) => length > known * 20));
	}
	assert.equal(history.groups.length, rows / 2);
	// What is remembered is no list of records; to index and to forget it takes steps of their own.
	const [, usual = 0, , another = 0, forgetting = 0] = deriveSteps;
	assert.ok(another - usual >= 20, `${usual} steps, ${another} in another order`);
	assert.ok(forgetting - usual / 2 >= 20, `${usual} steps, ${forgetting} to forget half`);
});

test('what could not be read is gone through in steps', () => {
	const unread = Array.from({ length: rows }, (_, row) => ({ stream: `s${row}`, reason: 'r' }));
	const nothing = { streams: [], groups: [], problems: [], partitionDetail: false };
	const reading = { ...nothing, unread, complete: true };
	inSteps('carry', carryInSteps(undefined, reading, 0, 0));
	assert.ok(taken >= rows / 1000, `${taken} steps`);
});

interface Round {
	readonly atMs: number;
	/** What is read of all that there are, in which order. */
	read<Item>(items: readonly Item[]): readonly Item[];
}

function all<Item>(items: readonly Item[]): readonly Item[] {
	return items;
}

function half<Item>(items: readonly Item[]): readonly Item[] {
	return items.slice(0, rows / 2);
}

function reversed<Item>(items: readonly Item[]): readonly Item[] {
	return items.toReversed();
}
