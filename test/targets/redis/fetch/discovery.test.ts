import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, type Filter } from '../../../../src/options/pattern.ts';
import { displayName } from '../../../../src/targets/name.ts';
import {
	Discovery,
	keyBytes,
	type ScanPage,
	scanPattern,
} from '../../../../src/targets/redis/fetch/discovery.ts';

const filter = (include: readonly string[], exclude: readonly string[] = []): Filter => ({
	include: include.map(compilePattern),
	exclude: exclude.map(compilePattern),
});
const never = new AbortController().signal;
const names = (discovery: Discovery) => discovery.keys.map(({ name }) => name);
const page = (cursor: string, ...keys: string[]): ScanPage => ({
	cursor,
	keys: keys.map((key) => Buffer.from(key, 'latin1')),
});

test('names without a wildcard need no search', async () => {
	const discovery = new Discovery(filter(['orders', 'a\\*b', 'orders'], ['or*s2']), 1000);
	const isComplete = await discovery.search(0, never, () => assert.fail('it searched'));
	assert.equal(isComplete, true);
	assert.deepEqual(names(discovery), ['orders', 'a*b']);
	assert.ok(discovery.keys.every(({ isNamed }) => isNamed));
});

test('a name that is excluded is not asked for', () => {
	assert.deepEqual(names(new Discovery(filter(['orders', 'billing'], ['bill*']), 1000)), [
		'orders',
	]);
});

test('a search goes through all pages, and keeps what is in scope once', async () => {
	const discovery = new Discovery(filter(['orders', 'o*', 'b*'], ['*:old']), 1000);
	const asked: string[] = [];
	const pages = [
		page('7', 'orders', 'orders:1', 'payments'),
		page('9'),
		page('0', 'orders:1', 'o:old', 'b\xff'),
	];
	const isComplete = await discovery.search(0, never, async (cursor, match) => {
		asked.push(`${cursor} ${match}`);
		return pages.shift();
	});
	assert.equal(isComplete, true);
	assert.deepEqual(asked, ['0 *', '7 *', '9 *']);
	assert.deepEqual(names(discovery), ['orders', 'orders:1', 'b\\xff']);
	assert.deepEqual(
		discovery.keys.map(({ isNamed }) => isNamed),
		[true, false, false],
	);
	assert.deepEqual(discovery.keys[2]?.bytes, Buffer.from([0x62, 0xff]));
});

test('it searches again after the interval, and forgets what is no longer there', async () => {
	const discovery = new Discovery(filter(['*']), 1000);
	const search = (nowMs: number, ...keys: string[]) =>
		discovery.search(nowMs, never, async () => page('0', ...keys));
	await search(0, 'a', 'b');
	await search(999, 'c');
	assert.deepEqual(names(discovery), ['a', 'b']);
	await search(1000, 'c');
	assert.deepEqual(names(discovery), ['c']);
});

test('a search that fails leaves what was known, and begins anew the next time', async () => {
	const discovery = new Discovery(filter(['*']), 1000);
	await discovery.search(0, never, async () => page('0', 'a'));
	const pages: (ScanPage | undefined)[] = [page('5', 'b'), undefined];
	assert.equal(await discovery.search(2000, never, async () => pages.shift()), false);
	assert.deepEqual(names(discovery), ['a']);
	const cursors: string[] = [];
	await discovery.search(2001, never, async (cursor) => {
		cursors.push(cursor);
		return page('0', 'c');
	});
	assert.deepEqual(cursors, ['0']);
	assert.deepEqual(names(discovery), ['c']);
});

test('a search that is broken off by the signal goes on where it was', async () => {
	const discovery = new Discovery(filter(['*']), 1000);
	const deadline = new AbortController();
	const lost = new Error('the connection ended');
	const breaking = discovery.search(0, deadline.signal, async (cursor) => {
		if (cursor === '0') return page('5', 'a');
		deadline.abort();
		throw lost;
	});
	await assert.rejects(breaking, lost);
	assert.deepEqual(names(discovery), []);
	await discovery.search(1, never, async (cursor) => page('0', `after ${cursor}`));
	assert.deepEqual(names(discovery), ['a', 'after 5']);
});

test('a search that a lost connection broke off begins anew', async () => {
	const discovery = new Discovery(filter(['*']), 1000);
	const lost = new Error('the connection ended');
	const breaking = discovery.search(0, never, async (cursor) => {
		if (cursor === '0') return page('5', 'a');
		throw lost;
	});
	await assert.rejects(breaking, lost);
	await discovery.search(1, never, async (cursor) => page('0', `after ${cursor}`));
	assert.deepEqual(names(discovery), ['after 0']);
});

test('the bytes of a name are those that it was shown for', () => {
	for (const bytes of [
		Buffer.from('orders'),
		Buffer.from('größe "x" \\ \n'),
		Buffer.from([0xff, 0x00, 0x41, 0xfe]),
		Buffer.from('\\xff and \\x5c'),
		Buffer.concat([Buffer.from('\\xff'), Buffer.from([0xff])]),
	]) {
		assert.deepEqual(keyBytes(displayName(bytes)), bytes);
	}
});

test('the server is asked for at least what the patterns mean', () => {
	const cases: readonly (readonly [include: readonly string[], match: string | undefined])[] = [
		[['orders'], undefined],
		[['*'], '*'],
		[['orders:*'], 'orders:*'],
		[['orders', 'shop:*'], 'shop:*'],
		[['*:events'], '*:events'],
		[['a*', 'b*'], '*'],
		[['/orders:[0-9]+/'], '*'],
		// The server's own wildcards, and characters of more bytes than one.
		[['a[b]?*'], 'a**'],
		[['größe:*'], 'gr*:*'],
		[['a\\*b:*'], 'a*:*'],
		// A wildcard may stand for the beginning of a byte shown as \xff.
		[['*xff:*'], '*:*'],
		[['?f:*'], '*:*'],
		[['\\\\xff*'], '**'],
	];
	for (const [include, match] of cases) {
		const patterns = include.map(compilePattern).filter(({ literal }) => literal === undefined);
		assert.equal(scanPattern(patterns), match, include.join(' '));
	}
});
