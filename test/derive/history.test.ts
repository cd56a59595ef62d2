import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, Play, partitioned, readingOf } from './play.ts';

/** Ragged production, so that every head wants as many points as it can get. */
class Ragged {
	readonly #ends: number[][];
	#poll = 0;

	constructor(topics: number, partitions: number) {
		this.#ends = Array.from({ length: topics }, () => Array(partitions).fill(0));
	}

	next() {
		const poll = this.#poll++;
		return this.#ends.map((ends, topic) => {
			for (const [at, end] of ends.entries()) {
				ends[at] = end + ((poll * 7 + topic + at) % 10 === 0 ? 5000 : 1);
			}
			const zeros = ends.map(() => 0);
			return partitioned(zeros, ends, zeros, { stream: `topic-${topic}` });
		});
	}
}

test('memory stays below 250 bytes a group-partition, however ragged heads are', () => {
	const play = new Play();
	const world = new Ragged(50, 100);
	for (let poll = 0; poll < 100; poll++) play.poll(readingOf(world.next()));
	const each = play.history.bytes / 5000;
	assert.ok(each <= 250, `${each} bytes`);
	assert.ok(each > 125, `${each} bytes: memory that is there is used`);
});

test('a small installation gets all the points that help', () => {
	const play = new Play();
	const world = new Ragged(1, 1);
	for (let poll = 0; poll < 400; poll++) play.poll(readingOf(world.next()));
	const memory = play.history.streams.find(({ stream }) => stream === 'topic-0');
	assert.equal(memory?.pointsPerPartition, 64);
});

test('what is gone for an hour is forgotten, and its memory given back', () => {
	const play = new Play({ interval: 60 });
	play.poll(readingOf(new Ragged(50, 100).next()));
	const full = play.history.bytes;
	for (let poll = 0; poll < 62; poll++) play.poll(readingOf([]));
	assert.equal(play.history.groups.length, 0);
	assert.equal(play.history.streams.length, 0);
	play.poll(readingOf([]));
	assert.ok(play.history.bytes < full / 100, `${play.history.bytes} of ${full} bytes`);
});

test('groups that come and go for ever take no more memory than those that are there', () => {
	const play = new Play({ interval: 60 });
	const round = (poll: number) =>
		readingOf(
			Array.from({ length: 20 }, (_, index) =>
				partitioned([0, 0], [poll, poll], [0, 0], { consumerGroup: `group-${poll}-${index}` }),
			),
		);
	for (let poll = 0; poll < 100; poll++) play.poll(round(poll));
	const before = play.history.bytes;
	const groups = play.history.groups.length;
	for (let poll = 100; poll < 300; poll++) play.poll(round(poll));
	assert.equal(play.history.groups.length, groups);
	assert.ok(play.history.bytes < before * 1.2, `${play.history.bytes} after ${before} bytes`);
});

test('a group outlives its stream, and finds it again when that comes back after more than an hour', () => {
	const play = new Play({ interval: 60 });
	const group = partitioned([0], [10], [4], { consumerGroup: 'readers', stream: 'orders' });
	const reading = readingOf([group]);
	play.poll(reading);
	for (let poll = 0; poll < 62; poll++) play.poll({ ...reading, streams: [] });
	assert.deepEqual([play.history.groups.length, play.history.streams.length], [1, 0]);
	const { consumers } = play.poll(reading);
	assert.equal(play.history.streams.length, 1);
	assert.equal(play.history.groups[0]?.streamMemory, play.history.streams[0]);
	assert.equal(consumers.at(0)?.lag, 6);
});

test('the same readings give the same records', () => {
	const play = () => {
		const one = new Play();
		const world = new Ragged(3, 4);
		return Array.from({ length: 30 }, () => {
			const { consumers, streams } = one.poll(readingOf(world.next()));
			return [...consumers, ...streams].map(fieldsOf);
		});
	};
	const first = play();
	assert.ok(first.at(-1)?.some(({ lag }) => lag !== undefined));
	assert.deepEqual(play(), first);
});
