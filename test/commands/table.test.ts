import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, type Result } from '../../src/commands/table.ts';
import type { Consumer, TargetState } from '../../src/model.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { consumer, derivedOf } from '../metrics/records.ts';

function result(consumers: readonly Consumer[], state: Partial<TargetState> = {}): Result {
	const platform = { name: 'redis', operations: [], problems: [] };
	return {
		state: { ...initialState('cache', platform, 15), lastResult: 'ok', ...state },
		derived: derivedOf({ consumers }),
	};
}

test('the largest lag comes first, and what is unknown before it', () => {
	const dark = { status: 'unknown', statusReason: 'lag cannot be told: not_read' } as const;
	const table = formatTable([
		result([
			consumer({ consumerGroup: 'small', lag: 1, statusReason: 'lag 1' }),
			consumer({ consumerGroup: 'large', lag: 1_234_567, lagSeconds: 61.4, status: 'behind' }),
			consumer({ consumerGroup: 'dark', ...dark }),
			consumer({ consumerGroup: 'busy', lag: 1, pending: 12, members: 3, statusReason: 'lag 1' }),
		]),
	]);
	assert.equal(
		table,
		`TARGET  PLATFORM  STREAM  GROUP        LAG   AGE  PENDING  MEMBERS  STATUS   WHY
t       kafka     s       dark                                      unknown  lag cannot be told: not_read
t       kafka     s       large  1,234,567  61 s                    behind   lag 0
t       kafka     s       busy           1             12        3  ok       lag 1
t       kafka     s       small          1                          ok       lag 1
`,
	);
});

test('a name cannot break a line or colour the terminal', () => {
	const table = formatTable([result([consumer({ consumerGroup: 'a\nb\u001b[31m', lag: 0 })])]);
	assert.equal(table.split('\n').length, 3);
	assert.match(table, /a\\nb\\u001b\[31m/);
});

test('what went wrong stands below, by target', () => {
	const problems = [{ code: 'unreachable', operation: 'connect', message: 'cannot connect' }];
	assert.equal(
		formatTable([result([], { lastResult: 'failed', problems })]),
		'cache could not be read:\n  unreachable: cannot connect\n',
	);
});

test('a target without a group is named too', () => {
	assert.equal(formatTable([result([])]), 'cache: no consumer group on 0 streams\n');
});
