import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Play, partitioned, readingOf } from './play.ts';

/** Ragged production, so that every head wants as many points as it can get. */
function ragged(topics: number, partitions: number, poll: number) {
	return Array.from({ length: topics }, (_, topic) => {
		const ends = Array.from({ length: partitions }, (_, partition) => {
			let end = 0;
			for (let at = 0; at <= poll; at++) end += (at * 7 + topic + partition) % 10 === 0 ? 5000 : 1;
			return end;
		});
		const starts = ends.map(() => 0);
		return partitioned(starts, ends, starts, { stream: `topic-${topic}` });
	});
}

test('memory stays below 250 bytes a group-partition, however ragged heads are', () => {
	const play = new Play();
	for (let poll = 0; poll < 100; poll++) play.poll(readingOf(ragged(50, 100, poll)));
	const each = play.history.bytes / 5000;
	assert.ok(each <= 250, `${each} bytes`);
	assert.ok(each > 125, `${each} bytes: memory that is there is used`);
});

test('a small installation gets all the points that help', () => {
	const play = new Play();
	for (let poll = 0; poll < 400; poll++) play.poll(readingOf(ragged(1, 1, poll)));
	const memory = play.history.streams.get('topic-0');
	assert.equal(memory?.pointsPerPartition, 64);
});

test('what is gone for an hour is forgotten, and its memory given back', () => {
	const play = new Play({ interval: 60 });
	play.poll(readingOf(ragged(50, 100, 0)));
	const full = play.history.bytes;
	for (let poll = 0; poll < 62; poll++) play.poll(readingOf([]));
	assert.equal(play.history.groups.size, 0);
	assert.equal(play.history.streams.size, 0);
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
	const groups = play.history.groups.size;
	for (let poll = 100; poll < 300; poll++) play.poll(round(poll));
	assert.equal(play.history.groups.size, groups);
	assert.ok(play.history.bytes < before * 1.2, `${play.history.bytes} after ${before} bytes`);
});

test('the same readings give the same records', () => {
	const play = () => {
		const one = new Play();
		return Array.from({ length: 30 }, (_, poll) => one.poll(readingOf(ragged(3, 4, poll))));
	};
	assert.deepEqual(play(), play());
});
