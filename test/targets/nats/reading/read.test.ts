import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../../src/steps.ts';
import { Failure } from '../../../../src/targets/nats/failure.ts';
import { pickConsumers } from '../../../../src/targets/nats/reading/consumers.ts';
import { type Listing, listAll } from '../../../../src/targets/nats/reading/listing.ts';
import { type Listed, parsePage } from '../../../../src/targets/nats/reading/page.ts';
import { readAnswers, type Told } from '../../../../src/targets/nats/reading/read.ts';
import { readStreams } from '../../../../src/targets/nats/reading/streams.ts';
import { consumerPage, streamPage } from '../recorded.ts';
import { scope } from '../scope.ts';

function list(answer: string, listed: Listed): Promise<Listing> {
	return listAll(async () => parsePage(new TextEncoder().encode(answer), listed));
}

async function read(
	consumers: Record<string, Listing>,
	gone: readonly string[] = [],
	share: Told['share'] = { isWhole: true, ownsStream: () => true },
	owns: (group: string) => boolean = () => true,
) {
	const subject = '$JS.API.STREAM.LIST';
	const streams = atOnce(readStreams(await list(streamPage, 'streams'), subject, scope(), 0));
	return atOnce(
		readAnswers({
			version: '2.15.1',
			streams,
			consumers: Object.entries(consumers).map(([name, listing]) =>
				atOnce(
					pickConsumers(name, listing, `$JS.API.CONSUMER.LIST.${name}`, {
						scope: scope(),
						ephemeral: 'rollup',
						owns,
					}),
				),
			),
			gone: new Set(gone),
			beside: (_stream, _consumer, log) => ({ log, ages: {} }),
			findings: [],
			share,
		}),
	);
}

const noConsumers = '{"total":0,"consumers":[]}';

test('a reading holds all streams and the consumers of each', async () => {
	const reading = await read({
		empty: await list(noConsumers, 'consumers'),
		rec: await list(consumerPage, 'consumers'),
	});
	assert.equal(reading.version, '2.15.1');
	assert.deepEqual(
		reading.streams.map((stream) => stream.name),
		['empty', 'rec'],
	);
	assert.equal(reading.groups.length, 5);
	assert.deepEqual(reading.problems, []);
	assert.equal(reading.complete, true);
});

test('a stream that was deleted after it was listed is just gone', async () => {
	const reading = await read({ rec: await list(consumerPage, 'consumers') }, ['empty']);
	assert.deepEqual(
		reading.streams.map((stream) => stream.name),
		['rec'],
	);
	assert.deepEqual(reading.problems, []);
	assert.equal(reading.complete, true);
});

test('consumers that could not be listed leave everything else right', async () => {
	const failure = new Failure('timeout', 'no answer');
	const reading = await read({
		empty: { entries: new Map(), missing: new Set(), nameless: 0, failure },
		rec: await list(consumerPage, 'consumers'),
	});
	assert.equal(reading.streams.length, 2);
	assert.equal(reading.groups.length, 5);
	assert.equal(reading.complete, false);
	assert.deepEqual(reading.problems, [
		{
			code: 'timeout',
			operation: 'consumer_list',
			subject: '$JS.API.CONSUMER.LIST.empty',
			message: '$JS.API.CONSUMER.LIST.empty: no answer',
		},
	]);
});

test('of a share, streams say who exports them and how many consumers others read', async () => {
	const share = { isWhole: false, ownsStream: (stream: string) => stream === 'rec' };
	const listings = {
		empty: await list(noConsumers, 'consumers'),
		rec: await list(consumerPage, 'consumers'),
	};
	const { streams, groups } = await read(listings, [], share, (name) => name === 'pull');
	assert.deepEqual(
		streams.map(({ name, elsewhere }) => [name, elsewhere]),
		[
			['empty', { exported: true, groups: 0 }],
			['rec', { exported: false, groups: 4 }],
		],
	);
	assert.deepEqual(
		groups.map(({ consumerGroup }) => consumerGroup),
		['pull'],
	);
});

test('of a share, a listing that broke off does not tell how many consumers others read', async () => {
	const share = { isWhole: false, ownsStream: () => true };
	const whole = await list(consumerPage, 'consumers');
	const rec = { ...whole, failure: new Failure('timeout', 'no answer') };
	const { streams } = await read({ rec }, [], share, (name) => name === 'pull');
	assert.deepEqual(streams.find(({ name }) => name === 'rec')?.elsewhere, { exported: false });
});
