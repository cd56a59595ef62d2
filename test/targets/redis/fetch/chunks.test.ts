import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inChunks } from '../../../../src/targets/redis/fetch/chunks.ts';

const items = Array.from({ length: 7 }, (_, at) => at);

test('what a chunk did not come to comes again', async () => {
	const done: number[] = [];
	await inChunks(
		items,
		3,
		2,
		async (chunk, to) => {
			to.push(...chunk.slice(0, 2));
			return Math.min(2, chunk.length);
		},
		done,
	);
	assert.deepEqual(
		done.toSorted((a, b) => a - b),
		items,
	);
});

test('after a failure nothing is begun, and what is under way is waited for', async () => {
	const begun: number[] = [];
	let end: (done: number) => void = () => {};
	let isOver = false;
	const work = async (chunk: readonly number[]) => {
		begun.push(...chunk);
		if (chunk.includes(0)) throw new Error('refused');
		return await new Promise<number>((resolve) => {
			end = resolve;
		});
	};
	const all = inChunks(items, 1, 2, work, undefined).finally(() => {
		isOver = true;
	});
	const failed = assert.rejects(all, /refused/);
	for (let turn = 0; turn < 20; turn++) await undefined;
	assert.equal(isOver, false);
	end(1);
	await failed;
	assert.deepEqual(begun, [0, 1]);
});
