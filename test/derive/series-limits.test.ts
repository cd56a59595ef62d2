import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesLimiter } from '../../src/derive/series-limits.ts';
import type { Consumer, Derived } from '../../src/model.ts';
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
	const limiter = new SeriesLimiter();
	let dropped: ReadonlySet<string> = new Set();
	const totals = [15_000, 6000, 300, 12_000, 12_500, 15_000, 19_000, 17_000, 40_000];
	for (const [round, total] of totals.entries()) {
		const consumers = manyGroups(round);
		const groups = Uint32Array.from(consumers, ({ row }) => 1 + ((row * (1 + (round % 2))) % 13));
		const derived = derivedOf({ consumers: consumers.map((one) => one.consumer) });
		const counts = { streams: 100, groups, partitions: 0 };
		const limited = atOnce(limiter.limit('t', derived, counts, { total }));
		const names = Array.from(limited.consumers, nameOf);
		const expected = bySorting(derived.consumers, counts, total, dropped);
		assert.deepEqual(names, expected, `round ${round}`);
		const all = Array.from(derived.consumers, nameOf);
		dropped = new Set(all.filter((name) => !expected.includes(name)));
	}
});

/** One that is seen anew is another group than the one that was left out. */
function nameOf({ consumerGroup, firstSeenMs }: Consumer): string {
	return `${consumerGroup} since ${firstSeenMs}`;
}

/** Some come and go, some are expected in some rounds alone, and in the sixth all are seen anew. */
function manyGroups(round: number) {
	return Array.from({ length: 3000 }, (_, row) => row)
		.filter((row) => row % 7 !== round % 7 || row % 2 === 0)
		.map((row) => ({
			row,
			consumer: consumer({
				stream: `s${(row * 7919) % 101}`,
				consumerGroup: `g${row}`,
				firstSeenMs: round < 5 ? (row * 31) % 7 : 10,
				expected: row % 50 === round,
			}),
		}));
}

/** The names of the groups that are exported: what was left out before has a fifth less room. */
function bySorting(
	consumers: Derived['consumers'],
	{ streams, groups }: { readonly streams: number; readonly groups: Uint32Array },
	total: number,
	dropped: ReadonlySet<string>,
): readonly string[] {
	const all = Array.from(consumers, (one, row) => ({ one, series: groups[row] ?? 0 }));
	const always = all.filter(({ one }) => one.expected);
	let used = streams + always.reduce((sum, { series }) => sum + series, 0);
	const kept = new Set(always.map(({ one }) => nameOf(one)));
	const place = ({ stream, consumerGroup }: (typeof all)[number]['one']) => [stream, consumerGroup];
	const sorted = all
		.filter(({ one }) => !one.expected)
		.sort(
			({ one: a }, { one: b }) => a.firstSeenMs - b.firstSeenMs || (place(a) < place(b) ? -1 : 1),
		);
	for (const { one, series } of sorted) {
		used += series;
		if (used > total * (dropped.has(nameOf(one)) ? 0.8 : 1)) break;
		kept.add(nameOf(one));
	}
	return all.map(({ one }) => nameOf(one)).filter((name) => kept.has(name));
}

test('a group that was exported and is no longer expected needs no room to come back', () => {
	const limiter = new SeriesLimiter();
	const limit = (expected: string, series: readonly number[]) => {
		const derived = target('abdx', (letter) => ({ expected: letter === expected }));
		const counts = { streams: 0, groups: Uint32Array.from(series), partitions: 0 };
		return shown(limiter.limit('t', derived, counts, { total: 100 }));
	};
	assert.equal(limit('x', [40, 20, 30, 30]), 'abx -30 of 100');
	assert.equal(limit('', [15, 20, 30, 30]), 'abdx -0 of 100');
});

test('a new group needs no more room than there is where those that were left out are gone', () => {
	const limiter = new SeriesLimiter();
	const left = ['abcde', 'abcf', 'abcef'].map((letters) => {
		const derived = target(letters);
		return shown(limiter.limit('t', derived, counts(derived), { total: 40 }));
	});
	assert.deepEqual(left, ['abcd -10 of 40', 'abcf -0 of 40', 'abce -10 of 40']);
});

test('what a target may show does not depend on whether another one is being cut meanwhile', () => {
	const large = target('abcdefg');
	const small = target('a');
	const limiter = new SeriesLimiter();
	const cutting = limiter.limit('large', large, counts(large, 10), { total: 100, perTarget: 60 });
	cutting.next();
	const whole = limiter.limit('small', small, counts(small, 15), { total: 100 });
	assert.equal(shown(whole), 'a* -0 of 30');
	assert.equal(shown(cutting), 'abcdef -20 of 60');
});
