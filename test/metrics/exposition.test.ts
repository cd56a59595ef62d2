import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from '../../src/metrics/exposition.ts';
import { renderTarget } from '../../src/metrics/target-renderer.ts';
import type { Derived, TargetState } from '../../src/model.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { consumer, derivedOf } from './records.ts';

const nothing = derivedOf({});

function state(target: string): TargetState {
	return initialState(
		target,
		{ name: 'kafka', operations: ['metadata'], problems: ['timeout'] },
		15,
	);
}

/** The lines of one metric, without its labels `target` and `platform`. */
function linesOf(name: string, derived: Derived): readonly string[] {
	const text = Buffer.concat(join([renderTarget(state('t'), derived)])).toString();
	return text
		.split('\n')
		.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
		.map((line) => line.replace('target="t",platform="kafka",', ''));
}

test('a known value is a line, an unknown one is none', () => {
	const consumers = [consumer({ lag: 5 }), consumer({ stream: 'x', lagUnknown: 'no_leader' })];
	assert.deepEqual(linesOf('stream_consumer_lag', derivedOf({ consumers })), [
		'stream_consumer_lag{stream="s",consumer_group="g"} 5',
	]);
	assert.deepEqual(linesOf('stream_consumer_lag_unknown', derivedOf({ consumers })), [
		'stream_consumer_lag_unknown{stream="x",consumer_group="g",reason="no_leader"} 1',
	]);
});

test('backslash, quote and newline in a name are escaped, everything else stays', () => {
	const stream = 'a"b\\c\nd{e="f"} 1 # é 😀\t\r';
	const [line] = linesOf(
		'stream_consumer_lag',
		derivedOf({ consumers: [consumer({ stream, lag: 1 })] }),
	);
	assert.equal(
		line,
		'stream_consumer_lag{stream="a\\"b\\\\c\\nd{e=\\"f\\"} 1 # é 😀\t\r",consumer_group="g"} 1',
	);
});

test('partitions are lines of their own, without those that are not known', () => {
	const partitions = {
		ids: Int32Array.from([0, 2, 5]),
		lags: Float64Array.from([3, Number.NaN, 0]),
		lagsFrom: 0,
		committed: Float64Array.from([7, 9, 4]),
	};
	const derived = derivedOf({ consumers: [consumer({ partitions })] });
	assert.deepEqual(linesOf('stream_consumer_partition_lag', derived), [
		'stream_consumer_partition_lag{stream="s",consumer_group="g",partition="0"} 3',
		'stream_consumer_partition_lag{stream="s",consumer_group="g",partition="5"} 0',
	]);
	assert.equal(linesOf('stream_consumer_partition_offset', derived).length, 3);
});

test('large offsets are written as integers', () => {
	const derived = derivedOf({ consumers: [consumer({ lag: 2 ** 53 - 1 })] });
	assert.match(linesOf('stream_consumer_lag', derived)[0] ?? '', / 9007199254740991$/);
});

test('a family stands once, followed by the lines of every target', () => {
	const one = renderTarget(
		state('one'),
		derivedOf({ consumers: [consumer({ target: 'one', lag: 1 })] }),
	);
	const two = renderTarget(
		state('two'),
		derivedOf({ consumers: [consumer({ target: 'two', lag: 2 })] }),
	);
	const lines = Buffer.concat(join([one, two]))
		.toString()
		.split('\n');
	const at = lines.indexOf('# TYPE stream_consumer_lag gauge');
	assert.deepEqual(lines.slice(at - 1, at + 3), [
		'# HELP stream_consumer_lag Messages that the consumer group has yet to consume. Absent where it cannot be told.',
		'# TYPE stream_consumer_lag gauge',
		'stream_consumer_lag{target="one",platform="kafka",stream="s",consumer_group="g"} 1',
		'stream_consumer_lag{target="two",platform="kafka",stream="s",consumer_group="g"} 2',
	]);
	assert.equal(lines.filter((line) => line === '# TYPE stream_consumer_lag gauge').length, 1);
});

test('a family without a line has no header', () => {
	const text = Buffer.concat(join([renderTarget(state('t'), nothing)])).toString();
	assert.doesNotMatch(text, /stream_consumer_lag/);
	assert.match(text, /# TYPE stream_target_polls_total counter/);
});

test('counters of a target are there before they count', () => {
	assert.deepEqual(linesOf('stream_target_polls_total', nothing), [
		'stream_target_polls_total{result="ok"} 0',
		'stream_target_polls_total{result="partial"} 0',
		'stream_target_polls_total{result="failed"} 0',
	]);
	assert.deepEqual(linesOf('stream_target_problems_total', nothing), [
		'stream_target_problems_total{problem="timeout"} 0',
		'stream_target_problems_total{problem="internal"} 0',
	]);
});

test('a histogram has cumulative buckets, a sum and a count', () => {
	const lines = linesOf('stream_target_poll_duration_seconds_bucket', nothing);
	assert.equal(lines.at(-1), 'stream_target_poll_duration_seconds_bucket{le="+Inf"} 0');
	assert.deepEqual(linesOf('stream_target_poll_duration_seconds_count', nothing), [
		'stream_target_poll_duration_seconds_count{target="t",platform="kafka"} 0',
	]);
});

test('only the metrics that the catalogue gives a platform are looked for on it', () => {
	const derived = derivedOf({ consumers: [consumer({ members: 1, pending: 2, redelivered: 3 })] });
	assert.equal(linesOf('stream_consumer_members', derived).length, 1);
	assert.deepEqual(linesOf('stream_consumer_pending', derived), []);
	assert.deepEqual(linesOf('stream_consumer_redelivered', derived), []);
});

test('the series of groups, streams and partitions are counted', () => {
	const partitions = {
		ids: Int32Array.from([0, 1, 2]),
		lags: Float64Array.from([1, Number.NaN, 0]),
		lagsFrom: 0,
	};
	const derived = derivedOf({
		consumers: [consumer({ lag: 1, members: 2, partitions })],
		streams: [{ target: 't', platform: 'kafka', stream: 's', length: 3, consumers: 1 }],
	});
	// Of the group: lag, members, status, objective_info, objective_stalled_seconds, two of partitions.
	assert.deepEqual(linesOf('stream_target_series', derived), [
		'stream_target_series{target="t",platform="kafka"} 9',
	]);
});

test('series of a target say of which shard they are; those of groups and streams do not', () => {
	const derived = derivedOf({
		consumers: [consumer({ lag: 1 })],
		streams: [{ target: 't', platform: 'kafka', stream: 's', length: 3 }],
	});
	const text = Buffer.concat(join([renderTarget({ ...state('t'), shard: 1 }, derived)])).toString();
	const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
	assert.ok(series.length > 20);
	for (const line of series) {
		assert.equal(line.includes(',shard="1"'), line.startsWith('stream_target_'), line);
	}
	assert.doesNotMatch(text, /^stream_consumers/m, 'nobody knows how many');
});
