import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../src/targets/nats/failure.ts';
import { type Listed, parsePage } from '../../../../src/targets/nats/reading/page.ts';
import {
	clusterConsumerPage,
	consumerPage,
	notEnabledForAccount,
	streamNotFound,
	streamPage,
} from '../recorded.ts';

function parse(answer: string, listed: Listed = 'consumers') {
	return parsePage(new TextEncoder().encode(answer), listed);
}

function failureOf(answer: string): Failure {
	try {
		parse(answer);
	} catch (error) {
		if (error instanceof Failure) return error;
		throw error;
	}
	throw new Error('it was parsed');
}

test('streams are listed by the name in their configuration', () => {
	const page = parse(streamPage, 'streams');
	assert.deepEqual([...page.entries.keys()], ['empty', 'rec']);
	assert.equal(page.total, 2);
	assert.equal(page.nameless, 0);
});

test('consumers are listed by their name, ephemeral ones too', () => {
	const page = parse(consumerPage);
	assert.deepEqual([...page.entries.keys()], ['bound', 'none', 'paused', 'pull', 'u0V17yz7']);
	assert.deepEqual([...page.missing], []);
});

test('the placeholders of offline consumers are dropped, for they are named as missing', () => {
	const page = parse(clusterConsumerPage);
	assert.deepEqual([...page.entries.keys()], ['m0', 'm2']);
	assert.deepEqual([...page.missing], ['ERAR6N3Y', 'm1']);
	assert.equal(page.nameless, 0);
});

test('an entry without a name that is not among the missing is counted', () => {
	const page = parse('{"total":3,"consumers":[{"name":""},{"config":{}},7],"missing":["a"]}');
	assert.equal(page.entries.size, 0);
	assert.equal(page.nameless, 2);
});

test('no entries at all may be an empty array, null or nothing', () => {
	for (const answer of [
		'{"total":0,"consumers":[]}',
		'{"total":0,"consumers":null}',
		'{"total":0}',
	]) {
		assert.equal(parse(answer).entries.size, 0, answer);
	}
});

test('an account without JetStream is told in words', () => {
	const failure = failureOf(notEnabledForAccount);
	assert.equal(failure.code, 'jetstream_disabled');
	assert.match(failure.message, /JetStream not enabled for account \(10039\)/);
});

test("another error is the server's, with its number", () => {
	const failure = failureOf(streamNotFound);
	assert.equal(failure.code, 'api_error');
	assert.equal(failure.apiErrorCode, 10059);
	assert.equal(failure.message, 'the server says: stream not found (10059)');
});

test('what is no such answer is malformed, and is not quoted', () => {
	const answers = [
		['<html>', 'it is not JSON'],
		['', 'it is not JSON'],
		['null', 'Invalid input'],
		['[]', 'Invalid input'],
		['{}', 'total: '],
		['{"total":"12"}', 'total: '],
		['{"total":1,"consumers":{}}', 'consumers: '],
		['{"total":1,"missing":[1]}', 'missing.0: '],
	] as const;
	for (const [answer, why] of answers) {
		const failure = failureOf(answer);
		assert.equal(failure.code, 'malformed_answer', answer);
		assert.ok(failure.message.includes(why), `${answer}: ${failure.message}`);
		assert.ok(!failure.message.includes('html'));
	}
});
