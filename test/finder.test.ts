import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Finder, type Names } from '../src/finder.ts';
import { atOnce } from '../src/steps.ts';

const named = (...texts: string[]): Names[] =>
	texts.map((text) => {
		const [stream = '', consumerGroup] = text.split('/');
		return { stream, consumerGroup };
	});

/** Where each stands, with an index from where on one is needed. */
function placesOf(finder: Finder<Names>, asked: readonly Names[]): number[] {
	return asked.map(({ stream, consumerGroup }) => {
		if (!finder.isReadyFor(stream, consumerGroup)) atOnce(finder.makeIndex());
		return finder.indexOf(stream, consumerGroup);
	});
}

test('each is found where it stands, in whatever order they are asked for', () => {
	const all = named('a/x', 'a/y', 'b/x', 'c/z');
	for (const order of [
		[0, 1, 2, 3],
		[3, 2, 1, 0],
		[1, 2, 0, 3],
		[2, 2, 2, 0],
	]) {
		const finder = new Finder(all, (one) => one);
		const asked = order.map((at) => all[at] as Names);
		assert.deepEqual(placesOf(finder, asked), order);
	}
});

test('what is not there is not found, and those after it are', () => {
	const finder = new Finder(named('a/x', 'b/x', 'c/x'), (one) => one);
	const asked = named('a/x', 'a/new', 'b/x', 'b/y', 'c/x');
	assert.deepEqual(placesOf(finder, asked), [0, -1, 1, -1, 2]);
});

test('names that read alike when they are joined are different', () => {
	const finder = new Finder(named('ab/c'), (one) => one);
	assert.deepEqual(placesOf(finder, named('a/bc', 'ab/c')), [-1, 0]);
});

test('names of any length are found by the index', () => {
	const finder = new Finder(named('', 'a', 'ab', 'abc', 'ä', '/', 'a/'), (one) => one);
	const asked = named('abc', '', 'ä', '/', 'a/', 'a', 'b', 'ab');
	assert.deepEqual(placesOf(finder, asked), [3, 0, 4, 5, 6, 1, -1, 2]);
});

test('an index is needed only when another one is asked for than the next, and is made in steps', () => {
	const all = Array.from({ length: 5000 }, (_, at) => ({ stream: `stream ${at}` }));
	const finder = new Finder(all, (one) => one);
	for (const { stream } of all.slice(0, 100)) {
		assert.ok(finder.isReadyFor(stream));
		finder.indexOf(stream);
	}
	assert.ok(!finder.isReadyFor('stream 200'));
	assert.throws(() => finder.indexOf('stream 200'), /index/);
	const steps = [...finder.makeIndex()].length;
	assert.ok(steps >= 10, `${steps} steps`);
	assert.ok(finder.isReadyFor('nobody'));
	assert.deepEqual([finder.indexOf('nobody'), finder.indexOf('stream 200')], [-1, 200]);
	assert.equal([...finder.makeIndex()].length, 0);
});
