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

/** Looks at records since the last step. */
let looks = 0;

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
	const plan = planOf({ target: 't', platform: 'kafka', intervalSeconds: 15 });
	const state = initialState('t', { name: 'kafka', problems: [], operations: [] }, 15);
	const history = new History(15);
	const limiter = new SeriesLimiter();
	const renderer = new TargetRenderer(new LineWriter());
	let carried: Carried | undefined;
	// The third has lost half of its streams and groups.
	for (const [round, known] of [rows, rows, rows / 2].entries()) {
		const reading = {
			streams: new Watched(streams.slice(0, known)),
			groups: new Watched(groups.slice(0, known)),
			unread: [],
			complete: true,
			problems: [],
			partitionDetail: true,
			agesByHead: true,
		};
		const atMs = (round + 1) * 15_000;
		carried = inSteps('carry', carryInSteps(carried, reading, atMs, 300_000));
		const derived = inSteps('derive', deriveInSteps(history, carried, plan));
		const counts = inSteps('count', countSeries('kafka', derived));
		assert.equal(counts.groups.length, rows);
		const watched = { ...derived, consumers: new Watched(derived.consumers) };
		const total = counts.streams + counts.groups.reduce((sum, count) => sum + count, 0) / 2;
		const limited = inSteps('limit', limiter.limit('t', watched, counts, { total }));
		assert.ok(limited.consumers.length > rows / 4 && limited.consumers.length < rows);
		const lines = inSteps('render', renderer.inSteps(state, derived, counts.values));
		assert.ok(lines.some(({ length }) => length > rows * 20));
	}
});
