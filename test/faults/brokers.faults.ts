import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../brokers/index.ts';
import type { Exporter } from '../e2e/exporter.ts';
import {
	intervalSeconds,
	type Lab,
	mostBackMs,
	type PlatformName,
	platforms,
	startLab,
	truth,
} from './lab.ts';
import { toldOf } from './scrapes.ts';
import { isWhole, passPolls, watching } from './watch.ts';

interface Fault {
	readonly name: string;
	begin(lab: Lab, platform: PlatformName): Promise<void> | void;
	end(lab: Lab, platform: PlatformName): Promise<void> | void;
	/** For how many intervals it lasts. */
	readonly intervals: number;
	/** It is read all the same. */
	readonly isHarmless?: true;
}

const faults: readonly Fault[] = [
	{
		name: 'hung for half a minute',
		begin: (lab, platform) => lab.server(platform).suspend(),
		end: (lab, platform) => lab.server(platform).resume(),
		intervals: 10,
	},
	{
		name: 'killed and back',
		begin: (lab, platform) => lab.server(platform).kill(),
		end: (lab, platform) => lab.server(platform).restart(),
		intervals: 2,
	},
	{
		name: 'breaking connections in the middle of an answer',
		begin: ({ proxies }, platform) => {
			proxies[platform].manner = 'reset';
		},
		end: pass,
		intervals: 3,
	},
	{
		name: 'answering garbage',
		begin: ({ proxies }, platform) => {
			proxies[platform].manner = 'garble';
		},
		end: pass,
		intervals: 3,
	},
	{
		name: 'slow by 200 ms an answer',
		begin: ({ proxies }, platform) => {
			proxies[platform].manner = { delayMs: 200 };
		},
		end: pass,
		intervals: 3,
		isHarmless: true,
	},
];

function pass({ proxies }: Lab, platform: PlatformName): void {
	proxies[platform].manner = 'pass';
}

describe('a broker in trouble', () => {
	let lab: Lab;
	let exporter: Exporter;
	before(async () => {
		lab = await startLab();
		exporter = await lab.exporter();
	});
	after(async () => {
		await exporter?.stop();
		await lab?.stop();
	});

	for (const { name, begin, end, intervals, isHarmless } of faults) {
		for (const platform of platforms) {
			test(`${platform} is ${name}`, async (t) => {
				await until('all is read', () => isWhole(exporter, truth), { timeoutMs: 60_000 });
				const others = platforms.filter((other) => other !== platform);
				let backAfterMs = 0;
				const seen = await watching(exporter, truth, async () => {
					await begin(lab, platform);
					try {
						if (!isHarmless) await until('it shows', () => isDown(exporter, platform), patience);
						await passPolls(exporter, others[0] as PlatformName, intervals);
						if (isHarmless) assert.equal(await isDown(exporter, platform), false);
					} finally {
						await end(lab, platform);
					}
					await lab.answers(platform);
					const answersAt = performance.now();
					await until('it is read again', () => isWhole(exporter, truth), patience);
					backAfterMs = performance.now() - answersAt;
				});
				t.diagnostic(`${toldOf(seen.scrapes)}; back after ${backAfterMs.toFixed(0)} ms`);
				for (const other of others) {
					const age = seen.oldestSeconds[other] ?? Number.POSITIVE_INFINITY;
					assert.ok(age < 2 * intervalSeconds, `${other} was ${age} s old`);
				}
				assert.ok(backAfterMs < mostBackMs, `it was back after ${backAfterMs} ms`);
			});
		}
	}
});

const patience = { timeoutMs: 60_000 };

async function isDown(exporter: Exporter, platform: PlatformName): Promise<boolean> {
	return (await exporter.values('stream_target_up'))[`target="${platform}"`] === 0;
}
