import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Nats, startNats } from '../../brokers/index.ts';
import { type Answer, openImpostor } from './impostor.ts';
import { consumerPage, streamNotFound, streamPage } from './recorded.ts';
import { byName, connectTo, readOnce, unreadable } from './target.ts';

let server: Nats;
let impostor: Awaited<ReturnType<typeof openImpostor>>;

before(async () => {
	server = await startNats({ jetstream: false });
	impostor = await openImpostor(server.url);
});

after(async () => {
	await impostor?.close();
	await server?.stop();
});

const noConsumers: Answer = () => '{"total":0,"consumers":[]}';

test('an answer that is no listing is a problem with a name', async () => {
	for (const [text, code] of [
		['<html>', 'malformed_answer'],
		['', 'malformed_answer'],
		['{"streams":[]}', 'malformed_answer'],
		[
			'{"error":{"code":503,"err_code":10008,"description":"temporarily unavailable"}}',
			'api_error',
		],
		['{"error":{}}', 'api_error'],
	] as const) {
		await impostor.answer(() => text, {});
		const problems = await unreadable(readOnce(server.url, { time_lag: 'none' }));
		assert.deepEqual(
			problems.map((problem) => [problem.code, problem.operation]),
			[[code, 'stream_list']],
			text,
		);
	}
});

test('a stream with bad answers leaves the others right', async () => {
	for (const text of ['<html>', '{"total":1,"consumers":7}', '{"error":{"code":500}}']) {
		await impostor.answer(() => streamPage, { empty: () => text, rec: () => consumerPage });
		const reading = await readOnce(server.url, { time_lag: 'none' });
		assert.equal(reading.problems.length, 1, text);
		assert.equal(reading.problems[0]?.subject, '$JS.API.CONSUMER.LIST.empty');
		assert.equal(reading.complete, false);
		assert.equal(reading.streams.length, 2);
		assert.deepEqual(byName(reading).get('rec/pull')?.lag, { messages: 8 });
	}
});

test('entries of the wrong shape and numbers beyond 2^53 leave the others right', async () => {
	const damaged = consumerPage
		.replace('"num_pending":8', '"num_pending":18446744073709551615')
		.replace('"num_ack_pending":5', '"num_ack_pending":"5"')
		.replace(']}', ',null,[],{"name":7}]}');
	await impostor.answer(() => streamPage, { empty: noConsumers, rec: () => damaged });
	const reading = await readOnce(server.url, { time_lag: 'none' });
	const groups = byName(reading);
	assert.deepEqual(groups.get('rec/pull')?.lag, { unknown: 'value_out_of_range' });
	assert.equal(groups.get('rec/pull')?.pending, 2);
	assert.deepEqual(groups.get('rec/none')?.lag, { messages: 12 });
	assert.deepEqual(
		reading.problems.map(({ code, subject }) => [code, subject]),
		[
			['value_out_of_range', 'rec/pull'],
			['malformed_answer', 'rec/bound'],
			['missing', '$JS.API.CONSUMER.LIST.rec'],
		],
	);
	assert.equal(reading.complete, false);
});

test('a stream that is gone when its consumers are asked for is just gone', async () => {
	await impostor.answer(() => streamPage, { empty: () => streamNotFound, rec: () => consumerPage });
	const reading = await readOnce(server.url, { time_lag: 'none' });
	assert.deepEqual(reading.problems, []);
	assert.deepEqual(
		reading.streams.map(({ name }) => name),
		['rec'],
	);
	assert.equal(reading.complete, true);
});

test('what comes and goes between two pages is read once', async () => {
	const consumers = (JSON.parse(consumerPage) as { consumers: unknown[] }).consumers;
	const page = (from: number, to: number) =>
		JSON.stringify({ total: 5, consumers: consumers.slice(from, to) });
	// The second page begins one entry too early, as when something was added before it.
	const pages: Answer = (offset) => (offset === 0 ? page(0, 3) : page(offset - 1, offset + 1));
	await impostor.answer(() => streamPage, { empty: noConsumers, rec: pages });
	const reading = await readOnce(server.url, { time_lag: 'none' });
	assert.deepEqual(
		reading.groups.map(({ consumerGroup }) => consumerGroup),
		['bound', 'none', 'paused', 'pull'],
	);
	assert.deepEqual(reading.problems, []);
});

test('at the deadline what was read is told, and what was not is a problem', async () => {
	const silence: Answer = () => undefined;
	await impostor.answer(() => streamPage, { empty: silence, rec: () => consumerPage });
	const target = connectTo(server.url, { time_lag: 'none' });
	try {
		const startedMs = performance.now();
		const reading = await target.read(AbortSignal.timeout(1000));
		const afterMs = performance.now() - startedMs;
		assert.ok(afterMs < 1500, `settled after ${afterMs} ms`);
		assert.deepEqual(
			reading.problems.map(({ code, subject }) => [code, subject]),
			[['timeout', '$JS.API.CONSUMER.LIST.empty']],
		);
		assert.deepEqual(byName(reading).get('rec/pull')?.lag, { messages: 8 });
		assert.equal(reading.streams.length, 2);
		assert.equal(reading.complete, false);

		await impostor.answer(() => streamPage, { empty: noConsumers, rec: () => consumerPage });
		assert.deepEqual((await target.read(AbortSignal.timeout(10_000))).problems, []);
	} finally {
		await target.close();
	}
});

test('a deadline that cuts off many streams is one problem', async () => {
	const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
	const { streams } = JSON.parse(streamPage) as { streams: { config: { name: string } }[] };
	const [stream] = streams;
	const all = names.map((name) => ({ ...stream, config: { ...stream?.config, name } }));
	const consumers = Object.fromEntries(names.map((name) => [name, () => undefined]));
	await impostor.answer(() => JSON.stringify({ total: 40, streams: all }), consumers);
	const target = connectTo(server.url, { time_lag: 'none' });
	try {
		const reading = await target.read(AbortSignal.timeout(500));
		assert.equal(reading.streams.length, 40);
		assert.equal(reading.problems.length, 1);
		assert.match(reading.problems[0]?.message ?? '', / and 37 more: no answer: /);
		// The rest was not asked any more.
		assert.equal(target.requests.get('consumer_list'), 16);
	} finally {
		await target.close();
	}
});

test('a stream that is deleted between two pages of its consumers is just gone', async () => {
	const first = consumerPage.replace('"total":5', '"total":9');
	const pages: Answer = (offset) => (offset === 0 ? first : streamNotFound);
	await impostor.answer(() => streamPage, { empty: noConsumers, rec: pages });
	const reading = await readOnce(server.url, { time_lag: 'none' });
	assert.deepEqual(reading.problems, []);
	assert.deepEqual(
		reading.streams.map(({ name }) => name),
		['empty'],
	);
	assert.deepEqual(reading.groups, []);
});

test('what a listing misses is asked for singly: told, gone meanwhile, or still missing', async () => {
	const { consumers } = JSON.parse(consumerPage) as { consumers: { name: string }[] };
	const [told, ...listed] = consumers.filter(({ name }) => name !== 'u0V17yz7');
	const missing = [told?.name, 'deleted', 'silent', 'odd'];
	const page = JSON.stringify({ total: 7, consumers: listed, missing });
	const deleted = '{"error":{"code":404,"err_code":10014,"description":"consumer not found"}}';
	await impostor.answer(
		() => streamPage,
		{ empty: noConsumers, rec: () => page },
		{
			[`CONSUMER.INFO.rec.${told?.name}`]: () => JSON.stringify(told),
			'CONSUMER.INFO.rec.deleted': () => deleted,
			'CONSUMER.INFO.rec.silent': () => undefined,
			'CONSUMER.INFO.rec.odd': () => '<html>',
		},
	);
	const reading = await readOnce(server.url, { time_lag: 'none' });
	assert.deepEqual(byName(reading).get('rec/bound')?.lag, { messages: 7 });
	assert.equal(reading.groups.length, 4);
	assert.deepEqual(reading.unread, [
		{ stream: 'rec', consumerGroup: 'silent', reason: 'missing' },
		{ stream: 'rec', consumerGroup: 'odd', reason: 'missing' },
	]);
	assert.deepEqual(
		reading.problems.map(({ code, message }) => [code, message]),
		[['missing', "rec/silent, rec/odd: the consumer's leader did not answer; are its servers up?"]],
	);
	assert.equal(reading.complete, true);
});

test('bad answers about single messages cost ages only', async () => {
	const stored =
		'{"message":{"subject":"rec","seq":5,"time":"2026-11-21T13:03:13Z","data":"NA=="}}';
	for (const [text, code] of [
		['<html>', 'malformed_answer'],
		['{"message":{"seq":"5"}}', 'malformed_answer'],
		['{"message":{"seq":5,"time":"soon"}}', 'malformed_answer'],
		['{"error":{"code":503,"err_code":10008,"description":"unavailable"}}', 'api_error'],
		[undefined, 'timeout'],
		[stored, undefined],
	] as const) {
		await impostor.answer(
			() => streamPage,
			{ empty: noConsumers, rec: () => consumerPage },
			{ 'STREAM.MSG.GET.rec': () => text },
		);
		const target = connectTo(server.url, {}, 2000);
		try {
			const reading = await target.read(AbortSignal.timeout(10_000));
			assert.deepEqual(
				reading.problems.map((problem) => [problem.code, problem.operation]),
				code === undefined ? [] : [[code, 'message_get']],
				text,
			);
			const pull = byName(reading).get('rec/pull');
			assert.deepEqual(pull?.lag, { messages: 8 });
			assert.equal(pull?.lagSeconds, text === stored ? 1.56 : undefined);
			assert.equal(reading.complete, true);
		} finally {
			await target.close();
		}
	}
});
