import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildServer } from '../../../src/http/server.ts';
import type { Consumer } from '../../../src/model.ts';
import { consumer } from '../../metrics/records.ts';
import { get, siteOf } from '../site.ts';
import { crowd, targetState } from '../snapshots.ts';

const nasty = `<script>alert("1")</script>'&amp;`;

test('no name of a broker becomes markup, on the overview or on its own page', async () => {
	const problem = { code: 'denied', operation: 'list', message: `${nasty} is denied` };
	const one = consumer({
		...{ stream: nasty, consumerGroup: nasty, state: nasty, kind: nasty },
		...{ lagUnknown: nasty, statusReason: nasty },
	});
	const target = targetState({ version: nasty, lastResult: 'failed', problems: [problem] });
	const snapshot = { consumers: [one], targets: [target] };
	const address = new URLSearchParams({ target: 't', stream: nasty, consumer_group: nasty });
	const pages = [
		['/', 200],
		[`/?${new URLSearchParams({ search: nasty, stream: nasty })}`, 200],
		[`/?${new URLSearchParams({ [nasty]: nasty })}`, 400],
		[`/?${new URLSearchParams({ sort: nasty })}`, 400],
		[`/group?${address}`, 200],
		[`/group?${address}x`, 404],
	] as const;
	for (const [path, status] of pages) {
		const { statusCode, headers, body } = await get(path, snapshot);
		assert.equal(statusCode, status, path);
		assert.equal(headers['content-type'], 'text/html; charset=utf-8');
		assert.match(body, /&lt;script&gt;alert\(\\?&quot;1\\?&quot;\)&lt;\/script&gt;/, path);
		assert.doesNotMatch(body, /<script>|onerror|style=/, path);
	}
});

test('a group can be opened by the link that it has, whatever its name is', async () => {
	for (const hostile of [nasty, '../?&=+ %41#', '😀 שלום \u202e', 'x'.repeat(4096)]) {
		const snapshot = { consumers: [consumer({ stream: 's/ä', consumerGroup: hostile, lag: 77 })] };
		const { body } = await get('/', snapshot);
		const link = /<a href="\.(\/group\?[^"]*)">/.exec(body)?.[1]?.replaceAll('&amp;', '&');
		const opened = await get(link ?? '', snapshot);
		assert.equal(opened.statusCode, 200, hostile);
		assert.match(opened.body, /<dt>Lag<\/dt><dd>77 <\/dd>/);
	}
});

test('a long name is cut in the heading and stands whole below', async () => {
	const long = `${'x'.repeat(2000)}<b>`;
	const query = new URLSearchParams({ target: 't', stream: 's', consumer_group: long });
	const { body } = await get(`/group?${query}`, { consumers: [consumer({ consumerGroup: long })] });
	assert.match(body, /<title>x{75}…x{22}&lt;b&gt; · /);
	assert.match(body, /<h1>Group <bdi>x{75}…x{22}&lt;b&gt;<\/bdi>/);
	assert.match(body, /<h2>Whole names<\/h2><p><bdi>x{2000}&lt;b&gt;<\/bdi><\/p><\/section>/);
});

test('a name that no address can hold is shown without a link', async () => {
	const snapshot = { consumers: [consumer({ consumerGroup: 'é'.repeat(4096) })] };
	const { body } = await get('/', snapshot);
	assert.match(body, /<th scope="row"[^>]*><bdi>é+…é+<\/bdi><\/th>/);
});

test('a lag and an age stand beside their objective', async () => {
	const objective = {
		...{ name: 'billing', severity: 'critical', expressed: true },
		...{ stalledAfterSeconds: 600, ignoreLag: 0, lag: 10_000, lagSeconds: 600 },
	};
	const { body } = await get('/', {
		consumers: [
			consumer({
				lag: 12_400,
				lagSeconds: 390,
				objective,
				breaches: { lag: true, lagSeconds: false },
			}),
		],
	});
	assert.match(body, /12,400 <small class="limit breached">over 10,000<\/small>/);
	assert.match(body, /6 min 30 s <small class="limit">of 10 min<\/small>/);
});

test('the summary counts every group of the search, whatever statuses are shown', async () => {
	const consumers: readonly Consumer[] = [
		consumer({ consumerGroup: 'a1', status: 'stalled', lag: 5 }),
		consumer({ consumerGroup: 'a2' }),
		consumer({ consumerGroup: 'a3', status: 'paused' }),
		consumer({ consumerGroup: 'b' }),
	];
	const { body } = await get('/?search=A&status=stalled', { consumers });
	assert.match(body, /<h2 id="summary">3 groups, 1 in trouble<\/h2>/);
	assert.match(body, /<b>1<\/b> stalled.*<b>1<\/b> paused.*<b>1<\/b> ok/s);
	assert.match(body, /1 group that match(es)?, of 4/);
	assert.equal(body.match(/<tr role="row" data-key/g)?.length, 1);
	assert.match(body, /<title>1 in trouble/);
});

test('the search box, the choices and the order are kept in the address', async () => {
	const targets = [targetState(), targetState({ target: 'r', platform: 'redis' })];
	const path = '/?search=a%22b&platform=redis&status=ok&sort=lag&order=asc&stream=x*';
	const { body } = await get(path, { targets, consumers: [consumer({ platform: 'redis' })] });
	assert.match(body, /name="search" value="a&quot;b"/);
	assert.match(body, /<option value="redis" selected>/);
	assert.match(body, /<option value="ok" selected>/);
	assert.match(body, /<option value="lag" selected>/);
	assert.match(body, /<input type="hidden" name="stream" value="x\*">/);
});

test('a column that is sorted by says so, and its link turns the order round', async () => {
	const { body } = await get('/?sort=lag&search=s', { consumers: [consumer({})] });
	assert.match(
		body,
		/aria-sort="descending"><a data-live href="\.\/\?sort=lag&amp;search=s&amp;order=asc">Lag<\/a>/,
	);
	assert.match(body, /<a data-live href="\.\/\?sort=stream&amp;search=s">Stream<\/a>/);
	const turned = await get('/?sort=lag&order=asc', { consumers: [consumer({})] });
	assert.match(turned.body, /aria-sort="ascending"><a data-live href="\.\/\?sort=lag">Lag/);
});

test('of many groups the first are shown, and how many are not', async () => {
	const snapshot = crowd(3000, 0);
	const rows = (body: string) => body.match(/<tr role="row" data-key="[^"]*"><td/g)?.length;
	const usual = await get('/', snapshot);
	assert.match(usual.body, /The first 100 of 3,000 groups; 2,900 are not shown/);
	assert.equal(rows(usual.body), 100);
	assert.match(usual.body, /href="\.\/\?limit=500">Show 500</);
	const capped = await get('/?limit=99999', snapshot);
	assert.equal(rows(capped.body), 500);
});

test('fields that nobody filled in filter nothing', async () => {
	const { statusCode, body } = await get('/?search=&platform=&status=&limit=', {
		consumers: [consumer({})],
	});
	assert.equal(statusCode, 200);
	assert.match(body, /1 group, none in trouble/);
});

test('a group has its partitions, the unknown and the largest lag first', async () => {
	const partitions = {
		ids: Int32Array.from([0, 1, 2]),
		lags: Float64Array.from([1, 8, Number.NaN]),
		lagsFrom: 0,
		committed: Float64Array.from([9, 2, Number.NaN]),
	};
	const stream = {
		...{ target: 't', platform: 'kafka', stream: 's', consumers: 1 },
		partitions: {
			ids: Int32Array.from([0, 1, 2]),
			start: Float64Array.from([0, 1, 2]),
			end: Float64Array.from([10, 10, 1234]),
		},
	};
	const { body } = await get('/group?target=t&stream=s&consumer_group=g', {
		consumers: [consumer({ lag: 9, partitions })],
		streams: [stream],
	});
	const rows = [...body.matchAll(/data-label="Partition">(\d+)<\/th>(.*?)<\/tr>/gs)];
	const cells = rows.map(([, id, rest = '']) => [
		id,
		...[...rest.matchAll(/data-label="[^"]*">(?:<span[^>]*>)?([^<]*)/g)].map(([, text]) => text),
	]);
	assert.deepEqual(cells, [
		['2', '–', '–', '2', '1,234'],
		['1', '8', '2', '1', '10'],
		['0', '1', '9', '0', '10'],
	]);
});

test('a position stands as its platform writes it', async () => {
	const shown = async (platform: string, minor: number) => {
		const { body } = await get('/group?target=t&stream=s&consumer_group=g', {
			consumers: [consumer({ platform, position: { major: 1234, minor } })],
		});
		return /<dt>Position<\/dt><dd>([^<]*)/.exec(body)?.[1];
	};
	assert.equal(await shown('redis', 0), '1234-0');
	assert.equal(await shown('nats', 0), '1,234');
});

test('the link to the JSON of a group finds this group alone', async () => {
	const consumers = ['a*', 'abc', '/a/', '[a]', '{a,b}', '!a', '\\'].map((consumerGroup) =>
		consumer({ consumerGroup }),
	);
	for (const { consumerGroup } of consumers) {
		const query = new URLSearchParams({ target: 't', stream: 's', consumer_group: consumerGroup });
		const { body } = await get(`/group?${query}`, { consumers });
		const link = /<a href="\.(\/api\/v1\/consumers\?target=[^"]*)">/.exec(body)?.[1] ?? '';
		const found = (await get(link.replaceAll('&amp;', '&'), { consumers })).json();
		assert.deepEqual(
			found.consumers.map((one: { consumer_group: string }) => one.consumer_group),
			[consumerGroup],
		);
	}
});

test('a target that cannot be read says so, and since when its values are old', async () => {
	const nowSeconds = Date.now() / 1000;
	const target = targetState({
		lastResult: 'failed',
		lastPollTimestampSeconds: nowSeconds,
		lastSuccessTimestampSeconds: nowSeconds - 3600,
		problems: [{ code: 'unreachable', operation: 'connect', message: 'refused by k:9092' }],
	});
	const { body } = await get('/', { targets: [target] });
	assert.match(body, /not readable/);
	assert.match(body, /last read <time [^>]*>1 h ago<\/time>/);
	assert.match(body, /<li>refused by k:9092<\/li>/);
	assert.match(body, /<time [^>]*>0 s ago<\/time>, every 15 s/);
});

test('styles and script are the page’s own files, and a browser may keep them', async () => {
	const { body } = await get('/');
	assert.deepEqual(
		[...body.matchAll(/(?:src|href)="(\.\/assets[^"]*)"/g)].map(([, path]) => path),
		['./assets/page.css', './assets/page.js'],
	);
	for (const [path, type] of [
		['/assets/page.css', 'text/css; charset=utf-8'],
		['/assets/page.js', 'text/javascript; charset=utf-8'],
	] as const) {
		const first = await get(path);
		assert.equal(first.statusCode, 200);
		assert.equal(first.headers['content-type'], type);
		const etag = String(first.headers.etag);
		const again = await get(path, {}, { 'if-none-match': `"x", W/${etag}` });
		assert.equal(again.statusCode, 304);
		assert.equal(again.body, '');
		assert.equal((await get(path, {}, { 'if-none-match': '"other"' })).statusCode, 200);
	}
});

test('every answer forbids what no page of ours does', async () => {
	const paths = [
		['/', 200],
		['/nowhere', 404],
		['/%zz', 400],
		['/?x=1', 400],
		['/metrics', 200],
		['/api/v1/targets', 200],
		['/assets/page.js', 200],
		['/-/healthy', 200],
	] as const;
	for (const [path, status] of paths) {
		const { statusCode, headers } = await get(path);
		assert.equal(statusCode, status, path);
		assert.match(
			String(headers['content-security-policy']),
			/^default-src 'none'; script-src 'self'/,
		);
		assert.equal(headers['x-content-type-options'], 'nosniff', path);
		assert.equal(headers['referrer-policy'], 'no-referrer', path);
		assert.equal(headers['x-frame-options'], 'DENY', path);
	}
});

test('a page of a shard says of which', async () => {
	for (const [shard, header] of [
		['shard 2 of 3 (index 1)', '1.2.3 · shard 2 of 3 (index 1)'],
		[undefined, '1.2.3'],
	] as const) {
		const { app, close } = buildServer({ ...siteOf(), ...(shard && { shard }) });
		try {
			const { body } = await app.inject({ url: '/' });
			assert.ok(body.includes(`<small>${header}</small></header>`), body);
		} finally {
			await close();
		}
	}
});
