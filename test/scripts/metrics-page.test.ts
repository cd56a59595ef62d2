import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricsPage } from '../../scripts/metrics-page.ts';

test('docs/metrics.md is what the catalogue says; npm run docs writes it', () => {
	const written = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
	assert.equal(written, metricsPage());
});
