import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from '../../src/metrics/exposition.ts';
import { LineWriter } from '../../src/metrics/line-writer.ts';
import { countSeries } from '../../src/metrics/series.ts';
import { renderTarget, TargetRenderer } from '../../src/metrics/target-renderer.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { Picked } from '../../src/records.ts';
import { atOnce } from '../../src/steps.ts';
import { consumer, derivedOf } from './records.ts';

test('what is counted is what is rendered, partitions apart', () => {
	const ids = Int32Array.from([0, 1, 2]);
	const lag = Float64Array.from([3, Number.NaN, 0]);
	const committed = Float64Array.from([7, 9, 4]);
	const derived = derivedOf({
		consumers: [
			consumer({ lag: 3, breaches: { lag: true, pendingAge: false }, lagSeconds: 4 }),
			consumer({
				consumerGroup: 'h',
				partitions: { ids, lags: lag, lagsFrom: 0, committed },
				kind: 'classic',
			}),
		],
		streams: [
			{
				target: 't',
				platform: 'kafka',
				stream: 's',
				length: 5,
				consumers: 2,
				partitions: { ids, start: committed, end: lag },
			},
		],
		expectations: [
			{ target: 't', platform: 'kafka', stream: 's', consumerGroup: 'g', missing: false },
			{ target: 't', platform: 'kafka', stream: 's', consumerGroup: 'x' },
		],
	});
	const { groups, streams, partitions, values } = atOnce(countSeries('kafka', derived));
	const state = initialState('t', { name: 'kafka', operations: [], problems: [] }, 15);
	const rendered = atOnce(new TargetRenderer(new LineWriter()).inSteps(state, derived, values));
	assert.deepEqual(rendered.map(String), renderTarget(state, derived).map(String));
	const lines = Buffer.concat(join([renderTarget(state, derived)]))
		.toString()
		.split('\n')
		.filter((line) => /^stream_(?!target_)/.test(line));
	const single = lines.filter((line) => line.includes('partition='));
	assert.equal(partitions, single.length);
	assert.equal(partitions, 10);
	assert.equal(streams + groups.reduce((sum, one) => sum + one, 0), lines.length - single.length);
	for (const [index, group] of ['g', 'h'].entries()) {
		const own = lines.filter(
			(line) => line.includes(`consumer_group="${group}"`) && !/partition=|_missing/.test(line),
		);
		assert.equal(groups[index], own.length, group);
	}
});

test('what records said is rendered without asking again, and never what others said', () => {
	const derived = derivedOf({ consumers: [consumer({ lag: 1 }), consumer({ lag: 2 })] });
	const { values } = atOnce(countSeries('kafka', derived));
	for (const column of values.groups.columns.values()) column.fill(7);
	const state = initialState('t', { name: 'kafka', operations: [], problems: [] }, 15);
	const lagsOf = (records: typeof derived) => {
		const lines = atOnce(new TargetRenderer(new LineWriter()).inSteps(state, records, values));
		const text = lines.map(String).join('');
		return Array.from(text.matchAll(/^stream_consumer_lag{.*} (\d+)$/gm), ([, lag]) => lag);
	};
	assert.deepEqual(lagsOf(derived), ['7', '7']);
	// A limit left the first one out.
	const consumers = new Picked(derived.consumers, Uint32Array.of(1));
	assert.deepEqual(lagsOf({ ...derived, consumers }), ['2']);
});
