import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FamilyText } from '../../src/metrics/family-text.ts';
import { LineWriter } from '../../src/metrics/line-writer.ts';
import { atOnce } from '../../src/steps.ts';

/** Lines before those that a test is about, which always say the same. */
const steady = Array.from({ length: 100 }, () => 7);
const steadyText = steady.map((value) => `${value}\n`).join('');

/** Renders a family whose lines say numbers; tells the text of a test's lines and which had to be written. */
function rendering() {
	const writer = new LineWriter();
	const family = new FamilyText(writer);
	const render = (values: readonly (number | undefined)[], renewedFrom = values.length) => {
		const written: number[] = [];
		family.begin();
		for (const [slot, value] of [...steady, ...values].entries()) {
			if (slot === renewedFrom + steady.length) family.renew();
			if (!family.next(value ?? Number.NaN)) continue;
			written.push(value as number);
			writer.room(0);
			writer.value(value as number);
			family.wrote();
			if (slot % 2 === 0) family.flush();
		}
		const text = String(atOnce(family.finish()));
		assert.ok(text.startsWith(steadyText));
		return { text: text.slice(steadyText.length), written };
	};
	assert.deepEqual(render([]), { text: '', written: steady });
	return render;
}

test('only lines that say something else are written', () => {
	const render = rendering();
	assert.deepEqual(render([1, 22, 333]), { text: '1\n22\n333\n', written: [1, 22, 333] });
	assert.deepEqual(render([1, 22, 333]), { text: '1\n22\n333\n', written: [] });
	assert.deepEqual(render([1, 4444, 333]), { text: '1\n4444\n333\n', written: [4444] });
	assert.deepEqual(render([5, 4444, 6]), { text: '5\n4444\n6\n', written: [5, 6] });
});

test('lines come and go where they belong', () => {
	const render = rendering();
	render([1, undefined, 3, undefined]);
	assert.deepEqual(render([1, 2, 3, undefined]), { text: '1\n2\n3\n', written: [2] });
	assert.deepEqual(render([undefined, 2, 3, 4]), { text: '2\n3\n4\n', written: [4] });
	assert.deepEqual(render([undefined, 2, undefined, 4]), { text: '2\n4\n', written: [] });
});

test('slots are added and left out at the end', () => {
	const render = rendering();
	render([1, 2]);
	assert.deepEqual(render([1, 2, 3]), { text: '1\n2\n3\n', written: [3] });
	assert.deepEqual(render([1]), { text: '1\n', written: [] });
	assert.deepEqual(render([]), { text: '', written: [] });
	assert.deepEqual(render([1, 2]), { text: '1\n2\n', written: [1, 2] });
	const many = Array.from({ length: 1000 }, (_, index) => index);
	assert.deepEqual(render([1, 2, ...many]).written, many);
	assert.deepEqual(render([1, 2, ...many]).written, []);
});

test('from where lines are others than before, all are written, whatever they say', () => {
	const render = rendering();
	render([1, 2, 3, 4]);
	assert.deepEqual(render([1, 2, 3, 4], 2), { text: '1\n2\n3\n4\n', written: [3, 4] });
});

test('where copying takes longer than writing, nothing is copied', () => {
	const render = rendering();
	const every = (nth: number, value: number) =>
		Array.from({ length: 1000 }, (_, index) => (index % nth === 0 ? value : 1));
	render(every(20, 0));
	assert.equal(render(every(20, 2)).written.length, 50);
	assert.equal(render(every(20, 3)).written.length, 50);
	assert.equal(render(every(2, 4)).written.length, 500);
	assert.equal(render(every(2, 5)).written.length, 1100);
	assert.equal(render(every(2, 5)).written.length, 1100);
	assert.deepEqual(render(every(2, 5)).written, []);
});
