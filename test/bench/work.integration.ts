import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installations, type PlatformName } from '../../bench/peers/installation.ts';
import { leastWork, type Work } from './work.ts';

/**
 * What a poll may cost, counted and not timed. The comments say what was measured with Node 20.20.2.
 * Requests are the same each time; bytes differ by the length of numbers; allocations by a tenth, and
 * have room for what another Node allocates.
 */
const bounds: Readonly<Record<PlatformName, { readonly scale: number; readonly most: Work }>> = {
	/** 25 groups on 10 topics of 10 partitions: 5; 65,023; 122.8; 190; 13. */
	kafka: {
		scale: 0.05,
		most: { requests: 5, bytes: 67_000, bytesASeries: 126, allocatedASeries: 300, newShapes: 60 },
	},
	/** 2 streams with 60 consumers each: 3; 84,067; 102.9; 827; 13. */
	nats: {
		scale: 0.04,
		most: { requests: 3, bytes: 86_000, bytesASeries: 106, allocatedASeries: 1250, newShapes: 60 },
	},
	/** 200 streams: 11; 32,297; 108.5; 415; 16. */
	redis: {
		scale: 0.02,
		most: { requests: 11, bytes: 33_500, bytesASeries: 112, allocatedASeries: 620, newShapes: 60 },
	},
};

for (const [platform, { scale, most }] of Object.entries(bounds)) {
	test(`a poll of ${platform} makes no more work than was measured`, async (context) => {
		const installation = await installations[platform as PlatformName](scale);
		context.after(() => installation.stop());

		const work = await leastWork(installation);

		context.diagnostic(JSON.stringify(work));
		for (const [what, limit] of Object.entries(most)) {
			const value = work[what as keyof Work];
			assert.ok(value > 0 && value <= limit, `${what}: ${value}, and may be ${limit}`);
		}
	});
}
