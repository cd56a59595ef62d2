import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from '../../src/commands/table.ts';
import type { Consumer, TargetState } from '../../src/model.ts';
import { initialState } from '../../src/poll/target-state.ts';

function consumer(facts: Partial<Consumer>): Consumer {
	return { target: 'orders', platform: 'kafka', stream: 's', consumerGroup: 'g', ...facts };
}

test('the largest lag comes first, and what is unknown before it', () => {
	const table = formatTable(
		[
			consumer({ consumerGroup: 'small', lag: 1 }),
			consumer({ consumerGroup: 'large', lag: 1_234_567, state: 'stable' }),
			consumer({ consumerGroup: 'dark', lagUnknown: 'not_read' }),
			consumer({ consumerGroup: 'busy', lag: 1, pending: 12, members: 3 }),
		],
		[],
	);
	assert.equal(
		table,
		`TARGET  PLATFORM  STREAM  GROUP                 LAG  PENDING  MEMBERS  STATE
orders  kafka     s       dark   unknown (not_read)
orders  kafka     s       large           1,234,567                    stable
orders  kafka     s       busy                    1       12        3
orders  kafka     s       small                   1
`,
	);
});

test('a name cannot break a line or colour the terminal', () => {
	const table = formatTable([consumer({ consumerGroup: 'a\nb\u001b[31m', lag: 0 })], []);
	assert.equal(table.split('\n').length, 3);
	assert.match(table, /a\\nb\\u001b\[31m/);
});

test('what went wrong stands below, by target', () => {
	const state: TargetState = {
		...initialState('cache', { name: 'redis', operations: [], problems: [] }, 15),
		lastResult: 'failed',
		problems: [{ code: 'unreachable', operation: 'connect', message: 'cannot connect' }],
	};
	assert.match(
		formatTable([], [state]),
		/\n\ncache could not be read:\n {2}unreachable: cannot connect\n$/,
	);
});
