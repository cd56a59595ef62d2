import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slopeOf } from '../../soak/slope.ts';
import { seeded } from '../random.ts';

const line = (count: number, y: (x: number) => number) =>
	Array.from({ length: count }, (_, x) => [x, y(x)] as const);

test('the slope of a straight line is its own, without a spread', () => {
	const { slope, spread } = slopeOf(line(50, (x) => 3 + 0.25 * x));
	assert.ok(Math.abs(slope - 0.25) < 1e-9 && spread < 1e-6);
});

for (const likeness of [0, 0.9]) {
	test(`of 400 noisy lines with neighbours alike by ${likeness}, nine in ten are within their spread`, () => {
		let within = 0;
		for (let seed = 0; seed < 400; seed++) {
			const random = seeded(seed);
			let noise = 0;
			const points = line(200, (x) => {
				noise = likeness * noise + (random() - 0.5);
				return 0.1 * x + noise;
			});
			const { slope, spread } = slopeOf(points);
			if (Math.abs(slope - 0.1) <= spread) within += 1;
		}
		assert.ok(within >= 360, `${within} of 400`);
	});
}
