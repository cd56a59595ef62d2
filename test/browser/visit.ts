import assert from 'node:assert/strict';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

/** Starts a Chromium that asks nobody for anything by itself. */
export async function startBrowser(): Promise<Browser> {
	const { path, env } = await findChromium();
	return await chromium.launch({
		executablePath: path,
		env: Object.fromEntries(
			Object.entries({ ...process.env, ...env }).flatMap(([name, value]) =>
				value === undefined ? [] : [[name, value]],
			),
		),
		args: [
			...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
			...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
		],
	});
}

/** A page, and what went wrong on it so far. */
export interface Visit {
	readonly page: Page;
	/** Messages of the console, uncaught errors, requests to other places. */
	readonly complaints: string[];
}

/** Opens a page and notes what it says and asks. */
export async function visit(
	browser: Browser,
	url: string,
	look: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number } = {},
): Promise<Visit> {
	const { colorScheme = 'light', width = 1440 } = look;
	const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
	const complaints: string[] = [];
	page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
	page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
	page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
	page.on('request', (request) => {
		const asked = new URL(request.url());
		if (asked.protocol === 'data:' || asked.origin === new URL(url).origin) return;
		complaints.push(`a request elsewhere: ${request.url()}`);
	});
	await page.goto(url);
	return { page, complaints };
}

/** Fails when axe-core finds that somebody could not read or use the page. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
	await page.evaluate(axe.source);
	const violations = await page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: { run(): Promise<{ violations: Violation[] }> };
		};
		return (await axe.run()).violations.map(({ id, help, nodes }) => ({
			id,
			help,
			nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
		}));
	});
	assert.deepEqual(violations, [], what);
}

interface Violation {
	readonly id: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
