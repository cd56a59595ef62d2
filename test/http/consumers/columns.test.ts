import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	comparison,
	First,
	orders,
	sortColumns,
	statuses,
	usualOrder,
} from '../../../src/http/consumers/columns.ts';
import type { Consumer } from '../../../src/model.ts';
import { consumer } from '../../metrics/records.ts';
import { crowd } from '../snapshots.ts';

const names = (consumers: readonly Consumer[]) =>
	consumers.map(({ consumerGroup }) => consumerGroup).join('');

test('what is not known comes last in either order', () => {
	const some = [
		consumer({ consumerGroup: 'a', retentionHeadroomSeconds: 5 }),
		consumer({ consumerGroup: 'b' }),
		consumer({ consumerGroup: 'c', retentionHeadroomSeconds: 0 }),
	];
	const by = (order: 'asc' | 'desc') =>
		names([...some].sort(comparison('retention_headroom_seconds', order)));
	assert.equal(by('asc'), 'cab');
	assert.equal(by('desc'), 'acb');
	assert.equal(usualOrder('retention_headroom_seconds'), 'asc');
});

test('by status the worst comes first, and of equals the larger lag', () => {
	const some = [
		consumer({ consumerGroup: 'a', status: 'ok', lag: 100 }),
		consumer({ consumerGroup: 'b', status: 'stalled', lag: 1 }),
		consumer({ consumerGroup: 'c', status: 'stalled', lag: 2 }),
		consumer({ consumerGroup: 'd', status: 'losing' }),
	];
	assert.equal(names(some.sort(comparison('status', usualOrder('status')))), 'dcba');
	assert.equal(statuses[0], 'losing');
	assert.equal(statuses.at(-1), 'ok');
});

test('the first of many are those that a sort of all would give, in every order', () => {
	const { consumers } = crowd(500, 0);
	for (const column of sortColumns) {
		for (const order of orders) {
			const compare = comparison(column, order);
			const sorted = [...consumers].sort(compare);
			for (const count of [1, 7, 250, 500, 501]) {
				const first = new First(count, compare);
				for (const one of consumers) if (first.wants(one)) first.add(one);
				assert.deepEqual(
					names(first.sorted()),
					names(sorted.slice(0, count)),
					`${column} ${order} ${count}`,
				);
			}
		}
	}
});
