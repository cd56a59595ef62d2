import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../../../src/options/pattern.ts';
import { atOnce } from '../../../../src/steps.ts';
import { Failure } from '../../../../src/targets/nats/failure.ts';
import { listAll } from '../../../../src/targets/nats/reading/listing.ts';
import { parsePage } from '../../../../src/targets/nats/reading/page.ts';
import { readStreams } from '../../../../src/targets/nats/reading/streams.ts';
import { clusterStreamPage, streamPage } from '../recorded.ts';
import { scope } from '../scope.ts';

const nowMs = Date.parse('2026-11-21T13:03:20Z');

async function read(answer: string, filter: Filter = scope()) {
	const listing = await listAll(async () => parsePage(new TextEncoder().encode(answer), 'streams'));
	return atOnce(readStreams(listing, '$JS.API.STREAM.LIST', filter, nowMs));
}

/** The recorded stream `rec` with some of its text replaced. */
function recorded(from: string, to: string): string {
	assert.ok(streamPage.includes(from), from);
	return streamPage.replace(from, to);
}

test("a stream's length, bytes, limits and ages are what the server says at its own time", async () => {
	const { streams, unread, findings, complete } = await read(streamPage);
	assert.deepEqual(streams.get('rec')?.record, {
		name: 'rec',
		length: 12,
		producedCount: 12,
		bytes: 254,
		lengthLimit: 100_000,
		retentionSeconds: 365 * 24 * 3600,
		trimsBySize: false,
		oldestMessageAgeSeconds: 0.719,
		newestMessageAgeSeconds: 0.716,
	});
	assert.deepEqual({ unread, findings, complete }, { unread: [], findings: [], complete: true });
});

test('an empty stream without limits has neither ages nor limits', async () => {
	const { streams } = await read(streamPage);
	assert.deepEqual(streams.get('empty')?.record, {
		name: 'empty',
		length: 0,
		producedCount: 0,
		bytes: 0,
		trimsBySize: false,
	});
});

for (const [what, limits, trims] of [
	['it holds as many messages as it may', { max_msgs: 12 }, true],
	['it holds nearly as many', { max_msgs: 13 }, true],
	['it holds much less than it may', { max_msgs: 100 }, false],
	['it is as large as it may be', { max_bytes: 254 }, true],
	['it is much smaller', { max_bytes: 1000 }, false],
	['it keeps the last of each subject', { max_msgs_per_subject: 5 }, true],
	['it is full and refuses what is new', { max_msgs: 12, discard: 'new' }, false],
	['it has no limits', {}, false],
] as const) {
	test(`whether a stream deletes because there is too much: ${what}`, async () => {
		const page = JSON.parse(streamPage) as {
			streams: { config: { name: string; max_msgs?: number } }[];
		};
		for (const { config } of page.streams) {
			if (config.name !== 'rec') continue;
			Object.assign(config, { max_msgs: -1, max_bytes: -1, max_msgs_per_subject: -1 }, limits);
		}
		const { streams } = await read(JSON.stringify(page));
		assert.equal(streams.get('rec')?.record.trimsBySize, trims);
	});
}

test('a server that does not tell its time is taken to have ours', async () => {
	const { streams } = await read(recorded(',"ts":"2026-11-21T13:03:14.563531873Z"', ''));
	assert.equal(streams.get('rec')?.record.oldestMessageAgeSeconds, 6.156);
});

test("an age is never negative, whatever the servers' clocks say", async () => {
	const { streams } = await read(recorded('13:03:14.563531873Z', '13:03:10Z'));
	assert.equal(streams.get('rec')?.record.oldestMessageAgeSeconds, 0);
});

test('a stream out of scope is not read', async () => {
	const { streams } = await read(streamPage, scope(['*'], ['rec']));
	assert.deepEqual([...streams.keys()], ['empty']);
});

test('a number beyond 2^53 is unknown and a problem, not a rounding', async () => {
	const { streams, findings } = await read(recorded('"bytes":254', '"bytes":9007199254740993'));
	assert.equal(streams.get('rec')?.record.bytes, undefined);
	assert.equal(streams.get('rec')?.record.length, 12);
	assert.deepEqual(
		findings.map(({ code, subject, reason }) => ({ code, subject, reason })),
		[
			{
				code: 'value_out_of_range',
				subject: 'rec',
				reason: 'state.bytes is not a whole number from 0 to 2^53; it is left out',
			},
		],
	);
});

test('a limit that can never be reached is none, and no problem', async () => {
	const answer = recorded('"max_msgs":100000', '"max_msgs":9223372036854775807');
	const { streams, findings } = await read(answer);
	assert.equal(streams.get('rec')?.record.lengthLimit, undefined);
	assert.deepEqual(findings, []);
});

test('a stream without a leader is unread, for what it tells may be stale', async () => {
	const { streams, unread, findings, complete } = await read(clusterStreamPage);
	assert.deepEqual([...streams.keys()], ['r2-3']);
	assert.deepEqual(unread, [{ stream: 'r2-1', reason: 'no_leader' }]);
	assert.deepEqual(
		findings.map(({ code, subject }) => [code, subject]),
		[['no_leader', 'r2-1']],
	);
	assert.equal(complete, true);
});

test('a stream that is missing is unread, also where a state of zeros is listed for it', async () => {
	const answer = clusterStreamPage.replace(/\}\]\}$|\n\]\}$/, '\n],"missing":["r2-3","gone"]}');
	const { streams, unread } = await read(answer);
	assert.deepEqual([...streams.keys()], []);
	assert.deepEqual(unread, [
		{ stream: 'r2-1', reason: 'no_leader' },
		{ stream: 'r2-3', reason: 'missing' },
		{ stream: 'gone', reason: 'missing' },
	]);
});

test('a stream whose entry cannot be read is unread, and the others are not', async () => {
	for (const [from, to] of [
		['"messages":12', '"messages":"12"'],
		['"first_ts":"2026-11-21T13:03:13.844465279Z"', '"first_ts":"yesterday"'],
		['"state":{"messages":12', '"status":{"messages":12'],
	] as const) {
		const { streams, unread, findings } = await read(recorded(from, to));
		assert.deepEqual([...streams.keys()], ['empty'], from);
		assert.deepEqual(unread, [{ stream: 'rec', reason: 'malformed_answer' }]);
		assert.deepEqual(
			findings.map(({ code, subject }) => [code, subject]),
			[['malformed_answer', 'rec']],
		);
	}
});

test('a listing that broke off is not complete', () => {
	const failure = new Failure('timeout', 'no answer');
	const listing = { entries: new Map(), missing: new Set<string>(), nameless: 0, failure };
	const { findings, complete } = atOnce(
		readStreams(listing, '$JS.API.STREAM.LIST', scope(), nowMs),
	);
	assert.equal(complete, false);
	assert.deepEqual(findings, [
		{
			code: 'timeout',
			operation: 'stream_list',
			subject: '$JS.API.STREAM.LIST',
			reason: 'no answer',
		},
	]);
});

test('a listing with an entry that does not tell its name is not complete', () => {
	const listing = { entries: new Map(), missing: new Set<string>(), nameless: 2 };
	const { findings, complete } = atOnce(
		readStreams(listing, '$JS.API.STREAM.LIST', scope(), nowMs),
	);
	assert.equal(complete, false);
	assert.deepEqual(
		findings.map(({ code }) => code),
		['missing'],
	);
});
