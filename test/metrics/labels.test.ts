import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../../src/metrics/labels.ts';
import { atOnce } from '../../src/steps.ts';

test('labels that were given up half-way are made anew', () => {
	const labels = new Labels();
	assert.equal(atOnce(labels.update([{ target: 'a', platform: 'kafka' }])), true);
	const others = [{ target: 'b', platform: 'kafka' }];
	labels.update(others).next();
	assert.equal(labels.bytes.toString(), 'target="a",platform="kafka"');
	assert.equal(atOnce(labels.update(others)), true);
	assert.equal(labels.bytes.toString(), 'target="b",platform="kafka"');
	assert.equal(atOnce(labels.update(others)), false);
});
