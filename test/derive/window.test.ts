import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Play, readingOf, told } from './play.ts';

/** The time to drain after each poll, ten seconds apart; undefined is a poll that read nothing. */
function drains(...lags: (number | undefined)[]) {
	const play = new Play();
	return lags.map((lag) => play.one(lag === undefined ? undefined : told(lag)).drainSeconds);
}

test('a lag that shrinks by 10 a second is through after a tenth of it in seconds', () => {
	assert.deepEqual(drains(1000, 900, 800), [undefined, 90, 80]);
});

test('without lag the time to drain is 0, also at the first sight', () => {
	assert.deepEqual(drains(0, 0), [0, 0]);
});

test('a lag that grows or stays is never through', () => {
	assert.deepEqual(drains(100, 200, 200), [undefined, undefined, undefined]);
});

test('the rate is that of the last ten polls alone', () => {
	const lags = [9000, ...Array.from({ length: 10 }, () => 1000)];
	const seen = drains(...lags);
	assert.equal(seen[9], (1000 * 90) / 8000);
	assert.equal(seen[10], undefined);
});

test('polls that read nothing are no polls of the rate', () => {
	assert.deepEqual(drains(1000, 900, undefined, 700), [undefined, 90, 90, 70]);
});

test('lags from before a group vanished are no lags of the window', () => {
	const play = new Play();
	for (let poll = 0; poll < 9; poll++) play.one(told(1000));
	for (let poll = 0; poll < 14; poll++) play.poll(readingOf([]));
	assert.equal(play.one(told(500)).drainSeconds, undefined);
});

test('a record keeps the lags of the last ten polls, oldest first, whatever comes later', () => {
	const play = new Play();
	const records = [5, 6, undefined, 8].map((lag) =>
		play.one(lag === undefined ? undefined : told(lag)),
	);
	const lagsOf = (poll: number) => {
		const { recentLags } = records[poll] ?? {};
		return Array.from(recentLags ?? []);
	};
	const none = Number.NaN;
	assert.deepEqual(lagsOf(1), [none, none, none, none, none, none, none, none, 5, 6]);
	assert.deepEqual(lagsOf(3), [none, none, none, none, none, none, 5, 6, none, 8]);
});

test('each record keeps its own lags', () => {
	const play = new Play();
	const groups = [1, 2, 3].map((lag) => ({ ...told(lag), consumerGroup: `g${lag}` }));
	const { consumers } = play.poll(readingOf(groups));
	assert.deepEqual(
		Array.from(consumers, ({ recentLags }) => recentLags?.[9]),
		[1, 2, 3],
	);
});
