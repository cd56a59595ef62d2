import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstAnswer } from '../../../../src/targets/kafka/connect/first-answer.ts';

/** Longer than any test. */
const forEver = 600_000;
const { signal } = new AbortController();

const hang = () => new Promise<string>(() => {});
const fail = (what: string) => () => Promise.reject(new Error(what));

test('who answers is not helped by another', async () => {
	const asked: string[] = [];
	const ask = (name: string) => async () => {
		asked.push(name);
		return name;
	};
	assert.equal(await firstAnswer([ask('a'), ask('b')], forEver, signal), 'a');
	assert.deepEqual(asked, ['a']);
});

test('the next is asked at once when one fails', async () => {
	assert.equal(await firstAnswer([fail('a'), async () => 'b'], forEver, signal), 'b');
});

test('the next is asked after a while when one hangs', async () => {
	assert.equal(await firstAnswer([hang, hang, async () => 'c'], 1, signal), 'c');
});

test('one that is slow can still be the first', async () => {
	let answer: (name: string) => void = () => {};
	const slow = () =>
		new Promise<string>((resolve) => {
			answer = resolve;
		});
	const asksTheSlow = () => {
		answer('a');
		return hang();
	};
	assert.equal(await firstAnswer([slow, asksTheSlow], 1, signal), 'a');
});

test('when nobody answers, what each has failed in is told', async () => {
	await assert.rejects(firstAnswer([fail('a'), fail('b')], forEver, signal), (error: unknown) => {
		assert(error instanceof AggregateError);
		assert.deepEqual(
			error.errors.map(({ message }) => message),
			['a', 'b'],
		);
		return true;
	});
});

test('after the signal nobody else is asked, but the first is, to say why', async () => {
	const end = new AbortController();
	end.abort();
	const asks = [fail('a'), async () => 'b'];
	await assert.rejects(firstAnswer(asks, forEver, end.signal), (error: unknown) => {
		assert(error instanceof AggregateError);
		assert.deepEqual(
			error.errors.map(({ message }) => message),
			['a'],
		);
		return true;
	});
});
