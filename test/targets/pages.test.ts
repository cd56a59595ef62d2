import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nats } from '../../src/targets/nats/index.ts';
import { redis } from '../../src/targets/redis/index.ts';

/** Codes in the first column of the table of problems on a page. */
function codesOn(page: string): readonly string[] {
	const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
	const [, problems = ''] = text.split('\n## When something fails\n');
	const rows = problems.split('\n').filter((line) => line.startsWith('| `'));
	return rows.flatMap((row) => {
		const [first = ''] = row.slice(1).split('|');
		return Array.from(first.matchAll(/`([a-z_]+)`/g), ([, code = '']) => code);
	});
}

for (const [page, { problems }] of [
	['redis.md', redis],
	['nats.md', nats],
] as const) {
	test(`every problem that there can be is on ${page}, and no other`, () => {
		assert.deepEqual([...codesOn(page)].sort(), [...problems].sort());
	});
}
