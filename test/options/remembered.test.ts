import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from '../../src/options/remembered.ts';

test('each name is looked at once, and gets the same verdict ever after', () => {
	const looked: string[] = [];
	const isLong = remembered((name) => {
		looked.push(name);
		return name.length > 1;
	});
	for (const _ of [1, 2]) assert.deepEqual(['a', 'ab'].map(isLong), [false, true]);
	assert.deepEqual(looked, ['a', 'ab']);
});
