import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesLimiter } from '../../src/derive/series-limits.ts';
import type { Derived } from '../../src/model.ts';
import { atOnce } from '../../src/steps.ts';
import { consumer, derivedOf } from '../metrics/records.ts';

const columns = {
	ids: Int32Array.of(0),
	lags: Float64Array.of(1),
	lagsFrom: 0,
	committed: Float64Array.of(1),
};

/** A target with groups that make ten series each; first seen in the order of their letters. */
function target(letters: string, facts: (letter: string) => object = () => ({})): Derived {
	return derivedOf({
		consumers: [...letters].map((letter) =>
			consumer({
				consumerGroup: letter,
				firstSeenMs: letter.charCodeAt(0),
				partitions: columns,
				...facts(letter),
			}),
		),
	});
}

function counts(derived: Derived, partitions = 0) {
	return { streams: 0, groups: Uint32Array.from(derived.consumers, () => 10), partitions };
}

/** The letters of the groups left, a * where partitions are exported, and what was dropped. */
function shown(steps: Generator<void, Derived>): string {
	const { consumers, seriesLimit, withoutPartitions } = atOnce(steps);
	const detail = withoutPartitions ? '' : '*';
	const letters = Array.from(consumers, ({ consumerGroup }) => consumerGroup).join('');
	return `${letters}${detail} -${seriesLimit?.dropped} of ${seriesLimit?.series}`;
}

test('under the limit nothing is left out', () => {
	const derived = target('abc');
	const limited = new SeriesLimiter().limit('t', derived, counts(derived, 50), { total: 80 });
	assert.equal(shown(limited), 'abc* -0 of 80');
});

test('over the limit the partitions go first', () => {
	const derived = target('abc');
	const limited = new SeriesLimiter().limit('t', derived, counts(derived, 51), { total: 80 });
	assert.equal(shown(limited), 'abc -51 of 80');
});

test('partitions come back only below four fifths of the limit', () => {
	const limiter = new SeriesLimiter();
	const derived = target('abc');
	const seen = [51, 50, 35, 34, 50, 51].map((partitions) =>
		shown(limiter.limit('t', derived, counts(derived, partitions), { total: 80 })),
	);
	assert.deepEqual(seen, [
		'abc -51 of 80',
		'abc -50 of 80',
		'abc -35 of 80',
		'abc* -0 of 80',
		'abc* -0 of 80',
		'abc -51 of 80',
	]);
});

test('then the groups go that were seen last', () => {
	const derived = target('cadb');
	const limited = new SeriesLimiter().limit('t', derived, counts(derived, 9), { total: 25 });
	assert.equal(shown(limited), 'ab -29 of 25');
});

test('groups with an objective or expectation of their own never go', () => {
	const expressed = { ...consumer({}).objective, expressed: true };
	const derived = target('abcd', (letter) =>
		letter === 'c' ? { objective: expressed } : letter === 'd' ? { expected: true } : {},
	);
	const limiter = new SeriesLimiter();
	assert.equal(shown(limiter.limit('t', derived, counts(derived), { total: 35 })), 'acd -10 of 35');
	assert.equal(shown(limiter.limit('t', derived, counts(derived), { total: 5 })), 'cd -20 of 5');
});

test('a group that was left out comes back only below four fifths of the limit', () => {
	const limiter = new SeriesLimiter();
	const seen = ['abcde', 'abcd', 'abc', 'ab', 'abc', 'abcd'].map((letters) => {
		const derived = target(letters);
		return shown(limiter.limit('t', derived, counts(derived), { total: 40 }));
	});
	assert.deepEqual(seen, [
		'abcd -10 of 40',
		'abcd -0 of 40',
		'abc* -0 of 40',
		'ab* -0 of 40',
		'abc* -0 of 40',
		'abcd* -0 of 40',
	]);
	const other = new SeriesLimiter();
	const left = ['abcde', 'abce', 'abe', 'abe'].map((letters) => {
		const derived = target(letters);
		return shown(other.limit('t', derived, counts(derived), { total: 40 }));
	});
	assert.deepEqual(left, ['abcd -10 of 40', 'abc -10 of 40', 'abe* -0 of 40', 'abe* -0 of 40']);
});

test('a limit of its own binds one target alone', () => {
	const limiter = new SeriesLimiter();
	const derived = target('abc');
	const one = limiter.limit('one', derived, counts(derived), { total: 1000, perTarget: 20 });
	const two = limiter.limit('two', derived, counts(derived), { total: 1000 });
	assert.equal(shown(one), 'ab -10 of 20');
	assert.equal(shown(two), 'abc* -0 of 970');
});

/** What two targets show after both were polled twice. */
function together(a: [Derived, number], b: [Derived, number], total: number): readonly string[] {
	const limiter = new SeriesLimiter();
	const poll = () =>
		[a, b].map(([derived, partitions], index) =>
			shown(limiter.limit(String(index), derived, counts(derived, partitions), { total })),
		);
	poll();
	return poll();
}

test('over the total, the partitions of the target with most of them go first', () => {
	assert.deepEqual(together([target('abc'), 100], [target('ab'), 20], 150), [
		'abc -100 of 110',
		'ab* -0 of 120',
	]);
});

test('over the total without partitions, each target may have as many, and leaves what is over', () => {
	assert.deepEqual(
		together([target('abcdefgh'), 0], [target('ab'), 0], 60),
		['abcd* -40 of 40', 'ab* -0 of 30'].map((text) => text.replace('*', '')),
	);
});

test('a target that is gone leaves its series to the others', () => {
	const limiter = new SeriesLimiter();
	const derived = target('abcd');
	const limit = (name: string) => limiter.limit(name, derived, counts(derived), { total: 40 });
	atOnce(limit('one'));
	assert.equal(shown(limit('two')), 'ab -20 of 20');
	limiter.forget('one');
	assert.equal(shown(limit('two')), 'abc -10 of 40');
});

test('of many groups those are left out that come last by when they were seen, stream and group', () => {
	const consumers = Array.from({ length: 3000 }, (_, index) =>
		consumer({
			stream: `s${(index * 7919) % 101}`,
			consumerGroup: `g${index}`,
			firstSeenMs: (index * 31) % 7,
			expected: index % 50 === 0,
		}),
	);
	const groups = Uint32Array.from(consumers, (_, index) => 1 + (index % 13));
	let left: ReadonlySet<string> = new Set(consumers.map(({ consumerGroup }) => consumerGroup));
	const limiter = new SeriesLimiter();
	for (const total of [15_000, 6000, 300, 12_000, 19_000, 40_000]) {
		const derived = derivedOf({ consumers });
		const count = { streams: 100, groups, partitions: 0 };
		const limited = atOnce(limiter.limit('t', derived, count, { total }));
		const names = Array.from(limited.consumers, ({ consumerGroup }) => consumerGroup);
		assert.deepEqual(names, expectedNames(total), `${total} series`);
	}

	/** By sorting, where nothing that was left out before comes back for less than a fifth. */
	function expectedNames(total: number): readonly string[] {
		const name = (row: number) => consumers[row]?.consumerGroup ?? '';
		const rows = Array.from(consumers.keys());
		const always = rows.filter((row) => consumers[row]?.expected);
		const sorted = rows
			.filter((row) => !consumers[row]?.expected)
			.map((row) => ({ row, consumer: consumers[row] as (typeof consumers)[number] }))
			.sort(
				({ consumer: a }, { consumer: b }) =>
					a.firstSeenMs - b.firstSeenMs ||
					(a.stream === b.stream ? 0 : a.stream < b.stream ? -1 : 1) ||
					(a.consumerGroup < b.consumerGroup ? -1 : 1),
			);
		let used = 100 + always.reduce((sum, row) => sum + (groups[row] ?? 0), 0);
		const kept = new Set(always.map(name));
		for (const { row } of sorted) {
			used += groups[row] ?? 0;
			if (used > total * (left.has(name(row)) ? 1 : 0.8)) break;
			kept.add(name(row));
		}
		left = kept;
		return rows.map(name).filter((group) => kept.has(group));
	}
});
