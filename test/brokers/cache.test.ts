import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cached } from './cache.ts';

const entry = `test-${process.pid}`;
let folder = '';

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder is filled once, whoever asks at the same time', async () => {
	let fills = 0;
	const fill = async (partial: string): Promise<void> => {
		fills++;
		await writeFile(join(partial, 'program'), 'whole');
	};
	const folders = await Promise.all([
		cached(entry, fill),
		cached(entry, fill),
		cached(entry, fill),
	]);
	folder = folders[0] ?? '';
	assert.deepEqual(new Set(folders), new Set([folder]));
	assert.equal(await readFile(join(folder, 'program'), 'utf8'), 'whole');
	assert.equal(fills, 1);
});

test('a fill that fails leaves nothing, and the next one begins anew', async () => {
	const failure = new Error('the network is gone');
	const failed = cached(entry, async (partial) => {
		await writeFile(join(partial, 'program'), 'half');
		throw failure;
	});
	await assert.rejects(failed, failure);
	folder = await cached(entry, async (partial) => {
		assert.deepEqual(await readdir(partial), []);
	});
	const left = (await readdir(dirname(folder))).filter((name) => name.startsWith(entry));
	assert.deepEqual(left, [entry]);
});

test('the lock and the half of a process that died are swept away', async () => {
	folder = await cached(entry, async () => {});
	await rm(folder, { recursive: true });
	await writeFile(`${folder}.lock`, '4194305'); // above every process id that Linux gives
	await writeFile(`${folder}.partial-x`, '');
	await cached(entry, async () => {});
	assert.ok(!existsSync(`${folder}.lock`));
	assert.ok(!existsSync(`${folder}.partial-x`));
});
