import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import { gzipWith } from '../../src/http/gzip.ts';
import { loopWatch } from '../../src/loop-watch.ts';
import { lastPart } from '../../src/metrics/exposition.ts';
import { Publisher } from '../../src/metrics/publisher.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { consumer, derivedOf } from './records.ts';

const platform = { name: 'kafka', operations: [], problems: [] };

test('there is a snapshot, an empty one, before anything was polled', () => {
	const { snapshot } = new Publisher();
	assert.deepEqual(snapshot.targets, []);
	assert.equal(
		gunzipSync(Buffer.concat(gzipWith(snapshot.exposition, lastPart('x 1\n')))).toString(),
		'x 1\n',
	);
});

test('what is published is in the snapshot once it has settled, plain and compressed', async () => {
	const publisher = new Publisher();
	const before = publisher.snapshot;
	const consumers = [consumer({ lag: 5 })];
	publisher.publish(initialState('t', platform, 15), derivedOf({ consumers }));
	assert.equal(publisher.snapshot, before);
	await publisher.settled();
	const { exposition, consumers: published } = publisher.snapshot;
	assert.deepEqual([...published], consumers);
	const plain = Buffer.concat(exposition.parts.map((part) => part.plain));
	assert.match(plain.toString(), /^stream_consumer_lag\{.*\} 5$/m);
	assert.equal(exposition.crc32, crc32(plain));
	const last = lastPart('process_metric 1\n');
	assert.deepEqual(
		gunzipSync(Buffer.concat(gzipWith(exposition, last))),
		Buffer.concat([plain, last.plain]),
	);
});

test('the event loop is watched until what was published is in the snapshot', async () => {
	const publisher = new Publisher();
	publisher.publish(
		initialState('t', platform, 15),
		derivedOf({ consumers: [consumer({ lag: 5 })] }),
	);
	assert.equal(loopWatch.isWatching, true);
	await publisher.settled();
	assert.equal(loopWatch.isWatching, false);
});

test('a target that is another one under the same name gets its own labels', async () => {
	const publisher = new Publisher();
	const publish = async (name: string) => {
		const derived = derivedOf({ consumers: [consumer({ platform: name, lag: 1 })] });
		publisher.publish(initialState('t', { ...platform, name }, 15), derived);
		await publisher.settled();
		return Buffer.concat(publisher.snapshot.exposition.parts.map(({ plain }) => plain)).toString();
	};
	await publish('kafka');
	const text = await publish('redis');
	assert.match(text, /^stream_consumer_lag\{target="t",platform="redis",/m);
	assert.doesNotMatch(text, /kafka/);
});

test('a target that is published again replaces its own lines alone', async () => {
	const publisher = new Publisher();
	const publish = (target: string, lag: number) =>
		publisher.publish(
			initialState(target, platform, 15),
			derivedOf({ consumers: [consumer({ target, lag })] }),
		);
	publish('one', 1);
	publish('two', 2);
	await publisher.settled();
	publish('one', 10);
	await publisher.settled();
	assert.deepEqual(
		Array.from(publisher.snapshot.consumers, ({ target, lag }) => [target, lag]),
		[
			['one', 10],
			['two', 2],
		],
	);
});

test('what is leased stays as it is, however many polls follow', async () => {
	const publisher = new Publisher();
	const poll = async (lag: number) => {
		const consumers = Array.from({ length: 2000 }, (_, index) =>
			consumer({ consumerGroup: `group-${index}`, lag: lag + index }),
		);
		publisher.publish(initialState('t', platform, 15), derivedOf({ consumers }));
		await publisher.settled();
	};
	await poll(1_000_000);
	const { exposition, release } = publisher.lease();
	const text = () => Buffer.concat(exposition.parts.map(({ plain }) => plain)).toString();
	const before = text();
	// Who gives back twice gives back nothing of others.
	const other = publisher.lease();
	other.release();
	other.release();
	for (let round = 2; round < 8; round++) await poll(round * 1_000_000);
	assert.equal(text(), before);
	release();
	for (let round = 8; round < 12; round++) await poll(round * 1_000_000);
	const newest = Buffer.concat(publisher.snapshot.exposition.parts.map(({ plain }) => plain));
	assert.match(newest.toString(), /consumer_group="group-7"\} 11000007$/m);
	assert.equal(publisher.snapshot.exposition.crc32, crc32(newest));
});
