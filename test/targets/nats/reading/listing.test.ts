import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../src/targets/nats/failure.ts';
import { listAll } from '../../../../src/targets/nats/reading/listing.ts';
import type { Page } from '../../../../src/targets/nats/reading/page.ts';

/** A page of entries that know on which page they were. */
function page(total: number, names: string, missing = '', nameless = 0): Page {
	const split = (text: string) => text.split(' ').filter((name) => name !== '');
	const entries = new Map(split(names).map((name) => [name, `${name} of ${total}`]));
	return { total, entries, missing: new Set(split(missing)), nameless };
}

/** Answers with one page after the other, and notes the offsets that were asked for. */
function server(...answers: readonly (Page | Error)[]) {
	const offsets: number[] = [];
	const askPage = async (offset: number) => {
		const answer = answers[offsets.length];
		offsets.push(offset);
		if (answer === undefined) throw new Error(`nothing to answer to offset ${offset}`);
		if (answer instanceof Error) throw answer;
		return answer;
	};
	return { offsets, askPage };
}

test('pages are asked for until the total is reached', async () => {
	const { offsets, askPage } = server(page(5, 'a b'), page(5, 'c d'), page(5, 'e'));
	const listing = await listAll(askPage);
	assert.deepEqual([...listing.entries.keys()], ['a', 'b', 'c', 'd', 'e']);
	assert.deepEqual(offsets, [0, 2, 4]);
	assert.equal(listing.failure, undefined);
});

test('what appears on two pages is one, as told last', async () => {
	const { askPage } = server(page(4, 'a b'), page(5, 'b c'), page(5, 'd'));
	const listing = await listAll(askPage);
	assert.deepEqual([...listing.entries.keys()], ['a', 'b', 'c', 'd']);
	assert.equal(listing.entries.get('b'), 'b of 5');
});

test('an empty page ends the listing, though the total says otherwise', async () => {
	const { offsets, askPage } = server(page(9, 'a b'), page(0, ''));
	const listing = await listAll(askPage);
	assert.equal(listing.entries.size, 2);
	assert.deepEqual(offsets, [0, 2]);
	assert.equal(listing.failure, undefined);
});

test('what is missing takes a place on its page, but one that is listed too takes one', async () => {
	const { offsets, askPage } = server(page(7, 'a b', 'b x y'), page(7, 'c d', ''), page(7, 'e'));
	const listing = await listAll(askPage);
	assert.deepEqual(offsets, [0, 4, 6]);
	assert.deepEqual([...listing.missing], ['b', 'x', 'y']);
	assert.deepEqual([...listing.entries.keys()], ['a', 'c', 'd', 'e']);
});

test('entries without a name take a place and are counted', async () => {
	const { offsets, askPage } = server(page(4, 'a', '', 1), page(4, 'b', '', 1));
	const listing = await listAll(askPage);
	assert.deepEqual(offsets, [0, 2]);
	assert.equal(listing.nameless, 2);
});

test('a page that fails ends the listing, and what was listed before remains', async () => {
	const failure = new Failure('timeout', 'no answer');
	const { askPage } = server(page(4, 'a b'), failure);
	const listing = await listAll(askPage);
	assert.deepEqual([...listing.entries.keys()], ['a', 'b']);
	assert.equal(listing.failure, failure);
});

test('a defect is not mistaken for a failure', async () => {
	const { askPage } = server(new TypeError('a defect'));
	await assert.rejects(listAll(askPage), TypeError);
});
