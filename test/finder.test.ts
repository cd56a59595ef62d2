import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Finder, type Names } from '../src/finder.ts';

const named = (...texts: string[]): Names[] =>
	texts.map((text) => {
		const [stream = '', consumerGroup] = text.split('/');
		return { stream, consumerGroup };
	});

test('each is found where it stands, in whatever order they are asked for', () => {
	const all = named('a/x', 'a/y', 'b/x', 'c/z');
	for (const order of [
		[0, 1, 2, 3],
		[3, 2, 1, 0],
		[1, 2, 0, 3],
		[2, 2, 2, 0],
	]) {
		const finder = new Finder(all, (one) => one);
		assert.deepEqual(
			order.map((at) => {
				const { stream, consumerGroup } = all[at] as Names;
				return finder.indexOf(stream, consumerGroup);
			}),
			order,
		);
	}
});

test('what is not there is not found, and those after it are', () => {
	const finder = new Finder(named('a/x', 'b/x', 'c/x'), (one) => one);
	const asked = named('a/x', 'a/new', 'b/x', 'b/y', 'c/x');
	assert.deepEqual(
		asked.map(({ stream, consumerGroup }) => finder.indexOf(stream, consumerGroup)),
		[0, -1, 1, -1, 2],
	);
});

test('names that read alike when they are joined are different', () => {
	const finder = new Finder([{ stream: 'ab', consumerGroup: 'c' }], (one) => one);
	assert.equal(finder.indexOf('a', 'bc'), -1);
	assert.equal(finder.indexOf('ab', 'c'), 0);
});
