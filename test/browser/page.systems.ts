import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { until } from '../brokers/index.ts';
import { type Exporter, startExporter } from '../e2e/exporter.ts';
import { startWorld, type World } from '../e2e/world.ts';
import { assertAccessible, startBrowser, visit } from './visit.ts';

const hostile = `<img src=x onerror=alert(1)>"'&amp;<script>alert(2)</script> 😀 שלום \u202egnp.exe`;
const long = 'long-'.repeat(819);

let world: World;
let exporter: Exporter;
let browser: Browser;

before(async () => {
	[world, browser] = await Promise.all([startWorld(), startBrowser()]);
	const { redis } = world;
	await redis.cli('XADD', hostile, '*', 'n', '1');
	await redis.cli('XGROUP', 'CREATE', hostile, hostile, '0');
	await redis.cli('XGROUP', 'CREATE', hostile, long, '0');
	exporter = await startExporter(world.configuration);
	await until('every group is there', async () => {
		return Object.keys(await exporter.values('stream_consumer_lag')).length === 8;
	});
});

after(async () => {
	await browser?.close();
	await exporter?.stop();
	await world?.stop();
});

const rowOf = (page: Page, group: string) =>
	page.locator('.consumers tbody tr').filter({ has: page.getByText(group, { exact: true }) });
const cellOf = (page: Page, group: string, title: string) =>
	rowOf(page, group).locator(`[data-label="${title}"]`);
const groupsOf = (page: Page) => page.locator('.consumers tbody th').allInnerTexts();

/** Holds an element, to see later that it was not made anew. */
async function hold(page: Page, selector: string): Promise<() => Promise<boolean>> {
	const held = await page.locator(selector).elementHandle();
	return async () => (await held?.evaluate((element) => element.isConnected)) === true;
}

const focused = (page: Page, attribute: 'name' | 'textContent') =>
	page.evaluate(`document.activeElement?.${attribute}`);

test('every group stands on the page with its lag, hostile names as text', async () => {
	const { page, complaints } = await visit(browser, exporter.url);
	assert.equal((await groupsOf(page)).length, 8);
	const shown = hostile.replace('\u202e', '\\u202e');
	assert.equal(
		await page.locator('.consumers th bdi').getByText(shown, { exact: true }).count(),
		1,
	);
	assert.equal(await page.locator('main img, main script').count(), 0);
	const lags = await exporter.values('stream_consumer_lag');
	assert.equal(await cellOf(page, 'mailer', 'Lag').textContent(), '5');
	assert.equal(lags['target="nats",stream="EVENTS",consumer_group="mailer"'], 5);
	await page.getByRole('link', { name: shown }).click();
	await page.getByRole('heading', { name: shown }).waitFor();
	assert.deepEqual(complaints, []);
	await page.close();
});

test('typing into the search narrows the table, and the address keeps it', async () => {
	const { page, complaints } = await visit(browser, exporter.url);
	const isKept = await hold(page, 'input[name=search]');
	await page.getByLabel('Search').pressSequentially('COUNT');
	await until('one group is left', async () => (await groupsOf(page)).join() === 'counters');
	assert.equal(new URL(page.url()).search, '?search=COUNT');
	assert.ok(await isKept());
	assert.equal(await focused(page, 'name'), 'search');
	await page.reload();
	assert.deepEqual(await groupsOf(page), ['counters']);
	assert.equal(await page.getByLabel('Search').inputValue(), 'COUNT');
	await page.getByRole('link', { name: 'show all' }).click();
	await until('all are back', async () => (await groupsOf(page)).length === 8);
	assert.equal(await page.getByLabel('Search').inputValue(), '');
	await page.goBack();
	await until('the way back narrows again', async () => (await groupsOf(page)).length === 1);
	assert.equal(await page.getByLabel('Search').inputValue(), 'COUNT');
	assert.deepEqual(complaints, []);
	await page.close();
});

test('filters and headers sort and narrow, by keyboard too', async () => {
	const { page, complaints } = await visit(browser, exporter.url);
	await page.getByLabel('Platform').selectOption('kafka');
	await until('Kafka is left', async () => (await groupsOf(page)).length === 3);
	await page.getByRole('link', { name: 'Lag', exact: true }).focus();
	await page.keyboard.press('Enter');
	const header = page.locator('th[aria-sort]');
	await until('it is sorted by lag', async () => (await header.textContent()) === 'Lag');
	assert.equal(await header.getAttribute('aria-sort'), 'descending');
	assert.equal((await groupsOf(page))[0], 'billing');
	assert.equal(await focused(page, 'textContent'), 'Lag');
	assert.equal(await page.getByLabel('Sort by').inputValue(), 'lag');
	await page.keyboard.press('Enter');
	await until('it is turned round', async () => {
		return (await header.getAttribute('aria-sort')) === 'ascending';
	});
	assert.equal(new URL(page.url()).search, '?platform=kafka&sort=lag&order=asc');
	assert.deepEqual(complaints, []);
	await page.close();
});

test('a group that starts to lag is seen without a reload, and nothing else is touched', async () => {
	const { page, complaints } = await visit(browser, exporter.url);
	assert.equal(await cellOf(page, 'fresh', 'Lag').textContent(), '0');
	await page.getByRole('link', { name: 'fresh', exact: true }).focus();
	const isKept = await hold(page, ':focus');
	for (let index = 0; index < 4; index++) await world.redis.cli('XADD', 'clicks', '*', 'n', 'x');
	await until('its lag is on the page', async () => {
		return (await cellOf(page, 'fresh', 'Lag').textContent()) === '4';
	});
	assert.ok(await isKept());
	assert.equal(await focused(page, 'textContent'), 'fresh');
	await page.locator('.consumers .sparkline').first().waitFor();
	assert.deepEqual(complaints, []);
	await page.close();
});

test('without its script the page reads and sorts the same', async () => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(exporter.url);
	assert.equal((await groupsOf(page)).length, 8);
	await page.getByLabel('Search').fill('billing');
	await page.getByLabel('Sort by').selectOption('lag');
	await page.getByRole('button', { name: 'Show' }).click();
	assert.deepEqual(await groupsOf(page), ['billing', 'billing']);
	assert.equal(await page.locator('th[aria-sort]').textContent(), 'Lag');
	await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
	for (const width of [1440, 390]) {
		test(`axe-core finds nothing on ${width} px, ${colorScheme}`, async () => {
			const { page, complaints } = await visit(browser, exporter.url, { colorScheme, width });
			await assertAccessible(page, 'overview');
			const scrollWidth = await page.evaluate<number>('document.documentElement.scrollWidth');
			assert.ok(scrollWidth <= width, `${scrollWidth} px are to be scrolled through`);
			await page.goto(`${exporter.url}/group?target=kafka&stream=orders&consumer_group=billing`);
			assert.equal(await page.locator('.partitions tbody tr').count(), 3);
			await assertAccessible(page, 'group');
			await page.goto(`${exporter.url}/?search=nothing-of-this-name`);
			await assertAccessible(page, 'nothing found');
			assert.deepEqual(complaints, []);
			await page.close();
		});
	}
}

test('an exporter that is gone is told at once, and so is its return', async () => {
	const { page } = await visit(browser, exporter.url);
	const gone = page.getByRole('alert');
	process.kill(exporter.pid, 'SIGSTOP');
	try {
		// The page gives up an answer after ten seconds.
		await until(
			'it says so',
			async () => /not reachable since \d\d:\d\d:\d\d UTC/.test((await gone.textContent()) ?? ''),
			{
				timeoutMs: 30_000,
			},
		);
		assert.equal((await groupsOf(page)).length, 8);
		await assertAccessible(page, 'gone');
	} finally {
		process.kill(exporter.pid, 'SIGCONT');
	}
	await until('it is back', async () => (await gone.count()) === 0, { timeoutMs: 30_000 });
	const told = (await exporter.stop()).code;
	assert.equal(told, 0);
	await gone.waitFor();
	await page.close();
});
