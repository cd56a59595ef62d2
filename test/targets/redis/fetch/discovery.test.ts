import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, type Filter } from '../../../../src/options/pattern.ts';
import { displayName } from '../../../../src/targets/name.ts';
import {
	Discovery,
	keyBytes,
	namedKeys,
	scanPattern,
} from '../../../../src/targets/redis/fetch/discovery.ts';
import type { ScanPage } from '../../../../src/targets/redis/protocol/replies.ts';
import { until } from '../../../brokers/until.ts';

const filter = (include: readonly string[], exclude: readonly string[] = []): Filter => ({
	include: include.map(compilePattern),
	exclude: exclude.map(compilePattern),
});
const all = () => true;
const never = new AbortController().signal;
const poll = { pollTimeoutMs: 10_000, signal: never };
const names = ({ found }: Discovery) => found.map(({ name }) => name).sort();
const page = (cursor: string, ...keys: string[]): ScanPage => ({
	cursor,
	keys: keys.map((key) => Buffer.from(key, 'latin1')),
});

test('names without a wildcard need no search, and one that is excluded is not asked for', async () => {
	const streams = filter(['orders', 'a\\*b', 'orders', 'billing'], ['or*s2', 'bill*']);
	const keys = namedKeys(streams);
	assert.deepEqual(
		keys.map(({ name, isNamed }) => [name, isNamed]),
		[
			['orders', true],
			['a*b', true],
		],
	);
	const discovery = new Discovery(streams, 1000, all);
	assert.ok(await discovery.search(0, poll, 'run', () => assert.fail('it searched')));
	assert.deepEqual(names(discovery), []);
});

test('a search goes through all pages, and keeps what is in scope and has no name yet once', async () => {
	const discovery = new Discovery(filter(['orders', 'o*', 'b*'], ['*:old']), 1000, all);
	const asked: string[] = [];
	const pages = [
		page('7', 'orders', 'orders:1', 'payments'),
		page('9'),
		page('0', 'orders:1', 'o:old', 'b\xff'),
	];
	const isComplete = await discovery.search(0, poll, 'run', async (cursor, match) => {
		asked.push(`${cursor} ${match}`);
		return pages.shift();
	});
	assert.equal(isComplete, true);
	assert.deepEqual(asked, ['0 *', '7 *', '9 *']);
	assert.deepEqual(names(discovery), ['b\\xff', 'orders:1']);
	assert.deepEqual(discovery.found[1]?.bytes, Buffer.from([0x62, 0xff]));
});

test('it searches again after the interval, and forgets what is no longer there', async () => {
	const discovery = new Discovery(filter(['*']), 1000, all);
	const search = (nowMs: number, ...keys: string[]) =>
		discovery.search(nowMs, poll, 'run', async () => page('0', ...keys));
	await search(0, 'a', 'b');
	await search(999, 'c');
	assert.deepEqual(names(discovery), ['a', 'b']);
	await search(1000, 'c');
	assert.deepEqual(names(discovery), ['c']);
});

test('keys that were known stay the same and in their order, and new ones come after them', async () => {
	const discovery = new Discovery(filter(['*']), 1000, all);
	const search = (nowMs: number, ...keys: string[]) =>
		discovery.search(nowMs, poll, 'run', async () => page('0', ...keys));
	await search(0, 'c', 'a', 'b');
	const before = discovery.found;
	await search(1000, 'b', 'new', 'a', 'b', 'c', 'new');
	assert.deepEqual(
		discovery.found.map(({ name }) => name),
		['c', 'a', 'b', 'new'],
	);
	for (const [at, key] of before.entries()) assert.equal(discovery.found[at], key);
	await search(2000, 'new', 'b', 'c');
	assert.deepEqual(
		discovery.found.map(({ name }) => name),
		['c', 'b', 'new'],
	);
	await search(3000, 'a', 'c', 'b', 'new');
	assert.deepEqual(
		discovery.found.map(({ name }) => name),
		['c', 'b', 'new', 'a'],
	);
});

test('a key that is kept does not keep the page that it came with', async () => {
	const discovery = new Discovery(filter(['*']), 1000, all);
	const received = Buffer.alloc(65_536, 'key');
	const keys = [received.subarray(0, 3)];
	await discovery.search(0, poll, 'run', async () => ({ cursor: '0', keys }));
	const bytes = discovery.found[0]?.bytes;
	assert.deepEqual(bytes, Buffer.from('key'));
	assert.equal(bytes?.buffer.byteLength, 3);
});

/** Begins a search, of which the last page comes when it is told to end. */
function begin(discovery: Discovery, first: ScanPage, last: ScanPage): () => Promise<void> {
	let tell = () => {};
	const told = new Promise<ScanPage>((resolve) => {
		tell = () => resolve(last);
	});
	const pages = (cursor: string) => (cursor === '0' ? Promise.resolve(first) : told);
	const searched = discovery.search(1000, poll, 'run', pages);
	return async () => {
		tell();
		await searched;
	};
}

for (const [which, order] of [
	['first', [0, 1]],
	['last', [1, 0]],
] as const) {
	test(`of two searches at once the one that began ${which} ends first: none loses a key or has it twice`, async () => {
		const discovery = new Discovery(filter(['*']), 1000, all);
		await discovery.search(0, poll, 'run', async () => page('0', 'a', 'b'));
		const ends = [
			begin(discovery, page('5', 'b', 'new'), page('0', 'a')),
			begin(discovery, page('7', 'a', 'b', 'new'), page('0')),
		];
		for (const at of order) {
			await ends[at]?.();
			assert.deepEqual(
				discovery.found.map(({ name }) => name),
				['a', 'b', 'new'],
			);
		}
	});
}

test('a search that fails leaves what was known, and begins anew the next time', async () => {
	const discovery = new Discovery(filter(['*']), 1000, all);
	await discovery.search(0, poll, 'run', async () => page('0', 'a'));
	const pages: (ScanPage | undefined)[] = [page('5', 'b'), undefined];
	assert.equal(await discovery.search(2000, poll, 'run', async () => pages.shift()), false);
	assert.deepEqual(names(discovery), ['a']);
	const cursors: string[] = [];
	await discovery.search(2001, poll, 'run', async (cursor) => {
		cursors.push(cursor);
		return page('0', 'c');
	});
	assert.deepEqual(cursors, ['0']);
	assert.deepEqual(names(discovery), ['c']);
});

/** A search of one page, whose second page ends it in some way. */
async function brokenOff(signal: AbortSignal, then: () => void): Promise<Discovery> {
	const discovery = new Discovery(filter(['*']), 1000, all);
	const lost = new Error('the connection ended');
	const breaking = discovery.search(0, { ...poll, signal }, 'run', async (cursor) => {
		if (cursor === '0') return page('5', 'a');
		then();
		throw lost;
	});
	await assert.rejects(breaking, lost);
	return discovery;
}

test('a search that is broken off by the signal goes on where it was', async () => {
	const deadline = new AbortController();
	const discovery = await brokenOff(deadline.signal, () => deadline.abort());
	assert.deepEqual(names(discovery), ['a'], 'what it has found is read already');
	await discovery.search(1, poll, 'run', async (cursor) => page('0', `after ${cursor}`));
	assert.deepEqual(names(discovery), ['a', 'after 5']);
});

test('in another process of the server it begins anew', async () => {
	const deadline = new AbortController();
	const discovery = await brokenOff(deadline.signal, () => deadline.abort());
	await discovery.search(1, poll, 'later run', async (cursor) => page('0', `after ${cursor}`));
	assert.deepEqual(names(discovery), ['after 0']);
});

test('a search that a lost connection broke off begins anew', async () => {
	const discovery = await brokenOff(never, () => {});
	await discovery.search(1, poll, 'run', async (cursor) => page('0', `after ${cursor}`));
	assert.deepEqual(names(discovery), ['after 0']);
});

test('a search takes a part of several polls, and what it has found is read from then on', async () => {
	const discovery = new Discovery(filter(['*']), 1000, all);
	const hurried = { ...poll, pollTimeoutMs: 0 };
	let last = 0;
	const next = async (cursor: string) => {
		await until('some time has passed', () => performance.now() > last, { everyMs: 1 });
		last = performance.now();
		const at = Number(cursor) + 1;
		return page(at === 3 ? '0' : String(at), `key ${at}`);
	};
	assert.equal(await discovery.search(0, hurried, 'run', next), false);
	assert.deepEqual(names(discovery), ['key 1']);
	assert.equal(await discovery.search(1, hurried, 'run', next), false);
	assert.deepEqual(names(discovery), ['key 1', 'key 2']);
	assert.equal(await discovery.search(2, hurried, 'run', next), true);
	assert.deepEqual(names(discovery), ['key 1', 'key 2', 'key 3']);
	// The next one keeps no poll from being complete.
	assert.equal(await discovery.search(2000, hurried, 'run', next), true);
	assert.deepEqual(names(discovery), ['key 1', 'key 2', 'key 3']);
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
		[['a\\[b]?*'], 'a**'],
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

test('keys of others are found and not kept', async () => {
	const discovery = new Discovery(filter(['*']), 1000, (key) => key !== 'b');
	assert.ok(await discovery.search(0, poll, 'run', async () => page('0', 'a', 'b', 'c')));
	assert.deepEqual(names(discovery), ['a', 'c']);
});
